package template_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/template"
)

// TestParse checks the forms of addresses.
func TestParse(t *testing.T) {
	for _, tt := range []struct{ name, url, want string }{
		{"plain", "https://Shop.example/img/header.png", "shop.example/img/header.png"},
		{"no path", "https://shop.example", "shop.example"},
		{"without a scheme", "//shop.example/a", "shop.example/a"},
		{"hexadecimal", "https://shop.example/o/7f3a9c2e51d84b06.gif", "shop.example/o/{}.gif"},
		{"UUID", "https://shop.example/11112222-3333-4444-8555-666677778888/x", "shop.example/{}/x"},
		{"random", "https://shop.example/go/1m37v32nb0l99x6xnh13ro65vp0ulsf6a2fkcw804405/246", "shop.example/go/{}/{}"},
		{"a name with a number", "https://shop.example/angebote/teppich-oregon-i-215298/", "shop.example/angebote/teppich-oregon-i-{n}/"},
		{"a size", "https://shop.example/img/header-600x200@2x.png", "shop.example/img/header-{n}x{n}@{n}x.png"},
		{"a name and an identifier", "https://shop.example/o/open-7f3a9c2e51d84b06", "shop.example/o/open-{}"},
		{"query", "https://shop.example/a?id=12&utm_source=mail&x", "shop.example/a?id={}&utm_source={}&{}"},
		{"query without keys", "https://shop.example/d.gif?o00y05e000f7bu0ih0000", "shop.example/d.gif?{}"},
		{"an identifier with a sign", "https://shop.example/d?o00y05e000f7bu0ih0000l6y=&a=1", "shop.example/d?{}&a={}"},
		{"host", "https://7f3a9c2e51d84b06.t.shop.example/a", "{}.t.shop.example/a"},
		{"a numbered machine", "https://cdn12.shop.example/a", "cdn12.shop.example/a"},
		{"user", "https://7f3a9c@shop.example/a", "{}@shop.example/a"},
		{"fragment", "https://shop.example/a#top", "shop.example/a#{}"},
		{"fragment behind a query", "https://shop.example/?a=b#c?d", "shop.example/?a={}#{}"},
		{"a fragment alone", "https://shop.example#", "shop.example"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := template.Parse(tt.url)
			if !ok || got.Text != tt.want {
				t.Errorf("%q, want %q", got.Text, tt.want)
			}
			for _, s := range got.Slots {
				if tt.url[s.Start:s.End] != s.Value {
					t.Errorf("%+v", s)
				}
			}
		})
	}
	for _, url := range []string{"", "mailto:a@b.example", "https:", "https://", "ftp://x.example/", "data:,x"} {
		if _, ok := template.Parse(url); ok {
			t.Errorf("%q is taken for a web address", url)
		}
	}
}

// TestKindOf checks what values look like.
func TestKindOf(t *testing.T) {
	for value, want := range map[string]template.Kind{
		"": template.Empty, "newsletter": template.Word, "Spring2026": template.Word, "600x200": template.Word, "20260131": template.Number,
		"7f3a9c2e": template.Hex, "deadbeef": template.Word, "7v32nb0l": template.Random, "AbCdEfGhIjKl": template.Random,
		"11112222-3333-4444-8555-666677778888": template.UUID, "https%3A%2F%2Fx.example": template.Nested, "https://x.example": template.Nested,
		"8DVaPYyYoG9qGLemYc-2FqldtWSZjYXGpvXvwNKo6XeSut": template.Random, "wurst-spezialitaet": template.Word,
	} {
		if got := template.KindOf(value); got != want {
			t.Errorf("%q is %s, want %s", value, got, want)
		}
	}
}

// TestTime checks what is read as a time.
func TestTime(t *testing.T) {
	for value, want := range map[string]string{
		"1767261600": "2026-01-01T10:00:00", "1767261600123": "2026-01-01T10:00:00", "1767261600123456": "2026-01-01T10:00:00",
		"20260101": "2026-01-01T00:00:00", "20260101100000": "2026-01-01T10:00:00", "202601011000": "2026-01-01T10:00:00",
		"75521007": "", "0000000001": "", "x767261600": "", "99999999": "", "": "",
	} {
		at, ok := template.Slot{Value: value}.Time()
		if ok != (want != "") || ok && at.Format("2006-01-02T15:04:05") != want {
			t.Errorf("%q: %v %v", value, at, ok)
		}
	}
}

