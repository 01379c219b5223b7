package proxy

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestFitCard(t *testing.T) {
	for _, c := range []struct {
		name                 string
		width, height        int
		wantW, wantH, points int // 0: nothing to see
	}{
		{"nothing declared", -1, -1, defaultWidth, 0, 1},
		{"declared", 300, 100, 300, 100, 2},
		{"width alone", 600, -1, 600, 0, 2},
		{"height alone", -1, 80, defaultWidth, 80, 2},
		{"large", 600, 500, 600, 500, 1},
		{"larger than is drawn", 1600, 1200, 800, 600, 1},
		{"a point", 1, 1, 0, 0, 0},
		{"a line", 600, 1, 0, 0, 0},
		{"an endless line", 1 << 30, 20, 0, 0, 0},
		{"an endless square", 1 << 30, 1 << 30, 692, 692, 1},
		{"nil", 0, 0, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := fitCard(c.width, c.height, note{})
			if ok != (c.points > 0) || got.width != c.wantW || got.height != c.wantH || got.scale != c.points {
				t.Errorf("fitCard = %d x %d, %d points, %v", got.width, got.height, got.scale, ok)
			}
		})
	}
}

// Whatever size is declared and whatever is written, a picture comes out that is
// bounded and keeps the proportions.
func TestCardsOfAnySize(t *testing.T) {
	p := newPainter()
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.OneOf(rapid.IntRange(-1, 60), rapid.IntRange(60, 800), rapid.Int())
		c, ok := fitCard(side.Draw(t, "width"), side.Draw(t, "height"), note{title: "Picture held", text: rapid.String().Draw(t, "text")})
		if !ok {
			return
		}
		b, err := p.card(c)
		if err != nil {
			t.Fatal(err)
		}
		pic, err := png.DecodeConfig(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if pic.Width != c.width*c.scale || c.height > 0 && pic.Height != c.height*c.scale || pic.Width*pic.Height > 4*largestArea {
			t.Fatalf("%d x %d points for %d x %d", pic.Width, pic.Height, c.width, c.height)
		}
	})
	if len(p.drawn) > maxCards || len(p.drawn) != len(p.order) {
		t.Errorf("%d cards kept, %d in order", len(p.drawn), len(p.order))
	}
}

func TestCardIsDrawnOnce(t *testing.T) {
	p := newPainter()
	c, _ := fitCard(300, 100, note{title: "Picture held", text: "Shop wanted to know."})
	first, err := p.card(c)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if again, err := p.card(c); err != nil || &again[0] != &first[0] {
				t.Error("drawn again")
			}
		})
	}
	wg.Wait()
}

func TestCardsAreForgotten(t *testing.T) {
	p := newPainter()
	for i := range maxCards + 20 {
		p.keep(card{width: i}, make([]byte, 10))
	}
	if len(p.drawn) != maxCards || p.size != 10*maxCards {
		t.Errorf("%d cards, %d octets", len(p.drawn), p.size)
	}
	p.keep(card{width: -1}, make([]byte, maxCardSize))
	if len(p.drawn) != 1 || p.size != maxCardSize {
		t.Errorf("%d cards, %d octets", len(p.drawn), p.size)
	}
}

func TestLayOut(t *testing.T) {
	fs, err := parseFonts()
	if err != nil {
		t.Fatal(err)
	}
	title, _ := newFace(fs.medium, titleSize, 1)
	text, _ := newFace(fs.regular, textSize, 1)
	say := note{title: "Picture held", text: "Shop wanted to know that you opened this mail. It was not told."}
	for _, c := range []struct {
		name          string
		width, height int
		title, mark   bool
		lines         int
	}{
		{"roomy", 600, 200, true, true, 1},
		{"narrow", 160, 200, true, false, 3},
		{"low", 600, 40, true, true, 0},
		{"lower", 600, 20, false, true, 0},
		{"button", 120, 40, true, false, 0},
		{"square", 40, 40, false, true, 0},
		{"tower", 60, 600, false, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := layOut(card{note: say, width: c.width, height: c.height, scale: 1}, title, text)
			if (b.title != "") != c.title || (b.mark > 0) != c.mark || len(b.lines) != c.lines {
				t.Errorf("layOut = %+v", b)
			}
			if b.width > c.width || b.height > c.height {
				t.Errorf("%d x %d does not fit", b.width, b.height)
			}
		})
	}
}

