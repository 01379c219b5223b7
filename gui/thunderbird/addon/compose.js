// What is sent names no address of this machine.

import { soon, patience } from "./unseen.js";

/** What addresses of the gateway look like, whatever its port. */
const gateway = /http:\/\/127\.0\.0\.1:\d+\/(p\/|l\/)?[A-Za-z0-9]{11,22}/;

/**
 * @param {import("./unseen.js").Unseen} unseen
 * @param {{body?: string, plainTextBody?: string, isPlainText?: boolean}} details
 */
export async function beforeSending(unseen, details) {
  const html = details.isPlainText ? "" : details.body ?? "";
  const text = details.isPlainText ? details.plainTextBody ?? "" : "";
  if (!gateway.test(html) && !gateway.test(text)) {
    return {};
  }
  try {
    const clean = await soon(unseen.ask("POST", "/v1/addon/compose", { html, text }), 5 * patience);
    if (clean.unknown) {
      return stopped("sendUnknown");
    }
    return { details: details.isPlainText ? { plainTextBody: clean.text ?? "" } : { body: clean.html ?? "" } };
  } catch {
    return stopped("sendStopped");
  }
}

/** Keeps a mail from being sent, and says why. @param {string} why */
async function stopped(why) {
  await messenger.windows.create({ type: "popup", url: "said.html?" + why, width: 480, height: 260 });
  return { cancel: true };
}
