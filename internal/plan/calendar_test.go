package plan

import (
	"strings"
	"testing"
)

// TestCalendar checks that nothing is written into a calendar, and that its loads
// are told.
func TestCalendar(t *testing.T) {
	const at = "https://t.example/0123456789012345678901234567890123456789.png"
	for _, c := range []struct{ name, line, want string }{
		{"picture", "IMAGE;VALUE=URI:" + at, "ungated calendar"},
		{"description", `X-ALT-DESC;FMTTYPE=text/html:<img src="` + at + `">`, "ungated calendar"},
		{"folded", "IMAGE;VALUE=URI:" + strings.Replace(at, "3", "3\r\n ", 1), "ungated calendar"},
		{"link", "URL:" + at, "left"},
		{"words", "SUMMARY:" + at, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := []byte("MIME-Version: 1.0\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\n" + c.line + "\r\nEND:VCALENDAR\r\n")
			p := testPlanner().Plan(raw)
			if got := outcomes(p); got != c.want || len(p.Overlay.Edits) > 0 {
				t.Errorf("%s, %d edits, want %s", got, len(p.Overlay.Edits), c.want)
			}
			streamed(t, raw, func() int { return 7 })
		})
	}
}
