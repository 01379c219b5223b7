package sender

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// plain writes results in one way: "dkim=pass header.d=a; spf=none".
func plain(s stamp) string {
	var parts []string
	for _, r := range s.results {
		one := r.method + "=" + r.value
		for _, name := range []string{"header.b", "header.d", "header.from", "reason", "smtp.mailfrom"} {
			if v, ok := r.props[name]; ok {
				one += fmt.Sprintf(" %s=%s", name, v)
			}
		}
		parts = append(parts, one)
	}
	return s.authserv + ": " + strings.Join(parts, "; ")
}

func TestStamps(t *testing.T) {
	tests := []struct{ name, field, want string }{
		{"one", "mx.example; dkim=pass header.d=Shop.example", "mx.example: dkim=pass header.d=shop.example"},
		{"a version", "mx.example 1; dkim=pass", "mx.example: dkim=pass"},
		{"nothing was checked", "mx.example; none", "mx.example: "},
		{"no results", "mx.example", "mx.example: "},
		{"a semicolon at the end", "mx.example; spf=none;", "mx.example: spf=none"},
		{"no name", "spf=pass smtp.mailfrom=a.example; dmarc=pass", ": spf=pass smtp.mailfrom=a.example; dmarc=pass"},
		{"nobody's", "", ": "},
		{"a version of the method", "mx.example; dkim/1=pass", "mx.example: dkim=pass"},
		{"blanks around signs", "mx.example ; dkim = pass header.d = a.example", "mx.example: dkim=pass header.d=a.example"},
		{"base64", "mx.example; dkim=pass header.b=Q1+/w2E=; spf=none", "mx.example: dkim=pass header.b=q1+/w2e=; spf=none"},
		{"a value in quotes", `mx.example; spf=pass smtp.mailfrom="a b"@c.example`, "mx.example: spf=pass smtp.mailfrom=a b@c.example"},
		{"a value in quotes with a semicolon", `mx.example; dkim=fail reason="a;b=c"`, "mx.example: dkim=fail reason=a;b=c"},
		{"no value", "mx.example; spf=pass smtp.mailfrom=", "mx.example: spf=pass smtp.mailfrom="},
		{"no value before another", "mx.example; spf=pass smtp.mailfrom= header.d=a.example", "mx.example: spf=pass smtp.mailfrom=header.d=a.example"},
		{"a word that belongs to nothing", "mx.example; dmarc=pass action header.from=a.example", "mx.example: dmarc=pass header.from=a.example"},
		{"comments", "(a) mx.example (b(c)) ; (d) dkim=pass (e\\)) header.d=a.example (f)", "mx.example: dkim=pass header.d=a.example"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := parseStamp(tt.field)
			if err != nil || plain(s) != tt.want {
				t.Errorf("%q, %v; want %q", plain(s), err, tt.want)
			}
		})
	}
}

func TestBentStamps(t *testing.T) {
	for _, tt := range []struct{ name, field string }{
		{"a version of the future", "mx.example 2; dkim=pass"},
		{"two names", "mx.example evil.example; dkim=pass"},
		{"three words", "mx.example 1 1; dkim=pass"},
		{"a word for a result", "mx.example; dkim"},
		{"a sign without a name", "mx.example; =pass"},
		{"two signs", "mx.example; dkim==pass =x"},
		{"a property twice", "mx.example; dkim=pass header.d=a.example Header.D=b.example"},
		{"an open comment", "mx.example; dkim=pass ("},
		{"a closed one", "mx.example; dkim=pass )"},
		{"a quotation mark in a comment", `mx.example; dkim=pass (")`},
		{"an open quote", `mx.example; dkim=pass header.d="a`},
		{"no end", strings.Repeat("x", maxResults+1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if s, err := parseStamp(tt.field); err == nil {
				t.Errorf("read as %q", plain(s))
			}
		})
	}
}

// TestCommentsSayNothing puts comments and blanks wherever they may stand: the
// results stay as they are.
func TestCommentsSayNothing(t *testing.T) {
	word := rapid.StringMatching(`[a-z][a-z0-9.]{0,8}`)
	gap := rapid.SampledFrom([]string{" ", "\r\n\t", " (dmarc=pass) ", " (a(b;c)d) ", ` (\) ; spf=pass) `})
	rapid.Check(t, func(t *rapid.T) {
		bare, full := "mx.example", "mx.example"
		for i := range rapid.IntRange(1, 3).Draw(t, "results") {
			method := fmt.Sprint(word.Draw(t, "method"), "=", word.Draw(t, "value"))
			bare, full = bare+";"+method, full+gap.Draw(t, "gap")+";"+gap.Draw(t, "gap")+method
			for k := range rapid.IntRange(0, 2).Draw(t, "properties") {
				prop := fmt.Sprintf("p%d%d.%s=%s", i, k, word.Draw(t, "name"), word.Draw(t, "value"))
				bare, full = bare+" "+prop, full+gap.Draw(t, "gap")+prop
			}
		}
		a, errA := parseStamp(bare)
		b, errB := parseStamp(full)
		if errA != nil || errB != nil || a.authserv != b.authserv || len(a.results) != len(b.results) {
			t.Fatalf("%q: %+v, %v\n%q: %+v, %v", bare, a, errA, full, b, errB)
		}
		for i := range a.results {
			if a.results[i].method != b.results[i].method || a.results[i].value != b.results[i].value || !maps.Equal(a.results[i].props, b.results[i].props) {
				t.Errorf("%q: %+v, %q: %+v", bare, a.results[i], full, b.results[i])
			}
		}
	})
}

// TestDMARC checks what a provider's results say of a domain.
func TestDMARC(t *testing.T) {
	for _, tt := range []struct {
		name, field, want string
		agreed            bool
	}{
		{"passed", "dmarc=pass header.from=shop.example", "pass", true},
		{"passed, in other letters", "dmarc=pass header.from=Shop.Example.", "pass", true},
		{"passed for nobody", "dmarc=pass", "", true},
		{"passed for another", "dmarc=pass header.from=evil.example", "fail", true},
		{"failed", "dmarc=fail header.from=shop.example", "fail", true},
		{"a fault of the moment", "dmarc=temperror", "fail", true},
		{"no policy", "dmarc=none header.from=shop.example", "", true},
		{"a guess", "dmarc=bestguesspass header.from=shop.example", "", true},
		{"nothing", "spf=pass", "", true},
		{"nothing, then passed", "dmarc=none; dmarc=pass header.from=shop.example", "pass", true},
		{"passed twice", "dmarc=pass header.from=shop.example; dmarc=pass header.from=shop.example", "pass", true},
		{"passed, then nothing", "dmarc=pass header.from=shop.example; dmarc=none", "", false},
		{"passed and failed", "dmarc=pass header.from=shop.example; dmarc=fail", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := parseStamp("mx.example; " + tt.field)
			if err != nil {
				t.Fatal(err)
			}
			if got, agreed := dmarc(s.results, "shop.example"); got != tt.want || agreed != tt.agreed {
				t.Errorf("%q, %v", got, agreed)
			}
		})
	}
}