// No line is wider than its room, and no letter is lost but at the end.
func TestWrap(t *testing.T) {
	fs, err := parseFonts()
	if err != nil {
		t.Fatal(err)
	}
	f, _ := newFace(fs.regular, textSize, 1)
	rapid.Check(t, func(t *rapid.T) {
		s := f.legible(cleanText(rapid.StringMatching(`[a-zA-Zäß€ .]{0,80}`).Draw(t, "text"), maxText))
		width := rapid.IntRange(40, 400).Draw(t, "width")
		lines := f.wrap(s, width, 100)
		for _, line := range lines {
			if f.width(line) > float64(width) {
				t.Fatalf("%q is wider than %d", line, width)
			}
		}
		if got := strings.Join(lines, ""); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(s, " ", "") {
			t.Fatalf("%q became %q", s, lines)
		}
		if short := f.wrap(s, width, 1); len(lines) > 1 && (len(short) != 1 || !strings.HasSuffix(short[0], "…")) {
			t.Fatalf("%q was cut to %q", s, short)
		}
	})
}

func TestCleanText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Shop Ltd.", "Shop Ltd."},
		{"blanks", "  Shop \t\r\n Ltd. ", "Shop Ltd."},
		{"control", "Sh\x00o\x1b[31mp", "Sho[31mp"},
		{"turned around", "Shop \u202egpj.exe", "Shop gpj.exe"},
		{"invisible", "Sh\u200bo\ufeffp\u00ad", "Shop"},
		{"other letters", "Größe 株式会社", "Größe 株式会社"},
		{"broken UTF-8", "Sh\xffop", "Shop"},
		{"private", "Sh\ue000op", "Shop"},
		{"long", strings.Repeat("x", 30), strings.Repeat("x", 20) + "…"},
		{"nothing", " \u200b ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := cleanText(c.in, 20); got != c.want {
				t.Errorf("cleanText = %q; want %q", got, c.want)
			}
		})
	}
}

// FuzzCleanText checks that what is drawn is short and only read.
func FuzzCleanText(f *testing.F) {
	f.Add("Shop \u202egpj.exe")
	f.Add(strings.Repeat("a \n", 50))
	f.Fuzz(func(t *testing.T, s string) {
		out := cleanText(s, 20)
		if n := len([]rune(out)); n > 22 {
			t.Fatalf("%q has %d letters", out, n)
		}
		for _, r := range out {
			if !unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("%q holds %U", out, r)
			}
		}
	})
}

func TestWanted(t *testing.T) {
	w := Words{Wanted: "%s fragte."}.orEnglish()
	for _, c := range []struct{ sender, host, want string }{
		{"Shop", "track.example", "Shop fragte."},
		{"", "track.example", "track.example fragte."},
		{"\u200b", "track.example", "track.example fragte."},
		{"100%s", "x", "100%s fragte."},
	} {
		if got := w.wanted(c.sender, c.host); got != c.want {
			t.Errorf("wanted(%q, %q) = %q", c.sender, c.host, got)
		}
	}
	if w.Held != "Picture held" {
		t.Errorf("a missing word became %q", w.Held)
	}
}

// TestWriteCards writes cards for a person to look at.
func TestWriteCards(t *testing.T) {
	dir := os.Getenv("UNSEEN_CARDS")
	if dir == "" {
		t.Skip("UNSEEN_CARDS names no directory to write placeholders to")
	}
	p, w := newPainter(), Words{}.orEnglish()
	for i, size := range [][2]int{{-1, -1}, {600, 300}, {600, -1}, {280, 120}, {150, 150}, {120, 40}, {40, 40}, {16, 16}, {600, 40}, {200, 60}, {1200, 900}, {90, 200}} {
		n := note{title: w.Held, text: w.wanted("Café Größenwahn Newsletter", "x.example")}
		if i%4 == 3 {
			n = note{title: w.Failed, text: w.NotPicture, plain: true}
		}
		c, ok := fitCard(size[0], size[1], n)
		if !ok {
			t.Errorf("no card for %v", size)
			continue
		}
		b, err := p.card(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("card%02d.png", i)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
