// The part of the panel that marks evidence. It says first who would be asked for what, and
// asks nobody before the answer to that.

import { el, say } from "./html.js";

/** How long mails to come are kept, in days. */
const year = 365;

/** @typedef {{ask: (what: any) => Promise<any>, tab: () => Promise<number>, kept: () => void, fails: (e: any) => void}} Tools */

/** @param {any} mail @param {Tools} tools @returns {Promise<any>} */
export async function keeping(mail, tools) {
  const marks = await tools.ask({ method: "GET", path: "/v1/evidence/marks" }).catch(() => []);
  const mark = marks.find((/** @type {any} */ m) => m.sender === mail.sender && m.active);
  if (mark) {
    const until = new Date(mark.until).toLocaleDateString(messenger.i18n.getUILanguage());
    return card(el("p", {}, say("evidenceIs", [mark.sender, until, String(mark.mails)])));
  }
  const at = el("div", {});
  choose(at, mail, tools);
  return card(el("p", {}, say("evidenceHow")), at);
}

/** @param {any[]} inside */
function card(...inside) {
  return el("section", { class: "card", id: "evidence" }, el("h2", {}, say("evidence")), ...inside);
}

/** What is to be kept. @param {any} at @param {any} mail @param {Tools} tools */
function choose(at, mail, tools) {
  const which = (/** @type {string} */ value, /** @type {boolean} */ on, /** @type {string} */ text) =>
    el("label", { class: "switch" }, el("input", { type: "radio", name: "which", value, checked: on }), text);
  const form = el(
    "form",
    {
      onsubmit: (/** @type {Event} */ e) => {
        e.preventDefault();
        const said = new FormData(form);
        const whom = said.get("which") === "all" ? { sender: mail.sender, days: year } : { message: mail.message };
        announce(at, mail, { ...whom, keys: said.has("keys") }, tools);
      },
    },
    which("mail", true, say("evidenceMail")),
    // Of whom nobody vouches for, there is no sender whose mails could be kept.
    mail.sender ? which("all", false, say("evidenceAll", [mail.sender])) : null,
    el("label", { class: "switch" }, el("input", { type: "checkbox", name: "keys" }), say("evidenceKeys")),
    el("button", {}, say("evidenceNext")),
  );
  at.replaceChildren(form);
}

/** Who would be asked for what, and the question whether they may. @param {any} at @param {any} mail @param {any} q @param {Tools} tools */
async function announce(at, mail, q, tools) {
  try {
    const { asks } = await tools.ask({ keep: { ...q, dry: true } });
    const rows = (asks ?? []).map((/** @type {any} */ a) => el("li", {}, a.whom === "?" ? "" : a.whom + ": ", a.kind === "key" ? say("learnsKey") : a.learns));
    const keep = async () => {
      try {
        await tools.ask({ keep: q, tab: await tools.tab() });
        tools.kept();
      } catch (e) {
        tools.fails(e);
      }
    };
    const first = el("button", { type: "button", class: "main", onclick: keep }, say("evidenceKeep"));
    at.replaceChildren(
      el("p", { role: "status" }, say(rows.length ? "evidenceAsks" : "evidenceQuiet")),
      ...(rows.length ? [el("ul", {}, ...rows)] : []),
      el("div", { class: "pair" }, first, el("button", { type: "button", onclick: () => choose(at, mail, tools) }, say("evidenceNot"))),
    );
    first.focus();
  } catch (e) {
    tools.fails(e);
  }
}
