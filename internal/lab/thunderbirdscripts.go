package lab

// scriptPreamble stands before every script.
const scriptPreamble = `
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const pause = ms => new Promise(done => setTimeout(done, ms));
const until = async (what, yes) => {
  for (let i = 0; i < 1200; i++) { const v = await yes(); if (v) { return v; } await pause(25); }
  throw new Error("waited in vain for " + what);
};
const main = () => Services.wm.getMostRecentWindow("mail:3pane");
const pane = () => {
  const tabs = main().document.getElementById("tabmail");
  if (!tabs.currentAbout3Pane && tabs.tabInfo?.length) { tabs.switchToTab(0); }
  return tabs.currentAbout3Pane;
};
const server = () => MailServices.accounts.accounts.find(a => a.incomingServer.type == "imap").incomingServer;
const inbox = () => server().rootFolder.getFolderWithFlags(Components.interfaces.nsMsgFolderFlags.Inbox);
const headers = () => [...inbox().msgDatabase.enumerateMessages()];
const bySubject = s => headers().find(h => h.mime2DecodedSubject == s);
`

const scriptReady = `
await until("the main window", () => main() && main().document.readyState == "complete" &&
  main().document.getElementById("tabmail") && pane() && pane().document.readyState == "complete" && pane().displayFolder);
`

// scriptLogin stores the passwords: there is no policy and no preference for
// them. The origin of an account has no port.
const scriptLogin = `
const who = arguments[0];
for (const [scheme, host] of [["imap", who.imap], ["smtp", who.smtp]]) {
  if (!host) { continue; }
  const origin = scheme + "://" + host;
  const info = Components.classes["@mozilla.org/login-manager/loginInfo;1"]
    .createInstance(Components.interfaces.nsILoginInfo);
  info.init(origin, null, origin, who.user, who.password, "", "");
  const known = await Services.logins.searchLoginsAsync({ origin, httpRealm: origin });
  if (!known.length) { await Services.logins.addLoginAsync(info); }
}
`

// scriptSync fetches what is new until there are as many messages as expected.
const scriptSync = `
const [want] = arguments;
server().performExpand(null);
await until("the inbox", () => inbox());
pane().displayFolder(inbox().URI);
let round = 0;
await until(want + " messages", () => {
  if (round++ % 40 == 0) { inbox().updateFolder(null); }
  return headers().length >= want;
});
`

// scriptStored waits until the bodies of all messages are on disk. While
// Thunderbird fetches them by itself the folder is busy, which is as good.
const scriptStored = `
const offline = Components.interfaces.nsMsgMessageFlags.Offline;
const urls = { OnStartRunningUrl() {}, OnStopRunningUrl() {} };
let round = 0;
await until("the offline copies", () => {
  if (headers().every(h => h.flags & offline)) { return true; }
  if (round++ % 80 == 0) {
    try { inbox().downloadAllForOffline(urls, null); } catch (busy) { void busy; }
  }
  return false;
});
`

// scriptOpen shows a message and waits until it is there with all its
// pictures, loaded or not.
const scriptOpen = `
const [subject] = arguments;
const about = pane();
about.displayFolder(inbox().URI);
await until("the view", () => about.gDBView && about.gDBView.rowCount > 0);
const header = await until("the message " + subject, () => bySubject(subject));
const row = about.gDBView.findIndexOfMsgHdr(header, true);
const browser = about.messageBrowser.contentWindow;
about.threadTree.selectedIndex = -1;
await pause(50);
const loaded = new Promise(done => browser.addEventListener("MsgLoaded", done, { once: true }));
about.threadTree.selectedIndex = row;
await Promise.race([loaded, pause(20000).then(() => { throw new Error("the message never loaded"); })]);
const docOf = () => about.messagePane?.ownerDocument && browser.getMessagePaneBrowser
  ? browser.getMessagePaneBrowser().contentDocument
  : browser.document.getElementById("messagepane").contentDocument;
// A signed message is looked at once more after it was loaded.
await until("the document", () => docOf()?.documentElement);
const doc = docOf();
for (let i = 0; i < 400 && ![...doc.images].every(image => image.complete); i++) { await pause(25); }
await pause(100);
return {
  text: doc.body ? doc.body.textContent : "",
  html: doc.documentElement.outerHTML,
  images: [...doc.images].map(i => ({ src: i.getAttribute("src") || "", width: i.naturalWidth, height: i.naturalHeight })),
};
`

