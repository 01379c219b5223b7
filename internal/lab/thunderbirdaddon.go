package lab

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// addAddOns puts packed add-ons where Thunderbird finds them at its start.
func (tb *Thunderbird) addAddOns(t testing.TB, packed map[string][]byte) {
	t.Helper()
	if len(packed) == 0 {
		return
	}
	dir := filepath.Join(tb.Profile, "extensions")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for id, body := range packed {
		if err := os.WriteFile(filepath.Join(dir, id+".xpi"), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	user, err := os.OpenFile(filepath.Join(tb.Profile, "user.js"), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer user.Close()
	// Nobody is there to say yes to them.
	if _, err := user.WriteString("user_pref(\"extensions.autoDisableScopes\", 0);\n"); err != nil {
		t.Fatal(err)
	}
}

// Said is what Thunderbird and its add-ons wrote into its console as errors.
func (tb *Thunderbird) Said(t testing.TB) []string {
	t.Helper()
	var said []string
	tb.Do(t, &said, `return Services.console.getMessageArray().map(m => String(m.message || m)).filter(m => /unseen|moz-extension/i.test(m));`)
	return said
}

// Picture is a picture of Thunderbird's window, as PNG.
func (tb *Thunderbird) Picture(t testing.TB) []byte {
	t.Helper()
	raw, err := tb.remote.command("WebDriver:TakeScreenshot", map[string]any{"full": false})
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Value string `json:"value"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatalf("reading a picture: %v", err)
	}
	png, err := base64.StdEncoding.DecodeString(answer.Value)
	if err != nil {
		t.Fatal(err)
	}
	return png
}

// A Told is what an add-on shows of the open message: the number on its button, and
// the line in the message.
type Told struct {
	// Badge is the number, "" for none.
	Badge string `json:"badge"`
	// Bar is the line, "" for none; Bars is how many there are.
	Bar string `json:"bar"`
	// Bars is how many lines there are.
	Bars int `json:"bars"`
}

// scriptTold reads what an add-on shows, through closed shadow roots, too.
const scriptTold = `
const about = pane();
const browser = about.messageBrowser.contentWindow;
const button = browser.document.querySelector("[id*='unseen'][id*='messageDisplayAction']");
const doc = browser.getMessagePaneBrowser().contentDocument;
const bars = [...doc.querySelectorAll("div[role='region'][aria-label='Unseen']")];
const badge = button?.querySelector(".toolbarbutton-badge")?.textContent || button?.getAttribute("badge") || "";
return { badge, bars: bars.length,
  bar: bars.map(b => b.openOrClosedShadowRoot?.querySelector("p")?.textContent || "").join("|") };
`

// Told is what an add-on shows of the open message.
func (tb *Thunderbird) Told(t testing.TB) Told {
	t.Helper()
	var told Told
	tb.Do(t, &told, scriptTold)
	return told
}

// ClickLink clicks a link in the open message, by what it shows.
func (tb *Thunderbird) ClickLink(t testing.TB, text string) {
	t.Helper()
	tb.Do(t, nil, `
const doc = pane().messageBrowser.contentWindow.getMessagePaneBrowser().contentDocument;
const link = await until("the link", () => [...doc.links].find(a => a.textContent == arguments[0]));
link.focus();
link.click();
await pause(300);
`, text)
}

// scriptPage opens messages of the inbox as fast as they load, and returns how long each
// took to be shown, in milliseconds.
const scriptPage = `
const [from, to] = arguments;
const about = pane();
about.displayFolder(inbox().URI);
await until("the view", () => about.gDBView && about.gDBView.rowCount > 0);
const browser = about.messageBrowser.contentWindow;
const took = [];
about.threadTree.selectedIndex = -1;
await pause(100);
for (let row = from; row < Math.min(to, about.gDBView.rowCount); row++) {
  const began = browser.performance.now();
  const loaded = new Promise(done => browser.addEventListener("MsgLoaded", done, { once: true }));
  about.threadTree.selectedIndex = row;
  await Promise.race([loaded, pause(20000).then(() => { throw new Error("message " + row + " never loaded"); })]);
  took.push(browser.performance.now() - began);
}
return took;
`

// Page opens the messages of the inbox from one row up to another, one after the other,
// as fast as they load, and returns how long each took to be shown.
func (tb *Thunderbird) Page(t testing.TB, from, to int) []time.Duration {
	t.Helper()
	var ms []float64
	tb.Do(t, &ms, scriptPage, from, to)
	took := make([]time.Duration, 0, len(ms))
	for _, one := range ms {
		took = append(took, time.Duration(one*float64(time.Millisecond)))
	}
	return took
}

// Enable switches an add-on on or off, as its switch in the manager of add-ons does.
func (tb *Thunderbird) Enable(t testing.TB, id string, on bool) {
	t.Helper()
	tb.Do(t, nil, `
const [id, on] = arguments;
const { AddonManager } = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
const addon = await AddonManager.getAddonByID(id);
await (on ? addon.enable() : addon.disable());
await until("it to be so", () => addon.isActive == on);`, id, on)
}

// Memory is how much memory Thunderbird's main process and that of its add-ons have to
// themselves, in octets, after they have tidied up: garbage is collected and caches are
// given up, as by the button of about:memory, until that frees no more.
func (tb *Thunderbird) Memory(t testing.TB) (itself, addOns int64) {
	t.Helper()
	var n [2]int64
	tb.Do(t, &n, `
const manager = Components.classes["@mozilla.org/memory-reporter-manager;1"].getService(Components.interfaces.nsIMemoryReporterManager);
const now = async () => {
  await new Promise(done => manager.minimizeMemoryUsage(done));
  await pause(500);
  const all = await ChromeUtils.requestProcInfo();
  return [all.memory, all.children.filter(c => c.type == "extension").reduce((sum, c) => sum + c.memory, 0)];
};
let best = await now();
for (let same = 0, i = 0; same < 3 && i < 20; i++) {
  const at = await now();
  same = at.every((n, i) => n >= best[i] - (1 << 20)) ? same + 1 : 0;
  best = best.map((n, i) => Math.min(n, at[i]));
}
return best;`)
	return n[0], n[1]
}

// AddOnPage opens a page of an add-on in a tab and returns a picture of it.
func (tb *Thunderbird) AddOnPage(t testing.TB, id, page string) []byte {
	t.Helper()
	tb.Do(t, nil, `
const [id, page] = arguments;
const tabs = main().document.getElementById("tabmail");
const url = WebExtensionPolicy.getByID(id).getURL(page);
const tab = tabs.openTab("contentTab", { url, triggeringPrincipal: WebExtensionPolicy.getByID(id).extension.principal, linkHandler: "single-page" });
await until("the page", () => tab.browser?.contentTitle || tab.browser?.currentURI?.spec == url);
await pause(1500);`, id, page)
	png := tb.Picture(t)
	tb.Do(t, nil, `main().document.getElementById("tabmail").closeOtherTabs(main().document.getElementById("tabmail").tabInfo[0]);`)
	return png
}

// TypeInto opens a page of an add-on in a tab, types into its one field of text, presses
// the button beside it, and returns what stands where a selector says as soon as it does.
// The add-on has to be in the main process (extensions.webextensions.remote).
func (tb *Thunderbird) TypeInto(t testing.TB, id, page, text, shows string) string {
	t.Helper()
	var said string
	tb.Do(t, &said, `
const [id, page, text, shows] = arguments;
const tabs = main().document.getElementById("tabmail");
const url = WebExtensionPolicy.getByID(id).getURL(page);
const tab = tabs.openTab("contentTab", { url, triggeringPrincipal: WebExtensionPolicy.getByID(id).extension.principal, linkHandler: "single-page" });
const doc = () => tab.browser?.contentDocument;
const field = await until("the field", () => doc()?.querySelector("input[type=text]"));
field.value = text;
field.form.querySelector("button").click();
const said = await until("what is said", () => doc()?.querySelector(shows));
const words = said.textContent;
tabs.closeOtherTabs(tabs.tabInfo[0]);
return words;`, id, page, text, shows)
	return said
}

// Switch presses a switch on a page of an add-on, opened in a tab, and returns how it then
// is. The add-on has to be in the main process (extensions.webextensions.remote).
func (tb *Thunderbird) Switch(t testing.TB, id, page, selector string) (on bool) {
	t.Helper()
	tb.Do(t, &on, `
const [id, page, selector] = arguments;
const tabs = main().document.getElementById("tabmail");
const url = WebExtensionPolicy.getByID(id).getURL(page);
const tab = tabs.openTab("contentTab", { url, triggeringPrincipal: WebExtensionPolicy.getByID(id).extension.principal, linkHandler: "single-page" });
const at = await until("the switch", () => tab.browser?.contentDocument?.querySelector(selector));
at.click();
await pause(300);
const on = at.checked;
tabs.closeOtherTabs(tabs.tabInfo[0]);
return on;`, id, page, selector)
	return on
}

// BrowserStub makes a program that takes web addresses from the mail program, and
// returns the file it writes them to, one a line. Home is the reader's.
func BrowserStub(t testing.TB, home string) string {
	t.Helper()
	opened := filepath.Join(home, "opened")
	stub := filepath.Join(home, "stub-browser")
	apps := filepath.Join(home, ".local", "share", "applications")
	files := map[string]string{
		stub:                                 "#!/bin/sh\necho \"$1\" >>" + opened + "\n",
		filepath.Join(apps, "stub.desktop"):  "[Desktop Entry]\nType=Application\nName=Stub\nExec=" + stub + " %u\nMimeType=x-scheme-handler/http;x-scheme-handler/https;\n",
		filepath.Join(apps, "mimeapps.list"): "[Default Applications]\nx-scheme-handler/http=stub.desktop\nx-scheme-handler/https=stub.desktop\n",
		filepath.Join(home, ".config", "mimeapps.list"): "[Default Applications]\nx-scheme-handler/http=stub.desktop\nx-scheme-handler/https=stub.desktop\n",
	}
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return opened
}

// scriptPanel presses the button of the line in the message, and waits for the window
// that it opens.
const scriptPanel = `
const doc = pane().messageBrowser.contentWindow.getMessagePaneBrowser().contentDocument;
const bar = await until("the line", () => doc.querySelector("div[role='region'][aria-label='Unseen']"));
bar.openOrClosedShadowRoot.querySelector("button").click();
`

// scriptInPanel runs a function in the window of the add-on.
const scriptInPanel = `
const win = await until("the panel", () => [...Services.wm.getEnumerator(null)].find(w => w.location.href.endsWith("/extensionPopup.xhtml") && w.document.getElementById("requestFrame")));
const browser = win.document.getElementById("requestFrame");
const inside = await until("its page", () => browser.contentDocument?.querySelector("main")?.firstChild && browser.contentDocument);
`

// OpenPanel presses the button of the line in the open message.
func (tb *Thunderbird) OpenPanel(t testing.TB) { tb.Do(t, nil, scriptPanel) }

// InPanel runs the body of an async function in the window of the add-on, where "inside"
// is its document, and puts what it returns into result.
func (tb *Thunderbird) InPanel(t testing.TB, result any, body string, args ...any) {
	t.Helper()
	tb.Do(t, result, scriptInPanel+body, args...)
}
