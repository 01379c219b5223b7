package e2e_test

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/words"
)

// openPanel opens the panel of a mail, in a Thunderbird where it can be read and pressed:
// in the same process.
func openPanel(t *testing.T) (*addOnHouse, *lab.Thunderbird) {
	t.Helper()
	h := openAddOnHouse(t, [][]byte{tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")})
	with := h.reader(h.direct())
	with.Prefs = map[string]string{"extensions.webextensions.remote": "false"}
	tb := lab.StartThunderbird(t, with)
	tb.Sync(t, 1)
	h.reached(t, tb)
	tb.OpenPanel(t)
	return h, tb
}

// The panel: what was held, the same question as everywhere, and an answer that acts at
// once and stands in the ledger word for word. At its end a mail is kept as evidence, once
// it was said who would be asked for what.
func TestAddOnPanel(t *testing.T) {
	h, tb := openPanel(t)
	var text string
	tb.InPanel(t, &text, `await until("the question", () => inside.querySelector("fieldset") && inside.querySelector("#evidence form")); return inside.body.innerText;`)
	ctx := context.Background()
	list, err := h.client.Ask(ctx, api.Ask{Sender: "harbourbooks.example", Address: reader, Language: "en"})
	if err != nil || len(list) != 1 {
		t.Fatalf("asking: %+v, %v", list, err)
	}
	n := list[0].Notice
	want := []string{n.Question, n.Reach, n.Sender.Sentence, n.Lasts, n.Back, n.Silence, n.Is, n.IsNot}
	for _, p := range n.Purposes {
		want = append(want, p.Title, p.Sentence, p.Learners)
	}
	for _, v := range n.Vendors {
		want = append(want, v.Name, v.Role)
	}
	for _, sentence := range want {
		if !strings.Contains(text, sentence) {
			t.Errorf("the panel lacks %q:\n%s", sentence, text)
		}
	}
	panelPicture(t, tb, "panel")
	tb.InPanel(t, nil, `
const yes = inside.querySelector("input[name='performance'][value='yes']");
yes.click();
inside.querySelector("form button.main").click();
await until("the answer", () => inside.querySelector(".note"));`)
	history, err := h.client.History(ctx, "harbourbooks.example")
	if err != nil || len(history.Records) != 1 {
		t.Fatalf("the ledger has %+v, %v", history.Records, err)
	}
	if r := history.Records[0]; r.Decision != "granted" || r.Purpose != "performance" || r.How != "add-on" || r.NoticeSHA256 != n.SHA256 {
		t.Errorf("the record is %+v", r)
	}
	h.tells(t, tb, func(told lab.Told) bool { return told.Badge == "2" })
	h.keeps(t, tb)
}

// keeps marks evidence in the panel: with keys it says who would learn what, and no is no;
// without, nobody is asked, and the mail is kept.
func (h *addOnHouse) keeps(t *testing.T, tb *lab.Thunderbird) {
	t.Helper()
	const choose = `
const form = await until("the choice", () => inside.querySelector("#evidence form"));
form.querySelector("input[value='" + arguments[0] + "']").click();
if (arguments[1]) { form.querySelector("input[name='keys']").click(); }
form.querySelector("button").click();
await until("what it does", () => inside.querySelector("#evidence [role='status']"));
return inside.querySelector("#evidence").innerText;`
	var said string
	tb.InPanel(t, &said, choose, "all", true)
	say := words.English().Say
	for _, sentence := range []string{say(words.FaceEvidenceAsks), say(words.MarkLearnsKey)} {
		if !strings.Contains(said, sentence) {
			t.Errorf("of keys it says %q", said)
		}
	}
	panelPicture(t, tb, "evidence")
	ctx := context.Background()
	if marks, err := h.client.Marks(ctx); err != nil || len(marks) != 0 {
		t.Errorf("before a yes, marked are %+v, %v", marks, err)
	}
	tb.InPanel(t, nil, `inside.querySelector("#evidence .pair button:not(.main)").click();`)
	if tb.InPanel(t, &said, choose, "all", false); !strings.Contains(said, say(words.FaceEvidenceQuiet)) {
		t.Errorf("without keys it says %q", said)
	}
	tb.InPanel(t, &said, `
inside.querySelector("#evidence button.main").click();
await until("that it is kept", () => !inside.querySelector("#evidence form") && !inside.querySelector("#evidence [role='status']") && inside.querySelector("#evidence"));
return inside.body.innerText;`)
	if !strings.Contains(said, "harbourbooks.example are kept as evidence until") {
		t.Errorf("then it says %q", said)
	}
	marks, err := h.client.Marks(ctx)
	if err != nil || len(marks) != 1 || marks[0].Sender != "harbourbooks.example" || !marks[0].Active || marks[0].Mails != 1 || marks[0].Keys {
		t.Errorf("marked are %+v, %v", marks, err)
	}
}

// panelPicture keeps a picture of the whole panel where UNSEEN_PICTURES says.
func panelPicture(t *testing.T, tb *lab.Thunderbird, name string) {
	t.Helper()
	dir := os.Getenv("UNSEEN_PICTURES")
	if dir == "" {
		return
	}
	var png string
	tb.InPanel(t, &png, `
const bitmap = await browser.browsingContext.currentWindowGlobal.drawSnapshot(new DOMRect(0, 0, browser.clientWidth, inside.documentElement.scrollHeight), 1, "rgb(255,255,255)");
const canvas = inside.createElement("canvas"); canvas.width = bitmap.width; canvas.height = bitmap.height;
canvas.getContext("2d").drawImage(bitmap, 0, 0);
return canvas.toDataURL("image/png").split(",")[1];`)
	raw, err := base64.StdEncoding.DecodeString(png)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A look is how a reader has their desktop.
type look struct {
	name  string
	prefs map[string]int
	// forced says that the reader's colours win, dark which scheme it is, scale how large
	// letters are, in hundredths.
	forced, dark bool
	scale        int
}

// The panel in the light, in the dark, in high contrast and with letters twice as large:
// it is as the desktop is, every text stands out from what it stands on, and nothing is
// cut off at the side.
func TestAddOnLooks(t *testing.T) {
	_, tb := openPanel(t)
	for _, l := range []look{
		{name: "light", prefs: map[string]int{"ui.systemUsesDarkTheme": 0}, scale: 100},
		{name: "dark", prefs: map[string]int{"ui.systemUsesDarkTheme": 1}, dark: true, scale: 100},
		{name: "contrast", prefs: map[string]int{"ui.systemUsesDarkTheme": 0, "browser.display.document_color_use": 2}, forced: true, scale: 100},
		{name: "large", prefs: map[string]int{"browser.display.document_color_use": 1, "ui.textScaleFactor": 200}, scale: 200},
	} {
		t.Run(l.name, func(t *testing.T) {
			var got struct {
				Forced, Dark bool
				Font         float64
				Over         []string
				Faint        []string
				Texts        int
			}
			tb.InPanel(t, &got, scriptLook, l.prefs, l.dark, l.forced, l.scale)
			panelPicture(t, tb, "panel-"+l.name)
			if got.Forced != l.forced || got.Dark != l.dark || got.Texts < 20 {
				t.Errorf("it looks like %+v", got)
			}
			if len(got.Over) > 0 {
				t.Errorf("cut off at the side: %q", got.Over)
			}
			if len(got.Faint) > 0 {
				t.Errorf("hard to read: %q", got.Faint)
			}
		})
	}
}

// scriptLook sets preferences, waits for the page to follow, and measures: which media
// queries match, what is wider than the window, and what has less contrast than WCAG 2.2,
// success criterion 1.4.3 wants (4.5 to 1).
const scriptLook = `
const [prefs, dark, forced, scale] = arguments;
const before = parseFloat(inside.defaultView.getComputedStyle(inside.documentElement).fontSize);
for (const [name, value] of Object.entries(prefs)) { Services.prefs.setIntPref(name, value); }
await until("the question", () => inside.querySelector("fieldset") && inside.querySelector("#evidence form"));
const view = inside.defaultView;
const font = () => parseFloat(view.getComputedStyle(inside.documentElement).fontSize);
await until("the look", () => view.matchMedia("(prefers-color-scheme: dark)").matches == dark && view.matchMedia("(forced-colors: active)").matches == forced
  && (scale == 100 || font() * view.devicePixelRatio > 20));
for (const at of inside.querySelectorAll("details")) { at.open = true; }
await pause(300);
const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return { rgb: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 }; };
const light = rgb => { const [r, g, b] = rgb.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const ground = at => { for (; at; at = at.parentElement) { const c = parse(view.getComputedStyle(at).backgroundColor); if (c.a > 0.99) { return c.rgb; } } return dark ? [0, 0, 0] : [255, 255, 255]; };
const over = [], faint = [];
let texts = 0;
for (const at of inside.querySelectorAll("main *")) {
  const box = at.getBoundingClientRect();
  if (!box.width || !box.height) { continue; }
  if (box.right > inside.documentElement.clientWidth + 1) { over.push(at.tagName + " " + at.textContent.slice(0, 40)); }
  if (![...at.childNodes].some(n => n.nodeType == 3 && n.textContent.trim())) { continue; }
  texts++;
  const [a, b] = [light(parse(view.getComputedStyle(at).color).rgb), light(ground(at))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) { faint.push(ratio.toFixed(2) + " " + at.textContent.slice(0, 40)); }
}
return { Forced: view.matchMedia("(forced-colors: active)").matches, Dark: view.matchMedia("(prefers-color-scheme: dark)").matches, Font: font(), Over: over, Faint: faint, Texts: texts };
`
