package consent_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// formats are the two forms of an export.
var formats = map[string]struct {
	write func(io.Writer, []consent.Entry, consent.Export) error
	read  func(io.Reader) ([]consent.Record, error)
}{
	"linked": {consent.WriteLinked, consent.ReadLinked},
	"table":  {consent.WriteTable, consent.ReadTable},
}

// about is what is said of every export in these tests.
func about(l *consent.Ledger) consent.Export {
	return consent.Export{Statement: "Kept on this computer.", Head: l.Head(), Made: begin}
}

// written exports a ledger with a grant, a withdrawal, a name that a spreadsheet
// would calculate, and a sender that was forgotten.
func written(t *testing.T, format string) (string, []consent.Record) {
	t.Helper()
	m := new(memory)
	l := open(t, m)
	var want []consent.Record
	odd := grant("=cmd@shop.example")
	odd.Notice, odd.NoticeLanguage = "«Shop» asks,\nin two lines: \"yes\"?", "fr"
	no := grant("shop.example")
	no.Decision, no.Until = consent.Withdrawn, time.Time{}
	for _, r := range []consent.Record{full(), odd, no} {
		want = append(want, add(t, l, r).Record)
	}
	add(t, l, grant("gone.example"))
	if _, err := l.Forget(t.Context(), "gone.example", begin, consent.Page, ""); err != nil {
		t.Fatal(err)
	}
	list, err := l.History(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := formats[format].write(&out, list, about(l)); err != nil {
		t.Fatal(err)
	}
	return out.String(), want
}

func TestExportComesBack(t *testing.T) {
	for name, f := range formats {
		text, want := written(t, name)
		got, err := f.read(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d records, not %d", name, len(got), len(want))
		}
		for i := range got {
			if !same(got[i], want[i]) {
				t.Errorf("%s: got %+v, want %+v", name, got[i], want[i])
			}
		}
		if !strings.Contains(text, "Kept on this computer.") || strings.Contains(text, "gone.example") {
			t.Errorf("%s: without its statement, or with what was forgotten:\n%s", name, text)
		}
		if err := f.write(io.Discard, nil, consent.Export{}); !errors.Is(err, consent.ErrInvalid) {
			t.Errorf("%s: an export without its statement: %v", name, err)
		}
	}
}

// A spreadsheet must not calculate a sender's name.
func TestTableHasNoFormulas(t *testing.T) {
	text, _ := written(t, "table")
	if !strings.Contains(text, ",'=cmd@shop.example,") {
		t.Error(text)
	}
}

// What is exported is never called consent, and names no lawful basis.
func TestLinkedTerms(t *testing.T) {
	text, _ := written(t, "linked")
	var ledger struct {
		Context map[string]string `json:"@context"`
		Graph   []map[string]any  `json:"@graph"`
	}
	if err := json.Unmarshal([]byte(text), &ledger); err != nil {
		t.Fatal(err)
	}
	if len(ledger.Graph) != 5 || ledger.Context["dpv"] == "" {
		t.Fatalf("%d records, context %v", len(ledger.Graph), ledger.Context)
	}
	for _, r := range ledger.Graph {
		for key := range r {
			prefix, _, _ := strings.Cut(key, ":")
			if ledger.Context[prefix] == "" && !strings.HasPrefix(key, "@") {
				t.Errorf("%q has no context", key)
			}
		}
	}
	for _, never := range []string{"LegalBasis", "dpv:Consent", "ConsentGiven"} {
		if strings.Contains(text, never) {
			t.Errorf("%q is said", never)
		}
	}
}

func TestImportNamesTheLine(t *testing.T) {
	for format, changes := range map[string]map[string]struct {
		old, new string
		line     int
	}{
		"linked": {
			"not a ledger":     {`"unseen:Ledger"`, `"unseen:Shopping"`, 2},
			"a bad decision":   {`"unseen:decision":"withdrawn"`, `"unseen:decision":"maybe"`, 5},
			"broken JSON":      {`{"@id"`, `{{"@id"`, 3},
			"an unknown field": {`"unseen:sequence":2`, `"unseen:colour":2`, 4},
			"another notice":   {`«Shop» asks`, `«Shop» asked`, 4},
			"unknown purpose":  {`"dpv:hasPurpose":"unseen:performance"`, `"dpv:hasPurpose":"unseen:mindreading"`, 3},
			"cut off":          {"\n]}\n", "", 7},
		},
		"table": {
			"not a ledger":    {"seq,hash", "seq,hush", 1},
			"a bad decision":  {"withdrawn", "maybe", 5},
			"a line too few":  {",uid 1000,", ",", 2},
			"unknown purpose": {",performance,", ",mindreading,", 2},
			"no time":         {"2026-11-30T09:00:00Z", "yesterday", 2},
		},
	} {
		text, _ := written(t, format)
		for name, c := range changes {
			if !strings.Contains(text, c.old) {
				t.Fatalf("%s, %s: %q is not there:\n%s", format, name, c.old, text)
			}
			got, err := formats[format].read(strings.NewReader(strings.Replace(text, c.old, c.new, 1)))
			var bad *consent.ImportError
			if !errors.As(err, &bad) || bad.Line != c.line || got != nil {
				t.Errorf("%s, %s: got %d records, %v, want line %d", format, name, len(got), err, c.line)
			}
		}
	}
}

// A no wins, on whichever side it stands.
func TestMerge(t *testing.T) {
	lapsed := grant("shop.example")
	lapsed.When, lapsed.Until = begin.AddDate(-1, 0, 0), begin.AddDate(0, -1, 0)
	decided := func(d consent.Decision) []consent.Record {
		r := grant("shop.example")
		if r.Decision = d; d != consent.Granted {
			r.Until = time.Time{}
		}
		return []consent.Record{r}
	}
	for name, c := range map[string]struct {
		here, there []consent.Record
		want        consent.Decision
	}{
		"a grant where nothing was said":        {nil, decided(consent.Granted), consent.Granted},
		"a no where nothing was said":           {nil, decided(consent.Refused), consent.Refused},
		"a grant where it was refused":          {decided(consent.Refused), decided(consent.Granted), consent.Refused},
		"a grant where it was taken back":       {decided(consent.Withdrawn), decided(consent.Granted), consent.Withdrawn},
		"a no where it was granted":             {decided(consent.Granted), decided(consent.Withdrawn), consent.Withdrawn},
		"a grant that has lapsed":               {nil, []consent.Record{lapsed}, consent.Unasked},
		"a grant where one has lapsed":          {[]consent.Record{lapsed}, decided(consent.Granted), consent.Granted},
		"a grant that was taken back elsewhere": {nil, append(decided(consent.Granted), decided(consent.Withdrawn)...), consent.Withdrawn},
	} {
		l := open(t, new(memory))
		for _, r := range c.here {
			add(t, l, r)
		}
		for _, r := range l.Merge(c.there, begin) {
			if r.How != consent.Import {
				t.Errorf("%s: how is %q", name, r.How)
			}
			add(t, l, r)
		}
		if got := l.Standing("shop.example", "anna@example.org", purpose.Performance, begin).Decision; got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}

// TestMergeTwice: what was imported once is not imported again, and two
// computers that exchange their ledgers come to agree on every no.
func TestMergeTwice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		one, two := open(t, new(memory)), open(t, new(memory))
		for range rapid.IntRange(0, 12).Draw(rt, "decisions") {
			r := grant(rapid.SampledFrom([]string{"a.example", "b.example"}).Draw(rt, "sender"))
			if r.Decision = rapid.SampledFrom([]consent.Decision{consent.Granted, consent.Refused, consent.Withdrawn}).Draw(rt, "decision"); r.Decision != consent.Granted {
				r.Until = time.Time{}
			}
			add(t, []*consent.Ledger{one, two}[rapid.IntRange(0, 1).Draw(rt, "where")], r)
		}
		exchange(t, one, two)
		exchange(t, two, one)
		if again := two.Merge(decisions(t, one), begin); len(again) > 0 {
			rt.Errorf("imported again: %+v", again)
		}
		for _, s := range one.List(begin) {
			other := two.Standing(s.Sender, s.Recipient, s.Purpose, begin)
			if (s.Decision == consent.Granted) != (other.Decision == consent.Granted) {
				rt.Errorf("%s here, %s there", s.Decision, other.Decision)
			}
		}
	})
}