const scriptSetOffline = `
Services.io.offline = arguments[0];
await pause(100);
`

// scriptCompose begins an answer to a message, with its text quoted.
const scriptCompose = `
const [subject, text] = arguments;
const header = bySubject(subject);
const uri = inbox().getUriForMsg(header);
const identity = MailServices.accounts.accounts[0].defaultIdentity;
MailServices.compose.OpenComposeWindow(null, header, uri, Components.interfaces.nsIMsgCompType.ReplyToSender,
  Components.interfaces.nsIMsgCompFormat.HTML, identity, null, null);
const win = await until("the compose window", () => Services.wm.getMostRecentWindow("msgcompose"));
await until("the editor", () => win.gMsgCompose && win.gMsgCompose.editor && win.document.readyState == "complete" &&
  win.document.getElementById("messageEditor").contentDocument.querySelector("blockquote"));
await pause(300);
win.gMsgCompose.editor.QueryInterface(Components.interfaces.nsIHTMLEditor).beginningOfDocument();
win.gMsgCompose.editor.QueryInterface(Components.interfaces.nsIEditorMailSupport).insertTextWithQuotations(text);
const html = win.document.getElementById("messageEditor").contentDocument.documentElement.outerHTML;
await until("leave to go on", () => !win.gWindowLocked && !win.gSendLocked);
`

// scriptReply sends an answer and waits until the window has closed, which it
// does when the server has taken the mail.
const scriptReply = scriptCompose + `
win.goDoCommand("cmd_sendNow");
await until("the mail to be gone", () => win.closed);
return html;
`

// scriptDraft stores an answer among the drafts, and closes the window.
const scriptDraft = scriptCompose + `
win.goDoCommand("cmd_saveAsDraft");
await pause(100);
await until("the draft to be stored", () => !win.gWindowLocked && !win.gMsgCompose.bodyModified);
win.close();
await until("the window to close", () => win.closed);
return html;
`

// scriptForward sends a message on.
const scriptForward = `
const [subject, to, attached] = arguments;
const header = bySubject(subject);
const uri = inbox().getUriForMsg(header);
const kinds = Components.interfaces.nsIMsgCompType;
const identity = MailServices.accounts.accounts[0].defaultIdentity;
MailServices.compose.OpenComposeWindow(null, header, uri, attached ? kinds.ForwardAsAttachment : kinds.ForwardInline,
  Components.interfaces.nsIMsgCompFormat.HTML, identity, null, null);
const win = await until("the compose window", () => Services.wm.getMostRecentWindow("msgcompose"));
await until("the editor", () => win.gMsgCompose && win.gMsgCompose.editor && win.document.readyState == "complete" &&
  (attached ? win.document.getElementById("attachmentBucket").itemCount > 0
    : win.document.getElementById("messageEditor").contentDocument.querySelector(".moz-forward-container")));
await pause(300);
win.addressRowAddRecipientsArray(win.document.getElementById("addressRowTo"), [to]);
const html = win.document.getElementById("messageEditor").contentDocument.documentElement.outerHTML;
await until("leave to go on", () => !win.gWindowLocked && !win.gSendLocked);
win.goDoCommand("cmd_sendNow");
await until("the mail to be gone", () => win.closed);
return html;
`

// scriptProxies asks the proxy service, which asks the PAC file if there is one.
const scriptProxies = `
const service = Components.classes["@mozilla.org/network/protocol-proxy-service;1"]
  .getService(Components.interfaces.nsIProtocolProxyService);
return new Promise(done => service.asyncResolve(Services.io.newURI(arguments[0]), 0, {
  onProxyAvailable(request, uri, info) {
    const ways = [];
    for (; info; info = info.failoverProxy) {
      ways.push(info.type == "direct" ? "direct" : info.type + " " + info.host + ":" + info.port);
    }
    done(ways.length ? ways : ["direct"]);
  },
}));
`
