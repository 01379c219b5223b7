package lab

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
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
const win = doc.defaultView;
const utils = win.windowUtils;
const at = link.getBoundingClientRect();
for (const type of ["mousedown", "mouseup"]) {
  utils.sendMouseEvent(type, at.left + at.width / 2, at.top + at.height / 2, 0, 1, 0);
}
await pause(300);
`, text)
}
