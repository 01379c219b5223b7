// What one mail wanted to know, and the question whether it may.

import { el, say } from "./html.js";
import { keeping } from "./keep.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
document.documentElement.lang = messenger.i18n.getUILanguage();

const port = messenger.runtime.connect({ name: "panel" });
let last = 0;
/** @type {Map<number, {take: (v: any) => void, refuse: (e: any) => void}>} */
const waiting = new Map();
port.onMessage.addListener((/** @type {any} */ m) => {
  if (m.changed) {
    draw();
    return;
  }
  const w = waiting.get(m.id);
  waiting.delete(m.id);
  if (m.error) {
    w?.refuse(m.error);
  } else {
    w?.take(m.value);
  }
});

/** @param {any} what @returns {Promise<any>} */
function ask(what) {
  const id = ++last;
  return new Promise((take, refuse) => {
    waiting.set(id, { take, refuse });
    port.postMessage({ id, ...what });
  });
}

/** @param {string} path @param {any} body */
const post = (path, body) => ask({ method: "POST", path, body });

const language = messenger.i18n.getUILanguage();
/** What was just done, in a sentence. */
let done = "";

/** What the section about evidence is handed. */
const evidenceTools = {
  ask,
  tab: tabOf,
  kept: async () => {
    done = say("evidenceKept");
    await draw();
    main.focus();
  },
  fails: (/** @type {any} */ e) => main.prepend(trouble(e)),
};

/** The tab whose mail it is about. */
async function tabOf() {
  const named = new URLSearchParams(location.search).get("tab");
  if (named !== null) {
    document.body.className = ""; // it is a window of its own, and has its width
    return Number(named);
  }
  const [tab] = await messenger.tabs.query({ active: true, currentWindow: true });
  return tab?.id ?? -1;
}

async function draw() {
  try {
    const mail = await ask({ mail: await tabOf() });
    if (!mail) {
      main.replaceChildren(el("p", {}, say("nothing")));
      return;
    }
    const [questions, sendings, evidence] = await Promise.all([questionsOf(mail), sendingsOf(mail), keeping(mail, evidenceTools)]);
    main.replaceChildren(...head(mail), list(mail, sendings), ...questions.map((q) => question(mail, q)), once(mail), ...choices(mail), evidence);
  } catch (e) {
    main.replaceChildren(trouble(e));
  }
}

/** @param {any} e */
function trouble(e) {
  return el("div", { class: "card trouble", role: "alert" }, el("h1", {}, say("trouble")), el("p", {}, e.text ?? String(e)), e.hint ? el("p", {}, e.hint) : null);
}

/** @param {any} mail */
function head(mail) {
  return [
    el("h1", {}, mail.summary || say("nothing")),
    done ? el("p", { class: "note", role: "status" }, done) : el("p", { hidden: true }),
  ];
}

/** The question, if there is somebody to answer. @param {any} mail @returns {Promise<any[]>} */
async function questionsOf(mail) {
  if (!mail.sender || !mail.tracks) {
    return [];
  }
  try {
    return await post("/v1/questions/ask", { sender: mail.sender, address: mail.address, language });
  } catch {
    return []; // nothing is asked by now
  }
}

/** @param {any} mail @returns {Promise<any[]>} */
async function sendingsOf(mail) {
  try {
    return mail.tracks ? await post("/v1/sending", { message: mail.message, language }) : [];
  } catch {
    return [];
  }
}

/** Each load that would tell. @param {any} mail @param {any[]} sendings */
function list(mail, sendings) {
  const loads = mail.loads.filter((/** @type {any} */ l) => l.tells);
  if (!loads.length) {
    return el("p", { hidden: true });
  }
  const rows = loads.map((/** @type {any} */ l) => {
    const sent = sendings.find((s) => s.host === l.host && s.vector === l.vector);
    return el(
      "li",
      {},
      el("div", {}, el("strong", {}, l.vendor_name), l.vendor_name === l.host ? null : " (" + l.host + ")", " ", el("code", { class: "small" }, l.vector)),
      el("div", { class: l.release ? "let" : "held" }, l.release ? say("released") : say("loadHeld")),
      el("div", { class: "small" }, l.reason),
      l.reasons?.length ? el("details", {}, el("summary", {}, say("why")), el("ul", {}, ...l.reasons.map((/** @type {string} */ r) => el("li", {}, r)))) : null,
      sent ? el("details", {}, el("summary", {}, say("sent")), el("ul", {}, ...sent.text.map((/** @type {string} */ t) => el("li", {}, t)))) : null,
    );
  });
  return el("section", { class: "card" }, el("h2", {}, say("held")), el("ul", { class: "rows" }, ...rows), el("p", { class: "small" }, say("fetches")));
}

