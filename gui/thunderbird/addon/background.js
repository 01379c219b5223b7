// The add-on decides nothing: it asks Unseen, shows what it is told, and holds what it
// was not told about.

import { Unseen } from "./unseen.js";
import { Mails } from "./mails.js";
import { Loads } from "./loads.js";
import { Bars } from "./bars.js";
import { beforeSending } from "./compose.js";
import { blockCookies } from "./settings.js";

/** @type {Bars | null} */
let bars = null;

const unseen = new Unseen({
  changed: () => {
    mails.forget();
    bars?.refresh();
  },
  turned: () => {
    mails.forget();
    bars?.refresh();
  },
});
const mails = new Mails(unseen);
const loads = new Loads(unseen, mails, (tab) => bars?.refreshTab(tab));
bars = new Bars(unseen, mails, loads);

// Listeners have to be there at once, or Thunderbird does not wake the add-on for them.
messenger.proxy.onRequest.addListener((r) => loads.decide(r), { urls: ["<all_urls>"] });
messenger.compose.onBeforeSend.addListener(
  // The types want an object; Thunderbird waits for a promise of one.
  (_tab, details) => /** @type {any} */ (beforeSending(unseen, details)),
);
messenger.runtime.onConnect.addListener((port) => bars?.connect(port));
messenger.runtime.onInstalled.addListener(async ({ reason }) => {
  if (reason === "install") {
    await blockCookies(true);
    await messenger.tabs.create({ url: messenger.runtime.getURL("options.html?first=1") });
  }
});

unseen.connect();

const script = { id: "bar", js: ["bar.js"], runAt: "document_end" };
const { scripting } = /** @type {any} */ (messenger);
try {
  await scripting.messageDisplay.registerScripts([script]);
  // At its start Thunderbird may be quicker, and show a mail already.
  for (const tab of await messenger.tabs.query({})) {
    if (tab.id !== undefined && /^(mail|messageDisplay)$/.test(tab.type ?? "")) {
      scripting.executeScript({ target: { tabId: tab.id }, files: script.js }).catch(() => {}); // it shows none
    }
  }
} catch {
  // It is registered from before this page slept.
}
