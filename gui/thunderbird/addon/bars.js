// What is seen of it in Thunderbird: one line in the mail, a number on the button in its
// header, and the panel behind both.

import { tagging, tag } from "./settings.js";

/** @typedef {{port: any, tab: number, document: string, remote: boolean}} Shown */

export class Bars {
  /** @param {import("./unseen.js").Unseen} unseen @param {import("./mails.js").Mails} mails @param {import("./loads.js").Loads} loads */
  constructor(unseen, mails, loads) {
    this.unseen = unseen;
    this.mails = mails;
    this.loads = loads;
    /** @type {Set<Shown>} */
    this.open = new Set();
    /** What the button of each tab says. @type {Map<number, string>} */
    this.badges = new Map();
    messenger.tabs.onRemoved.addListener((tab) => this.badges.delete(tab));
    /** @type {Set<any>} */
    this.panels = new Set();
    // The same for every tab: the number alone says it, not a word beside it.
    messenger.messageDisplayAction.setBadgeBackgroundColor({ color: "#8A3B12" });
    messenger.messageDisplayAction.setLabel({ label: "" });
    this.style = Promise.all(["colours.css", "bar.css"].map((f) => fetch(messenger.runtime.getURL(f)).then((r) => r.text()))).then(
      ([colours, bar]) => colours.replaceAll(":root", ".bar") + bar,
    );
  }

  /** Somebody who shows something: a mail, or the panel. @param {any} port */
  connect(port) {
    if (port.name === "panel") {
      this.panels.add(port);
      port.onDisconnect.addListener(() => this.panels.delete(port));
      port.onMessage.addListener((/** @type {any} */ m) => this.panel(port, m));
      return;
    }
    const shown = { port, tab: port.sender?.tab?.id ?? -1, document: port.sender?.url ?? "", remote: false };
    this.open.add(shown);
    port.onDisconnect.addListener(() => this.open.delete(shown));
    port.onMessage.addListener((/** @type {any} */ m) => this.fromMail(shown, m));
  }

  /** @param {Shown} shown @param {any} m */
  async fromMail(shown, m) {
    if (m.shown) {
      shown.document = m.document;
      shown.remote = m.remote;
      await this.show(shown);
    } else if (m.panel) {
      await this.openPanel(shown.tab);
    } else if (m.follow) {
      await this.follow(shown, m.follow);
    }
  }

  /** The mail that a tab shows. @param {number} tab @param {string} document */
  async mailOf(tab, document) {
    const known = this.loads.shown.get(document);
    if (known) {
      return this.mails.of(known, document);
    }
    const messages = await this.mails.displayed(tab, document);
    return messages.length === 1 ? this.mails.of(messages[0], document) : null;
  }

  /** @param {Shown} shown */
  async show(shown) {
    let mail = null;
    try {
      mail = await this.mailOf(shown.tab, shown.document);
    } catch {
      // It is gone from the tab.
    }
    const known = mail !== null && this.mails.counts(mail);
    const answer = known ? mail?.answer : null;
    const state = { style: "", summary: "", hint: "", links: /** @type {any[]} */ ([]), gateway: this.unseen.hello?.gateway ?? "" };
    if (answer) {
      state.summary = answer.summary;
      state.links = answer.links;
      if (answer.tracks && mail && (await tagging())) {
        await tag(mail.header).catch(() => {}); // the folder may be read-only
      }
    } else if (shown.remote || this.loads.blind.has(shown.document)) {
      const refused = mail?.trouble && "hint" in mail.trouble && mail.trouble.hint ? mail.trouble : null;
      state.summary = messenger.i18n.getMessage(this.unseen.installed ? "down" : "missing");
      state.hint = this.unseen.installed ? (refused ? refused.message + " " + refused.hint : messenger.i18n.getMessage("downHow")) : "";
    }
    if (this.open.has(shown)) {
      if (state.summary) {
        state.style = await this.style;
      }
      shown.port.postMessage(state);
    }
    await this.badge(shown.tab, answer ?? null);
  }

  /** @param {number} tab @param {import("./mails.js").Answer | null} answer */
  async badge(tab, answer) {
    const text = answer && answer.held ? String(answer.held) : "";
    if (!text && !this.badges.get(tab)) {
      return; // it says nothing as it is
    }
    this.badges.set(tab, text);
    const action = messenger.messageDisplayAction;
    try {
      await Promise.all([
        action.setBadgeText({ tabId: tab, text }),
        action.setTitle({ tabId: tab, title: (answer && answer.summary) || "Unseen" }),
      ]);
    } catch {
      // The tab has closed.
    }
  }

  /** Shows everything anew. */
  refresh() {
    for (const shown of this.open) {
      this.show(shown);
    }
    for (const port of this.panels) {
      port.postMessage({ changed: true });
    }
  }

  /** @param {number} tab */
  refreshTab(tab) {
    for (const shown of this.open) {
      if (shown.tab === tab) {
        this.show(shown);
      }
    }
  }

  /** @param {number} tab */
  async openPanel(tab) {
    await messenger.windows.create({ type: "popup", url: "panel.html?tab=" + tab, width: 560, height: 700 });
  }

  /** Opens a link as was decided. @param {Shown} shown @param {{token?: string, to?: string, ask: boolean}} link */
  async follow(shown, link) {
    try {
      const address = link.ask
        ? (await this.unseen.ask("POST", "/v1/addon/link", { token: link.token })).address
        : link.to;
      await messenger.windows.openDefaultBrowser(address);
    } catch {
      this.refreshTab(shown.tab); // the bar says what is wrong
    }
  }

  /** Answers the panel. @param {any} port @param {any} m */
  async panel(port, m) {
    try {
      let value;
      if (m.pair !== undefined) {
        value = await this.unseen.pair(m.pair);
      } else if (m.mail !== undefined) {
        const mail = await this.mailOf(m.mail, "");
        value = mail && this.mails.counts(mail) ? mail.answer : null;
        if (mail && !value) {
          throw mail.trouble ?? new Error(messenger.i18n.getMessage("down"));
        }
      } else if (m.keep !== undefined) {
        value = await this.unseen.ask("POST", "/v1/evidence/mark", m.keep);
        if (!m.keep.dry) {
          await this.mails.again(await this.mailOf(m.tab, "")); // what is marked is kept when it is had
        }
      } else {
        value = await this.unseen.ask(m.method, m.path, m.body);
      }
      port.postMessage({ id: m.id, value });
    } catch (e) {
      const said = /** @type {any} */ (e);
      port.postMessage({ id: m.id, error: { text: said.message, hint: said.hint ?? "", code: said.code ?? "" } });
    }
  }
}
