// Each load that a mail makes comes by here before it goes out: it is let through, or
// sent to where it is refused. In doubt it is refused, and so is all that goes wrong.

import { normal } from "./mails.js";
import { soon, patience } from "./unseen.js";
import { byUnseen } from "./settings.js";

/** How long reports are gathered, in milliseconds. */
const gather = 700;

/** @typedef {{requestId: string, url: string, documentUrl?: string, tabId: number, type: string}} Request */

export class Loads {
  /** @param {import("./unseen.js").Unseen} unseen @param {import("./mails.js").Mails} mails @param {(tab: number) => void} held */
  constructor(unseen, mails, held) {
    this.unseen = unseen;
    this.mails = mails;
    this.held = held;
    /** Which mail a document shows. @type {Map<string, any>} */
    this.shown = new Map();
    /** Released loads by their requests, for what they are redirected to. @type {Map<string, {plan: number, number: number}>} */
    this.on = new Map();
    /** Documents of which something was held without an answer. @type {Set<string>} */
    this.blind = new Set();
    /** @type {Map<number, {held: Set<number>, released: Set<number>}>} */
    this.report = new Map();
  }

  /** Says which way a load goes. @param {Request} r */
  async decide(r) {
    if (!ofMail(r.documentUrl)) {
      return undefined;
    }
    try {
      if (this.own(r.url)) {
        return undefined; // the gateway decides itself
      }
      const load = await soon(this.released(r), patience);
      if (load) {
        const way = load.way && (await byUnseen()) ? this.unseen.wayOut(load.way) : undefined;
        return way && [way, null]; // nothing: as the reader set Thunderbird up
      }
    } catch {
      this.notKnown(r);
    }
    // Nothing follows the dead end: without the null, Thunderbird would go on to the
    // reader's own proxy if nobody answered there.
    return [this.unseen.deadEnd(), null];
  }

  /** @param {string} url */
  own(url) {
    const gateway = this.unseen.hello?.gateway;
    return gateway !== undefined && (url === gateway || url.startsWith(gateway + "/"));
  }

  /** @param {Request} r */
  notKnown(r) {
    this.blind.add(r.documentUrl ?? "");
    if (this.blind.size > 500) {
      this.blind.clear();
    }
    this.held(r.tabId);
  }

  /**
   * Whether a load is released, and by which name it goes by Unseen's way, if it goes
   * without TLS. Such a one Unseen counts itself, when it is asked for.
   * @param {Request} r @returns {Promise<{way: string} | null>}
   */
  async released(r) {
    const before = this.on.get(r.requestId);
    if (before) {
      const hop = await this.unseen.ask("POST", "/v1/addon/hop", { ...before, url: r.url });
      return hop.release === true ? { way: this.name(r, before.plan, before.number) } : null;
    }
    const at = normal(r.url);
    for (const header of await this.candidates(r)) {
      const mail = await this.mails.of(header, r.documentUrl ?? "");
      if (!this.mails.counts(mail) || !mail.answer) {
        this.notKnown(r);
        return null;
      }
      const load = mail.loads.get(at);
      if (!load) {
        continue;
      }
      this.remember(r.documentUrl ?? "", header);
      const way = load.release ? this.name(r, mail.answer.plan, load.number) : "";
      if (!way || !(await byUnseen())) {
        this.note(mail.answer.plan, load);
      }
      if (!load.release) {
        return null;
      }
      this.on.set(r.requestId, { plan: mail.answer.plan, number: load.number });
      if (this.on.size > 2000) {
        this.on.clear();
      }
      return { way };
    }
    return null; // what the mail does not name is not let through
  }

  /** By which name a load goes by Unseen's way; "" if it does not. @param {Request} r @param {number} plan @param {number} number */
  name(r, plan, number) {
    return r.url.startsWith("http:") && this.unseen.hello?.way ? plan + "." + number : "";
  }

  /** The mails that a request may be of. @param {Request} r */
  async candidates(r) {
    const known = this.shown.get(r.documentUrl ?? "");
    if (known) {
      return [known];
    }
    if (composing(r.documentUrl)) {
      return this.quoted(r.tabId);
    }
    const messages = await this.mails.displayed(r.tabId, r.documentUrl ?? "");
    return messages.length === 1 ? messages : [];
  }

  /** The mail that is answered or forwarded. @param {number} tab */
  async quoted(tab) {
    const details = await messenger.compose.getComposeDetails(tab);
    return details.relatedMessageId ? [await messenger.messages.get(details.relatedMessageId)] : [];
  }

  /** @param {string} document @param {any} header */
  remember(document, header) {
    if (composing(document)) {
      return; // all compose windows have one address
    }
    this.shown.set(document, header);
    if (this.shown.size > 500) {
      this.shown.delete(this.shown.keys().next().value ?? "");
    }
  }

  /** Tells Unseen what became of a load, with others. @param {number} plan @param {{number: number, release: boolean}} load */
  note(plan, load) {
    let report = this.report.get(plan);
    if (!report) {
      report = { held: new Set(), released: new Set() };
      if (!this.report.size) {
        setTimeout(() => this.send(), gather);
      }
      this.report.set(plan, report);
    }
    (load.release ? report.released : report.held).add(load.number);
  }

  /** Sends what was gathered, of all mails at once: each message has its price. */
  send() {
    const [first, ...others] = [...this.report].map(([plan, r]) => ({ plan, held: [...r.held], released: [...r.released] }));
    this.report.clear();
    this.unseen.ask("POST", "/v1/addon/happened", { ...first, others }).catch(() => {}); // it is only counted
  }
}

/** Whether a document is that of a compose window. @param {string} [document] */
function composing(document) {
  return document !== undefined && document.startsWith("about:blank?compose");
}

/**
 * Whether a document is a mail, or one that is being written. All is that is not known to
 * be something else.
 * @param {string} [document]
 */
export function ofMail(document) {
  if (!document) {
    return false;
  }
  if (composing(document)) {
    return true;
  }
  if (document.startsWith("file:")) {
    return document.includes("application/x-message-display");
  }
  return !/^(https?|moz-extension|chrome|resource|about|data|blob|view-source|jar|ftp|ws|wss):/i.test(document);
}