/** The notice, word for word, with a choice for each purpose. @param {any} mail @param {any} q */
function question(mail, q) {
  const n = q.notice;
  const form = el("form", { class: "card", onsubmit: (/** @type {Event} */ e) => (e.preventDefault(), answer(q, chosen(form, q))) });
  form.append(
    el("h2", {}, n.question),
    el("p", {}, n.reach),
    el("p", {}, n.sender.sentence),
    el("p", {}, n.sender.key, ": ", n.sender.role),
    n.sender.advertiser_role ? el("p", {}, n.sender.advertiser, ": ", n.sender.advertiser_role) : "",
    el("h3", {}, n.headings.purposes),
    ...n.purposes.map((/** @type {any} */ p) => purpose(p, q.switches.find((/** @type {any} */ s) => s.purpose === p.id))),
    el("button", { class: "main" }, say("save")),
    el("h3", {}, n.headings.vendors),
    el("ul", {}, ...n.vendors.map((/** @type {any} */ v) => el("li", {}, v.name, ": ", v.role))),
    el("p", { class: "small" }, [n.lasts, n.back, n.silence, n.is, n.is_not].join(" ")),
    el("h3", {}, say("all")),
    el(
      "div",
      { class: "pair" },
      el("button", { type: "button", onclick: () => answer(q, { all: "yes" }) }, say("allYes")),
      el("button", { type: "button", onclick: () => answer(q, { all: "no" }) }, say("allNo")),
    ),
  );
  return form;
}

/** @param {any} p @param {any} now */
function purpose(p, now) {
  const choice = (/** @type {string} */ value, /** @type {boolean} */ on) =>
    el("label", {}, el("input", { type: "radio", name: p.id, value, checked: on }), say(value));
  const no = now && ["refused", "withdrawn"].includes(now.decision);
  return el(
    "fieldset",
    {},
    el("legend", {}, p.title),
    el("p", {}, p.sentence, " ", p.learners, " ", p.needs_sentence),
    el("div", { class: "pair" }, choice("yes", now?.on === true), choice("no", no === true)),
    el("details", {}, el("summary", {}, say("more")), el("p", {}, p.more), el("p", { class: "small" }, p.law)),
  );
}

/** What was chosen otherwise than it stands. @param {HTMLFormElement} form @param {any} q */
function chosen(form, q) {
  const yes = [];
  const no = [];
  for (const s of q.switches) {
    const value = new FormData(form).get(s.purpose);
    if (value === "yes" && !s.on) {
      yes.push(s.purpose);
    } else if (value === "no" && !["refused", "withdrawn"].includes(s.decision)) {
      no.push(s.purpose);
    }
  }
  return { yes, no };
}

/** @param {any} q @param {any} what */
async function answer(q, what) {
  if (!what.all && !what.yes.length && !what.no.length) {
    return;
  }
  try {
    await post("/v1/questions/answer", { sender: q.sender, address: q.address, language: q.notice.language, notice: q.notice.sha256, how: "add-on", ...what });
    done = say("saved");
    await draw();
  } catch (e) {
    main.prepend(trouble(e));
  }
}

/** @param {any} mail */
function once(mail) {
  if (!mail.held) {
    return el("p", { hidden: true });
  }
  const permit = async (/** @type {boolean} */ pictures) => {
    try {
      await post("/v1/once", { message: mail.message, pictures, how: "add-on" });
      done = say(pictures ? "notedShown" : "notedOnce");
      await draw();
    } catch (e) {
      main.prepend(trouble(e));
    }
  };
  return el(
    "section",
    { class: "card" },
    el("h2", {}, say("other")),
    mail.sender ? null : el("p", {}, say("nobody")),
    el(
      "div",
      { class: "pair" },
      el("button", { type: "button", onclick: () => permit(false) }, say("once")),
      el("button", { type: "button", onclick: () => permit(true) }, say("oncePictures")),
    ),
  );
}

/** How the sender itself lets readers choose. @param {any} mail */
function choices(mail) {
  if (!mail.choices?.length) {
    return [];
  }
  /** @type {Record<string, string>} */
  const kinds = { consent: "withdraw", unsubscribe: "unsubscribe", "list-unsubscribe": "unsubscribeHeader", preferences: "preferences" };
  const rows = mail.choices.map((/** @type {any} */ c) =>
    el("li", {}, el("button", { type: "button", onclick: () => messenger.windows.openDefaultBrowser(c.url) }, say(kinds[c.kind] ?? "preferences"))),
  );
  return [el("section", { class: "card" }, el("h2", {}, say("links")), el("p", { class: "small" }, say("linksWarn")), el("ul", { class: "rows" }, ...rows))];
}

draw();
