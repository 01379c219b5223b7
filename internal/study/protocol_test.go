package study

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// FuzzProtocol checks that a study.toml that somebody edited is read or refused as what
// it is, and that what is read can be written and reads the same again.
func FuzzProtocol(f *testing.F) {
	f.Add("title = \"x\"\nauthors = []\nlicence = \"CC0-1.0\"\ncreated = \"2026-11-23\"\nseeded = false\nk = 5\n")
	f.Add("title = \"x\"\ncreated = \"2026-11-23\"\n[[source]]\npath = \"imap://a@b/INBOX\"\nholder = \"p01\"\nrecipients = [\"a@b.example\"]\n")
	f.Add("k = -1")
	f.Add("bootstrap_replicates = 1000000000")
	f.Add("mood = 3")
	f.Add("title = \"\\u0000\"\ncreated = \"9999-12-31\"")
	f.Add("[[source]]\n[[source]]\n[source]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseProtocol([]byte(text))
		if err != nil {
			if !errors.Is(err, ErrProtocol) {
				t.Errorf("%v", err)
			}
			return
		}
		if p.K < 1 || p.Replicates < 1 || p.Replicates > maxReplicates || p.Seed == "" || p.Licence == "" {
			t.Errorf("%+v", p)
		}
		dir := t.TempDir()
		if err := p.write(dir); err != nil {
			return // a day that is none
		}
		again, err := readProtocol(dir)
		if err != nil || !reflect.DeepEqual(normal(again), normal(p)) {
			t.Errorf("%+v\nread again: %+v %v", p, again, err)
		}
	})
}

// normal makes lists without members one and the same.
func normal(p Protocol) Protocol {
	if len(p.Authors) == 0 {
		p.Authors = nil
	}
	if len(p.Sources) == 0 {
		p.Sources = nil
	}
	for i := range p.Sources {
		if len(p.Sources[i].Recipients) == 0 {
			p.Sources[i].Recipients = nil
		}
	}
	return p
}

// Whatever a protocol says reads back as it was.
func TestProtocolReadsBack(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~\n\t"'\\éß漢]*`)
		p := Protocol{Title: text.Draw(t, "title"), Authors: rapid.SliceOfN(text, 1, 3).Draw(t, "authors"), Licence: rapid.SampledFrom([]string{"CC0-1.0", "ODC-By-1.0"}).Draw(t, "licence"),
			Description: text.Draw(t, "description"), Created: "2026-11-23", Seeded: rapid.Bool().Draw(t, "seeded"), K: rapid.IntRange(1, 99).Draw(t, "k"),
			Seed: rapid.StringMatching(`[0-9a-z']{1,9}`).Draw(t, "seed"), Replicates: rapid.IntRange(1, maxReplicates).Draw(t, "replicates"),
			Sources: []Source{{Path: text.Draw(t, "path"), Holder: text.Draw(t, "holder"), Recipients: rapid.SliceOfN(text, 1, 2).Draw(t, "recipients")}}}
		if err := p.write(dir); err != nil {
			t.Fatal(err)
		}
		again, err := readProtocol(dir)
		if err != nil || !reflect.DeepEqual(again, p) {
			t.Fatalf("%+v\nread again: %+v %v", p, again, err)
		}
	})
}

// What a person may get wrong in study.toml is told, and nothing is guessed.
func TestProtocolFaults(t *testing.T) {
	whole := "title = \"x\"\ncreated = \"2026-11-23\"\n"
	for name, c := range map[string]struct{ text, want string }{
		"a word that is not known": {whole + "kk = 3\n", "kk"},
		"k below one":              {whole + "k = -3\n", "k or"},
		"too many replicates":      {whole + "bootstrap_replicates = 10001\n", "bootstrap_replicates"},
		"a number as text":         {whole + "k = \"5\"\n", "incompatible"},
		"no TOML":                  {"<html>", "study.toml"},
		"a source's word":          {whole + "[[source]]\npassword = \"x\"\n", "password"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, protocolFile), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); !errors.Is(err, ErrProtocol) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 1 {
			t.Errorf("%s: it left %q", name, left)
		}
	}
}
