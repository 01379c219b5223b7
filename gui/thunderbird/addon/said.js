// One sentence in a window.

import { el, say } from "./html.js";

document.documentElement.lang = messenger.i18n.getUILanguage();
const why = location.search === "?sendUnknown" ? "sendUnknown" : "sendStopped";
document.getElementById("main")?.replaceChildren(
  el("h1", {}, "Unseen"),
  el("p", { class: "trouble", role: "alert" }, say(why)),
  el("button", { type: "button", class: "main", onclick: () => window.close() }, say("done")),
);
