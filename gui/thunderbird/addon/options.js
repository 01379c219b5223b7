// The settings, all on one page; at the first start three screens of the same.

import { el, say } from "./html.js";
import { blockCookies, cookiesBlocked } from "./settings.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
document.documentElement.lang = messenger.i18n.getUILanguage();
const first = new URLSearchParams(location.search).has("first");
let screen = 0;

/** Asks the background one thing; false if it does not answer in time. @param {any} what @returns {Promise<any>} */
function ask(what) {
  return new Promise((tell) => {
    const port = messenger.runtime.connect({ name: "panel" });
    const late = setTimeout(() => tell({ error: { text: "there is no program" } }), 5000);
    port.onMessage.addListener((/** @type {any} */ m) => {
      if (m.id === 1) {
        clearTimeout(late);
        tell(m);
        port.disconnect();
      }
    });
    port.postMessage({ id: 1, ...what });
  });
}

/** Whether Unseen answers. @returns {Promise<string>} */
async function found() {
  const m = await ask({ method: "GET", path: "/v1/addon" });
  return m.error ? (m.error.text === "there is no program" ? "missing" : "down") : "found";
}

/** Where a code is typed, for those whose Thunderbird may start no program. */
function door() {
  const code = el("input", { id: "code", type: "text", autocomplete: "off", spellcheck: false, required: true });
  const said = el("p", { class: "trouble", role: "alert", hidden: true }, say("doorWrong"));
  const connect = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const m = await ask({ pair: code.value });
    if (m.value === true) {
      await draw();
    } else {
      said.hidden = false;
    }
  };
  return el("form", { onsubmit: connect }, el("p", {}, say("door")), el("label", {}, say("doorCode"), " ", code), " ", el("button", {}, say("doorConnect")), said);
}

/** @param {string} state */
function ways(state) {
  const more = state === "down" ? " " + say("downHow") : "";
  return el(
    "section",
    { class: "card" },
    el("p", { class: state === "found" ? "note" : "trouble", role: "status" }, say(state) + more),
    state === "found" ? null : door(),
    el("h2", {}, say("ways")),
    el("p", {}, say("wayAlone")),
    el("p", {}, say("wayRelay")),
    el("p", {}, say("pictures")),
  );
}

function permissions() {
  const may = ["mayMessages", "mayProxy", "mayAccounts", "mayCompose", "mayNative", "mayPrivacy"];
  return el("section", { class: "card" }, el("h2", {}, say("permissions")), el("ul", {}, ...may.map((m) => el("li", {}, say(m)))));
}

async function choices() {
  const cookies = await cookiesBlocked();
  const { tag, through } = await messenger.storage.local.get({ tag: false, through: true });
  const wants = /** @type {any} */ ({ permissions: ["messagesTagsList", "messagesUpdate"] });
  return el(
    "section",
    { class: "card" },
    el("label", { class: "switch" }, el("input", { id: "cookies", type: "checkbox", checked: cookies.on, onchange: (/** @type {any} */ e) => blockCookies(e.target.checked) }), say("cookies")),
    el("p", { class: "small" }, say("cookiesHow")),
    el("label", { class: "switch" }, el("input", { id: "through", type: "checkbox", checked: through, onchange: (/** @type {any} */ e) => messenger.storage.local.set({ through: e.target.checked }) }), say("through")),
    el("p", { class: "small" }, say("throughHow")),
    el(
      "label",
      { class: "switch" },
      el("input", {
        id: "tag",
        type: "checkbox",
        checked: tag,
        onchange: async (/** @type {any} */ e) => {
          // Asking for a permission has to be the first thing that a click does.
          const on = e.target.checked && (await messenger.permissions.request(wants));
          e.target.checked = on;
          await messenger.storage.local.set({ tag: on });
        },
      }),
      say("tagging"),
    ),
    el("p", { class: "small" }, say("taggingHow")),
  );
}

async function draw() {
  const parts = [async () => ways(await found()), async () => permissions(), choices];
  if (!first) {
    const all = [];
    for (const part of parts) {
      all.push(await part());
    }
    main.replaceChildren(el("h1", {}, say("settings")), ...all);
    return;
  }
  const on = screen < parts.length - 1;
  const go = async () => {
    if (on) {
      screen++;
      await draw();
      main.focus();
      return;
    }
    const tab = await messenger.tabs.getCurrent();
    await messenger.tabs.remove(/** @type {number} */ (tab?.id));
  };
  main.replaceChildren(
    el("h1", {}, say("first")),
    el("p", { class: "small" }, `${screen + 1} / ${parts.length}`),
    await parts[screen](),
    el("button", { type: "button", class: "main", onclick: go }, say(on ? "next" : "done")),
  );
}

draw();
