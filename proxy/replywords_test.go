package proxy

import "testing"

// A reply says in ASCII what can be said in it.
func TestPlainASCII(t *testing.T) {
	for in, want := range map[string]string{
		"größer, weiß, Übung":           "groesser, weiss, Uebung",
		"« accusé »\u00a0: n’a pas été": `"accuse" : n'a pas ete`,
		"één – “twee”…":                 `een - "twee"...`,
		"日本\r\n250 ok":                  "????250 ok",
		"plain":                         "plain",
	} {
		if got := plainASCII(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	if got := sentence(450, "4.7.1", "", "in English").String(); got != "450 4.7.1 in English\r\n" {
		t.Errorf("%q", got)
	}
	if got := sentence(554, "5.6.0", "auf Größe", "x").String(); got != "554 5.6.0 auf Groesse\r\n" {
		t.Errorf("%q", got)
	}
}