// exchange imports into to what from holds.
func exchange(t *testing.T, from, to *consent.Ledger) {
	t.Helper()
	for _, r := range to.Merge(decisions(t, from), begin) {
		add(t, to, r)
	}
}

// decisions are the records of a ledger.
func decisions(t *testing.T, l *consent.Ledger) []consent.Record {
	t.Helper()
	list, err := l.History(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var records []consent.Record
	for _, e := range list {
		records = append(records, e.Record)
	}
	return records
}

// FuzzRead reads anything as an export; what is read can be added to a ledger.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"@type":"unseen:Ledger","@graph":[]}`))
	f.Add([]byte(`{"@type":"unseen:Ledger","@graph":[{"@type":["unseen:ReleasePermission"],"dct:created":"2026-11-30T09:00:00Z"}]}`))
	f.Add([]byte("seq,hash\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, format := range formats {
			records, err := format.read(bytes.NewReader(b))
			if bad := new(consent.ImportError); err != nil && (!errors.As(err, &bad) || bad.Line < 1) {
				t.Fatalf("%s: %v", name, err)
			}
			l := open(t, new(memory))
			for _, r := range records {
				e := add(t, l, r)
				if !reflect.DeepEqual(e.Record, r) {
					t.Fatalf("%s: %+v became %+v", name, r, e.Record)
				}
			}
		}
	})
}
