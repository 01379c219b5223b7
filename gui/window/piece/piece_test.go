package piece_test

import (
	"fmt"
	"image/color"
	"strings"
	"testing"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/gui/model"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/look"
)

// hex writes a colour that lies over another.
func hex(over, ground color.Color) string {
	r, g, b, a := over.RGBA()
	gr, gg, gb, _ := ground.RGBA()
	mix := func(o, u uint32) uint32 { return (o + u*(0xffff-a)/0xffff) >> 8 }
	return fmt.Sprintf("#%02X%02X%02X", mix(r, gr), mix(g, gg), mix(b, gb))
}

// Every text can be read on every ground that it stands on, also where the pointer is
// or a row is chosen; edges and the ring of the keyboard can be seen.
func TestContrast(t *testing.T) {
	for _, variant := range []string{"light", "dark"} {
		th := piece.NewTheme(variant, 100)
		at := func(name fyne.ThemeColorName) color.Color { return th.Color(name, theme.VariantLight) }
		for _, ground := range []fyne.ThemeColorName{theme.ColorNameBackground, piece.ColorCard, theme.ColorNameInputBackground, theme.ColorNameOverlayBackground} {
			for _, over := range []fyne.ThemeColorName{"", theme.ColorNameHover, theme.ColorNameSelection} {
				under := hex(at(ground), at(ground))
				if over != "" {
					under = hex(at(over), at(ground))
				}
				for _, text := range []fyne.ThemeColorName{
					theme.ColorNameForeground, theme.ColorNamePrimary, theme.ColorNameDisabled, theme.ColorNamePlaceHolder, theme.ColorNameHyperlink,
					theme.ColorNameError, theme.ColorNameWarning, theme.ColorNameSuccess, piece.ColorMuted, piece.ColorHeld, piece.ColorAsked, piece.ColorClean,
				} {
					if c := look.Contrast(hex(at(text), at(text)), under); c < 4.5 {
						t.Errorf("%s: %s on %s %s has a contrast of %.2f", variant, text, ground, over, c)
					}
				}
				for _, edge := range []fyne.ThemeColorName{piece.ColorEdge, theme.ColorNameFocus, theme.ColorNameInputBorder} {
					if c := look.Contrast(hex(at(edge), at(edge)), under); over == "" && c < 3 {
						t.Errorf("%s: %s on %s has a contrast of %.2f", variant, edge, ground, c)
					}
				}
			}
		}
		if c := look.Contrast(hex(at(theme.ColorNameForegroundOnPrimary), color.Black), hex(at(theme.ColorNamePrimary), color.Black)); c < 4.5 {
			t.Errorf("%s: the main button has a contrast of %.2f", variant, c)
		}
	}
}

// What a stranger wrote becomes one line of letters that only show themselves.
func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"Shop": "Shop", "  a \n\t b  ": "a b", "\u202eabc\u202c": "abc", "a\u200bb\ufeff": "ab", "x\x1b[31m": "x[31m",
		"\u0301a\u0301": "a\u0301", "\xff\xfe": "", strings.Repeat("W", 99): strings.Repeat("W", 80) + "…", "$(id)": "$(id)",
	} {
		if got := piece.Clean(text, 80); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		text := piece.Clean(rapid.String().Draw(r, "text"), 40)
		n := 0
		for _, c := range text {
			if n++; !unicode.IsPrint(c) {
				r.Errorf("%q is left in %q", c, text)
			}
		}
		if n > 42 || text != strings.TrimSpace(text) || piece.Clean(text, 50) != text {
			r.Errorf("%q", text)
		}
	})
}

func FuzzClean(f *testing.F) {
	f.Add("\u202eevil\u2066 $(x)\n\x00")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range piece.Clean(text, 60) {
			if unicode.Is(unicode.Cf, c) || unicode.IsControl(c) {
				t.Fatalf("%q", c)
			}
		}
	})
}

// Buttons, switches and charts answer to keys, and say how they stand to who listens.
func TestKeys(t *testing.T) {
	test.NewTempApp(t)
	n := 0
	b := piece.NewButton("Go", func() { n++ })
	b.TypedRune(' ')
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyA})
	b.Enable(false)
	test.Tap(b)
	if n != 2 || b.AccessibilityLabel() != "Go" {
		t.Errorf("pressed %d times", n)
	}
	var is []bool
	s := piece.NewSwitch("Notices", "on", "off", false, func(on bool) { is = append(is, on) })
	s.TypedRune(' ')
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if fmt.Sprint(is) != "[true false]" || s.AccessibilityLabel() != "Notices: off" {
		t.Errorf("switched %v, %s", is, s.AccessibilityLabel())
	}
	c := piece.NewChart(model.Chart{Says: "All.", Bars: []model.Bar{{Long: "a"}, {Long: "b"}, {Long: "c"}}}, func(b model.Bar) string { return b.Long })
	c.FocusGained()
	said := c.AccessibilityLabel()
	for _, k := range []fyne.KeyName{fyne.KeyLeft, fyne.KeyHome, fyne.KeyLeft, fyne.KeyRight, fyne.KeyEnd, fyne.KeyRight} {
		c.TypedKey(&fyne.KeyEvent{Name: k})
		said += strings.TrimPrefix(c.AccessibilityLabel(), "All.")
	}
	if said != "All. c b a a b c c" {
		t.Errorf("said %q", said)
	}
	if png, err := c.PNG(); err != nil || len(png) < 1000 || string(png[1:4]) != "PNG" {
		t.Errorf("the picture has %d octets, %v", len(png), err)
	}
	empty := piece.NewChart(model.Chart{}, nil)
	empty.FocusGained()
	empty.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
}

// The toolkit speaks all languages of Unseen.
func TestSpeak(t *testing.T) {
	test.NewTempApp(t)
	for _, lang := range []string{"en", "fr", "nl", "de"} {
		if err := piece.Speak(lang); err != nil {
			t.Error(err)
		}
	}
	if piece.Speak("pt") == nil {
		t.Error("pt is spoken")
	}
}
