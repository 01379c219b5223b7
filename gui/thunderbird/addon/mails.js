// The mails that are shown, and what was said of their loads. What was said counts until
// something is decided or set, or Unseen goes.

import { soon, patience } from "./unseen.js";

/** How many mails are remembered. */
const kept = 200;

/** How long what was said of a mail counts at most, in milliseconds: yeses end by
 * themselves, too. */
const fresh = 30_000;

/**
 * @typedef {{number: number, url: string, release: boolean, tells: boolean, reason: string}} Load
 * @typedef {{number: number, url: string, to?: string, ask: boolean, token?: string, host: string, vendor_name: string}} Link
 * @typedef {{plan: number, message: string, sender: string, shown: string, address: string, summary: string,
 *   tracks: number, held: number, pictures: number, once?: string, loads: Load[], links: Link[], choices?: any[]}} Answer
 */

/** One mail. */
export class Mail {
  /** @param {any} header */
  constructor(header) {
    this.header = header;
    /** Where it was shown when it was handed over. */
    this.document = "";
    /** @type {Answer | null} */
    this.answer = null;
    /** @type {Map<string, Load>} */
    this.loads = new Map();
    this.at = 0;
    this.epoch = -1;
    /** @type {Promise<void> | null} */
    this.asking = null;
    /** @type {Error | null} */
    this.trouble = null;
  }
}

export class Mails {
  /** @param {import("./unseen.js").Unseen} unseen */
  constructor(unseen) {
    this.unseen = unseen;
    /** @type {Map<number, Mail>} */
    this.byId = new Map();
    this.epoch = 0;
    this.accounts = new Accounts();
    /** What tabs are being asked for. @type {Map<string, Promise<any[]>>} */
    this.asking = new Map();
  }

  /**
   * The mails that a tab shows. A document has many loads at once, and a bar: while
   * Thunderbird is asked for one of them, the others wait for the same answer.
   * @param {number} tab @param {string} document
   */
  displayed(tab, document) {
    const of = tab + " " + document;
    let asking = this.asking.get(of);
    if (!asking) {
      asking = displayed(tab).finally(() => this.asking.delete(of));
      this.asking.set(of, asking);
    }
    return asking;
  }

  /** Forgets what was said: it may be otherwise now. */
  forget() {
    this.epoch++;
  }

  /**
   * The mail of a header, and what is said of it now.
   * @param {any} header @param {string} document
   */
  async of(header, document) {
    let mail = this.byId.get(header.id);
    if (!mail) {
      mail = new Mail(header);
      this.byId.set(header.id, mail);
      if (this.byId.size > kept) {
        this.byId.delete(this.byId.keys().next().value ?? -1);
      }
    }
    if (!this.counts(mail)) {
      await this.learn(mail, document);
    }
    return mail;
  }

  /** Whether what was said of a mail counts. @param {Mail} mail */
  counts(mail) {
    return this.unseen.up && mail.answer !== null && mail.epoch === this.epoch && Date.now() - mail.at < fresh;
  }

  /** @param {Mail} mail @param {string} document */
  learn(mail, document) {
    mail.asking ??= this.question(mail, document).finally(() => {
      mail.asking = null;
    });
    return mail.asking;
  }

  /** @param {Mail} mail @param {string} document */
  async question(mail, document) {
    mail.trouble = null;
    // What changes while it is asked about is asked about again.
    for (let round = 0; round < 3; round++) {
      const epoch = this.epoch;
      try {
        if (!(await this.unseen.ready())) {
          throw new Error("Unseen does not run");
        }
        const language = messenger.i18n.getUILanguage();
        const answer = await this.said(mail, document, language);
        if (epoch !== this.epoch) {
          continue;
        }
        this.keep(mail, answer, epoch);
        return;
      } catch (e) {
        mail.trouble = /** @type {Error} */ (e);
        return;
      }
    }
  }

