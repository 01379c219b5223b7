package sender

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMailboxes(t *testing.T) {
	tests := []struct {
		name, field string
		want        []string
	}{
		{"one", "a@shop.example", []string{"a@shop.example"}},
		{"case", "A@Shop.EXAMPLE", []string{"a@shop.example"}},
		{"a dot at its end", "a@shop.example.", []string{"a@shop.example"}},
		{"two", "a@shop.example, B <b@shop.example>", []string{"a@shop.example", "b@shop.example"}},
		{"empty ones between", ",a@shop.example,,", []string{"a@shop.example"}},
		{"a group", "All: a@shop.example, b@shop.example;", []string{"a@shop.example", "b@shop.example"}},
		{"a group and one more", "All: a@shop.example; b@shop.example", []string{"a@shop.example", "b@shop.example"}},
		{"a group of nobody", "Undisclosed recipients:;", nil},
		{"a group without an end", "All: a@shop.example", nil},
		{"a comma in a name", `"B, C" <a@shop.example>`, []string{"a@shop.example"}},
		{"an address for a name", "x@evil.example <a@shop.example>", []string{"a@shop.example"}},
		{"a route", "<@relay.example,@b.example:a@shop.example>", []string{"a@shop.example"}},
		{"a route to nobody", "<@relay.example>", nil},
		{"comments", "(x) a (y) @ (z) shop.example", []string{"a@shop.example"}},
		{"blanks around dots", "a . b @ shop . example", []string{"a.b@shop.example"}},
		{"blanks without dots", "a b@shop.example", nil},
		{"a quoted local part", `"a b"@shop.example`, []string{"a b@shop.example"}},
		{"a quoted domain", `a@"shop.example"`, nil},
		{"quoted and not", `"a".b@shop.example`, nil},
		{"an international domain", "a@b\u00fccher.example", []string{"a@xn--bcher-kva.example"}},
		{"no domain", "a@", nil},
		{"no local part", "@shop.example", nil},
		{"no at sign", "shop.example", nil},
		{"two at signs", "a@b@shop.example", nil},
		{"a domain of one label", "a@localhost", nil},
		{"a literal", "a@[192.0.2.1]", nil},
		{"one that can be read beside one that cannot", "a@localhost, b@shop.example", []string{"b@shop.example"}},
		{"brackets that do not close", "<a@shop.example", nil},
		{"brackets in brackets", "<<a@shop.example>>", nil},
		{"text after brackets", "<a@shop.example> b", nil},
		{"a control character", "a@shop.example\x00", nil},
		{"an open comment", "a@shop.example (", nil},
		{"an open quote", `"a@shop.example`, nil},
		{"a backslash at the end", `"a\`, nil},
		{"nothing", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Mailboxes(tt.field); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	if got := Mailboxes(strings.Repeat("a@shop.example,", maxFrom)); got != nil {
		t.Errorf("a field without end was read: %d", len(got))
	}
}

// TestWrittenAndRead writes lists in the many ways there are and reads them back.
func TestWrittenAndRead(t *testing.T) {
	local := rapid.StringMatching(`[a-z0-9]{1,5}(\.[a-z0-9]{1,5})?`)
	domain := rapid.StringMatching(`[a-z]{1,8}(\.[a-z]{1,5})?\.example`)
	ways := []func(addr, text string) string{
		func(addr, _ string) string { return addr },
		func(addr, _ string) string { return "<" + addr + ">" },
		func(addr, text string) string { return `"` + text + `" <` + addr + ">" },
		func(addr, text string) string { return text + " <" + addr + ">" },
		func(addr, text string) string { return "(" + text + ") " + addr },
		func(addr, text string) string { return addr + "\r\n (" + text + ")" },
		func(addr, _ string) string { return "=?utf-8?q?=40?= <" + strings.ToUpper(addr) + ">" },
		func(addr, _ string) string { return strings.Replace(addr, "@", " @ ", 1) },
		func(addr, text string) string { return text + ": " + addr + ";" },
	}
	rapid.Check(t, func(t *rapid.T) {
		var want, fields []string
		for range rapid.IntRange(1, 4).Draw(t, "n") {
			addr := local.Draw(t, "local") + "@" + domain.Draw(t, "domain")
			text := rapid.StringMatching(`[A-Za-z][A-Za-z ]{0,8}`).Draw(t, "text")
			want = append(want, addr)
			fields = append(fields, rapid.SampledFrom(ways).Draw(t, "way")(addr, text))
		}
		field := strings.Join(fields, ",")
		if got := Mailboxes(field); !slices.Equal(got, want) {
			t.Fatalf("%q becomes %q, want %q", field, got, want)
		}
	})
}