// Two addresses that differ in an identifier alone have one template, and the
// identifier can be found in it.
func TestOneForm(t *testing.T) {
	forms := []string{"https://t.shop.example/o/%s.gif", "https://t.shop.example/o?u=%s&c=1", "https://t.shop.example/o?%s", "https://t.shop.example/c/12/%s/hats", "https://t.shop.example/#%s"}
	rapid.Check(t, func(t *rapid.T) {
		form := rapid.SampledFrom(forms).Draw(t, "form")
		token := rapid.StringMatching(`[0-9a-f]{4}[0-9][0-9a-f]{11}`)
		a, b := token.Draw(t, "a"), token.Draw(t, "b")
		x, _ := template.Parse(fmt.Sprintf(form, a))
		y, _ := template.Parse(fmt.Sprintf(form, b))
		if x.Text != y.Text {
			t.Fatalf("%q and %q", x.Text, y.Text)
		}
		found := false
		for _, s := range x.Slots {
			found = found || s.Value == a && s.Telling()
		}
		if !found {
			t.Fatalf("%s is not among %+v", a, x.Slots)
		}
	})
}

func ExampleParse() {
	t, _ := template.Parse("https://t.shop.example/o/7f3a9c2e51d84b06.gif?c=12")
	fmt.Println(t.Text)
	for _, s := range t.Slots {
		fmt.Println(s.Place, s.Name, s.Kind, s.Telling())
	}
	// Output:
	// t.shop.example/o/{}.gif?c={}
	// path  hex true
	// query c number false
}

// FuzzParse checks that slots lie in order in the address, and that what stands
// between them is the template's.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"https://a/?", "//a//b??&&==#", "https://u@h:1/%zz\\x;y=1", "https://" + strings.Repeat("a1.", 50), "https://a/" + strings.Repeat("1-", 200), "http://@/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		got, ok := template.Parse(url)
		if !ok {
			return
		}
		at := 0
		for _, s := range got.Slots {
			if s.Start < at || s.End < s.Start || s.End > len(url) || url[s.Start:s.End] != s.Value {
				t.Fatalf("%+v behind %d in %q", s, at, url)
			}
			at = s.End
		}
		if again, _ := template.Parse(url); again.Text != got.Text {
			t.Fatalf("%q, then %q", got.Text, again.Text)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		template.Parse("https://www.shop.example/de/angebote/ab-mittwoch/wohnen/teppich-oregon-i-215298/?utm_source=newsletter&utm_medium=email&utm_campaign=spring-2026")
	}
}

// TestBoundsOfParse checks what is longer than anybody writes.
func TestBoundsOfParse(t *testing.T) {
	for name, url := range map[string]string{
		"many parameters": "https://x.example/?" + strings.Repeat("a=1&", 5000),
		"many segments":   "https://x.example/" + strings.Repeat("7f3a9c2e/", 5000),
		"many labels":     "https://" + strings.Repeat("7f3a9c2e51d84b06.", 5000) + "example/",
		"one segment":     "https://x.example/" + strings.Repeat("a1", 50_000),
		"numbers":         "https://x.example/" + strings.Repeat("page1", 5000),
	} {
		got, ok := template.Parse(url)
		if !ok || len(got.Slots) > 64 || len(got.Text) > 9000 {
			t.Errorf("%s: %v, %d slots, %d letters", name, ok, len(got.Slots), len(got.Text))
		}
		if again, _ := template.Parse(url); again.Text != got.Text {
			t.Errorf("%s: another template the second time", name)
		}
	}
}

// TestTelling checks what could name one of many.
func TestTelling(t *testing.T) {
	for value, want := range map[string]bool{
		"7f3a9c2e51d84b06": true, "7v32nb0l": true, "75521007": true, "123456": true, "12345": false, "hat": false, "": false, "600x200": false,
	} {
		if got := (template.Slot{Value: value, Kind: template.KindOf(value)}).Telling(); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

// TestPlaces checks where slots are said to stand, with their names.
func TestPlaces(t *testing.T) {
	const url = "https://u7f3a9c2e@7f3a9c2e51d84b06.x.example/75521007/a.gif?id=12&9f3a9c2e51d84b06#top"
	got, ok := template.Parse(url)
	want := []template.Slot{
		{Place: template.UserInfo, Value: "u7f3a9c2e"}, {Place: template.Host, Value: "7f3a9c2e51d84b06"}, {Place: template.Path, Value: "75521007"},
		{Place: template.Query, Name: "id", Value: "12"}, {Place: template.Query, Value: "9f3a9c2e51d84b06"}, {Place: template.Fragment, Value: "top"},
	}
	if !ok || len(got.Slots) != len(want) {
		t.Fatalf("%+v", got.Slots)
	}
	for i, s := range got.Slots {
		if s.Place != want[i].Place || s.Name != want[i].Name || s.Value != want[i].Value {
			t.Errorf("%d: %+v, want %+v", i, s, want[i])
		}
	}
	if got.Host != "{}.x.example" {
		t.Errorf("host %q", got.Host)
	}
}