  /** @param {Mail} mail @param {string} document @param {string} language @returns {Promise<Answer>} */
  async said(mail, document, language) {
    if (mail.answer) {
      return soon(this.unseen.ask("POST", "/v1/addon/again", { plan: mail.answer.plan, language }), patience);
    }
    return soon(this.handOver(mail, document, language), patience);
  }

  /** Hands a mail over. @param {Mail} mail @param {string} document @param {string} language @returns {Promise<Answer>} */
  async handOver(mail, document, language) {
    mail.document = document;
    const [raw, account] = await Promise.all([rawOf(mail.header), this.accounts.of(mail.header)]);
    const q = new URLSearchParams({ account, document, language });
    return this.unseen.ask("POST", "/v1/addon/messages?" + q, undefined, raw);
  }

  /** Hands a mail over once more, as it was shown. @param {Mail | null} mail */
  async again(mail) {
    if (mail) {
      await this.handOver(mail, mail.document, messenger.i18n.getUILanguage());
    }
  }

  /** @param {Mail} mail @param {Answer} answer @param {number} epoch */
  keep(mail, answer, epoch) {
    mail.answer = answer;
    mail.epoch = epoch;
    mail.at = Date.now();
    mail.loads = new Map();
    for (const load of answer.loads) {
      const at = normal(load.url);
      // The same address twice: released only if both are.
      const twin = mail.loads.get(at);
      if (at && !(twin && !twin.release)) {
        mail.loads.set(at, load);
      }
    }
  }
}

/** The mails that a tab shows. @param {number} tab @returns {Promise<any[]>} */
async function displayed(tab) {
  const list = /** @type {any} */ (await messenger.messageDisplay.getDisplayedMessages(tab));
  return Array.isArray(list) ? list : list.messages; // by the version of the manifest
}

/** An address as Thunderbird asks for it. @param {string} url */
export function normal(url) {
  try {
    const at = new URL(url.startsWith("//") ? "http:" + url : url);
    at.hash = "";
    return at.href;
  } catch {
    return "";
  }
}

/** What an encrypted mail has in it somewhere: RFC 1847, section 2.2, RFC 8551, section
 * 3.3, RFC 9580, section 6.2. */
const sealed = /multipart\/encrypted|application\/(x-)?pkcs7-mime|-----BEGIN PGP MESSAGE-----/i;

/**
 * The octets of a mail, in base64, decrypted where that can be done. To be asked for
 * that, Thunderbird takes every mail apart: it is asked only where there is something to
 * decrypt. A string is had in one step, and a file in three.
 * @param {any} header @returns {Promise<string>}
 */
async function rawOf(header) {
  const read = (/** @type {boolean} */ decrypt) =>
    /** @type {Promise<any>} */ (messenger.messages.getRaw(header.id, { data_format: "BinaryString", decrypt }));
  const raw = await read(false);
  return btoa(sealed.test(raw) ? await read(true).catch(() => raw) : raw);
}

/** The reader's address of each account, as it was when it was last asked for. */
class Accounts {
  constructor() {
    /** @type {Map<string, Promise<string>>} */
    this.address = new Map();
    const forget = () => this.address.clear();
    messenger.accounts.onUpdated.addListener(forget);
    messenger.accounts.onDeleted.addListener(forget);
    messenger.identities.onUpdated.addListener(forget);
    messenger.identities.onCreated.addListener(forget);
    messenger.identities.onDeleted.addListener(forget);
  }

  /** The reader's address of the account that a mail lies in. @param {any} header @returns {Promise<string>} */
  of(header) {
    const id = header.folder?.accountId;
    if (!id) {
      return Promise.resolve("");
    }
    let address = this.address.get(id);
    if (!address) {
      address = messenger.accounts.get(id, false).then((account) => account?.identities?.[0]?.email ?? "");
      address.catch(() => this.address.delete(id));
      this.address.set(id, address);
    }
    return address;
  }
}
