package signal_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/signal"
)

// The embedded table can be read, and what is written is read again.
func TestPairs(t *testing.T) {
	text, err := os.ReadFile("pairs.tsv")
	if err != nil {
		t.Fatal(err)
	}
	p, err := signal.ReadPairs(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	if _, body, _ := bytes.Cut(text, []byte("repository.\n")); !bytes.Equal(body, out.Bytes()) {
		t.Error("written otherwise than it was read")
	}
	for _, bad := range []string{"", "1\t2\n", strings.Repeat("x\t", 27) + "x\n", strings.Repeat(strings.Repeat("1\t", 27)+"1\n", 29)} {
		if _, err := signal.ReadPairs(strings.NewReader(bad)); err == nil {
			t.Errorf("%.20q was read", bad)
		}
	}
}

// What was seen often surprises less than what was not.
func TestLearn(t *testing.T) {
	p := signal.Learn("the then there", "other")
	th, tz := p['t'-'a']['h'-'a'], p['t'-'a']['z'-'a']
	if th >= tz || th <= 0 {
		t.Errorf("th %.1f, tz %.1f", th, tz)
	}
}
