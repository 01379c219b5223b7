package reference

import (
	"strings"
	"testing"
)

// TestCalendar checks what is found in a calendar, with and without folds.
func TestCalendar(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"link", "URL:http://a.example/", "calendar url|link|http://a.example/"},
		{"conference", "CONFERENCE;VALUE=URI;FEATURE=VIDEO:http://a.example/", "calendar conference|link|http://a.example/"},
		{"attachment", "ATTACH;FMTTYPE=image/png:http://a.example/", "calendar attach|link|http://a.example/"},
		{"attachment in it", "ATTACH:cid:part", ""},
		{"picture", "IMAGE;VALUE=URI;DISPLAY=BADGE:http://a.example/", "calendar image|image|http://a.example/"},
		{"sound of an alarm", "BEGIN:VALARM\r\nATTACH:http://a.example/\r\nEND:VALARM\r\nURL:http://b.example/",
			"calendar attach|resource|http://a.example/ calendar url|link|http://b.example/"},
		{"description", `X-ALT-DESC;FMTTYPE=text/html:<p>x\, y</p><img src="http://a.example/\;b">`, "calendar x-alt-desc|image|http://a.example/;b"},
		{"description, plain", `DESCRIPTION:http://a.example/`, ""},
		{"another form", `DESCRIPTION;ALTREP="http://a.example/":x`, "calendar altrep|resource|http://a.example/"},
		{"another form, in it", `DESCRIPTION;ALTREP="data:text/html,<img src=http://a.example/>":x`, "calendar altrep|resource|http://a.example/"},
		{"colon in quotes", `URL;X="a:b":http://a.example/`, "calendar url|link|http://a.example/"},
		{"no value", `URL`, ""},
		{"summary", `SUMMARY:http://a.example/`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, text := range []string{c.line, c.line + "\r\n", strings.ReplaceAll(c.line, "example", "exam\r\n ple"), strings.ReplaceAll(c.line, "//", "/\n\t/")} {
				var got []string
				for _, r := range Find("text/calendar", "", []byte(text)) {
					got = append(got, string(r.Vector)+"|"+string(r.Kind)+"|"+r.URL)
				}
				if strings.Join(got, " ") != c.want {
					t.Errorf("%q: %q, want %q", text, got, c.want)
				}
				everyCut(t, "text/calendar", []byte(text))
			}
		})
	}
}

// FuzzCalendar checks that spans lie in the text, and that cuts do not matter.
func FuzzCalendar(f *testing.F) {
	f.Add([]byte("BEGIN:VALARM\r\nATTACH;X=\"a:b\":http://a.exa\r\n mple/\r\nEND:VALARM\r\n"), 5)
	f.Add([]byte("X-ALT-DESC:<img src=\"http://a.example/\\;\">\n"), 2)
	f.Add([]byte("DESCRIPTION;ALTREP=\"data:text/html,<img src=//a.example>\":x"), 9)
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		size = 1 + (size&0xff+0xff)%0xff
		text = text[:min(len(text), 4096)]
		sane(t, text, Find(textCalendar, "", text))
		want := inPieces(textCalendar, text, func() int { return max(1, len(text)) })
		sane(t, text, want)
		everyCut(t, textCalendar, text[:min(len(text), 200)])
	})
}
