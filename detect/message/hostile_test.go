package message_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// hostileGaps are the mails in testdata/hostile that were made to be read in two
// ways, with the gaps that say so, each once. "-" says that the leaf with the load
// must be found all the same, as HTML and in a charset that can be seen through.
var hostileGaps = map[string]string{
	"c01-iso2022-meta": "-", "c02-iso2022-none": "-", "c04-charset-star": "- label", "c09-charset-quote": "-",
	"m01-ct-vt": "-", "m02-ct-ff": "-", "m06-name-vt": "-",
	"m03-cte-vt": "- encoding", "m04-cte-quoted": "- encoding", "m05-cte-comment": "- encoding",
	"m07-octet-name": "-", "m08-mixed-octet-name": "-", "m41-octet-shtml": "-", "m43-octet-eml": "-",
	"m09-uuencode-untyped": "uuencode", "m80-sun": "uuencode",
	"m11-message-news": "-", "m47-digest-bad": "-",
	"m13-barecr-boundary": "- lines", "m14-barecr-header": "- lines",
	"m15-boundary-star": "- label", "m16-boundary-star0": "- label", "m23-boundary-nosemi": "- label",
	"m60-pkcs7":       "signed",
	"m91-charset-seg": "- label", "m92-charset-star-utf16": "- label", "m93-charset-star-utf7": "label charset",
	"n01-sun-charset": "- label", "n02-type-question": "-", "n03-text-uuencode": "uuencode", "n04-part-uuencode": "uuencode",
	"n05-untyped-name": "-", "n06-barecr-header-end": "- lines", "n07-message-quoted": "encoding", "n08-news-base64": "encoding",
	"n09-boundary-vt": "- boundary", "n10-boundary-three-deep": "-", "n11-name-encoded-word": "-", "n12-unknown-type-name": "-",
	"n13-name-ehtml": "-", "n14-content-name": "-", "n15-yenc": "uuencode", "n16-name-folded": "-", "n17-boundary-of-message": "-",
	"n18-boundary-goes-on": "- boundary", "n19-boundary-in-text": "- boundary", "n20-boundary-long": "- boundary",
	"n21-quoted-barecr-lines": "- encoding", "n22-pkcs7-name": "signed", "n23-meta-utf7": "charset", "n24-types-both": "- label",
	"n25-digest-header-barecr": "- boundary lines",
	"q01-softblank":            "- encoding", "q03-barecr": "- encoding",
	"q04-badescape": "- encoding", "q05-badescape2": "- encoding", "q06-badescape3": "- encoding", "q07-badescape4": "- encoding",
}

// TestHostile reads mails that real Thunderbird 153 read otherwise than servers
// do. What it loads from them must be in a leaf, or the mail in a gap.
func TestHostile(t *testing.T) {
	for name, want := range hostileGaps {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(repository(t), "testdata", "hostile", name+".eml"))
			if err != nil {
				t.Fatal(err)
			}
			l := message.Parse(raw)
			checkLayout(t, raw, l)
			var got []string
			if load := "t.example/" + name[:3]; foundLoad(raw, l, load) {
				got = append(got, "-")
			}
			for _, g := range l.Gaps {
				got = append(got, g.Reason)
			}
			if opaque(raw, l) {
				got = append(got, "charset")
			}
			if words := strings.Join(slices.Compact(got), " "); words != want {
				t.Errorf("got %q, want %q", words, want)
			}
		})
	}
}

// foundLoad says whether a tag with the load is in an HTML leaf as it is decoded.
func foundLoad(raw []byte, l *message.Layout, load string) bool {
	for p := range l.Leaves() {
		views, _ := p.Views(p.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start).Bytes())
		for _, v := range views {
			at := bytes.Index(v.Cells(), []byte(load))
			if at >= 0 && p.MediaType == "text/html" && bytes.Contains(v.Cells()[:at], []byte("<img ")) {
				return true
			}
		}
	}
	return false
}

func opaque(raw []byte, l *message.Layout) bool {
	for p := range l.Leaves() {
		text := p.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start).Bytes()
		if _, ok := message.NewView(p.Charset, text); !ok && p.MediaType == "text/html" {
			return true
		}
	}
	return false
}

// TestHostileSections checks that what servers have of such mails is where they
// have it: against Dovecot, section by section.
func TestHostileSections(t *testing.T) {
	var mails []realFile
	for name := range hostileGaps {
		raw, err := os.ReadFile(filepath.Join(repository(t), "testdata", "hostile", name+".eml"))
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, realFile{name, raw})
	}
	compareDovecot(t, mails)
}

// TestHostileRewriting changes what can be changed of such mails.
func TestHostileRewriting(t *testing.T) {
	for name := range hostileGaps {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(repository(t), "testdata", "hostile", name+".eml"))
			if err != nil {
				t.Fatal(err)
			}
			for seed := range uint64(20) {
				checkRewriting(t, rand.New(rand.NewPCG(seed, 0)), raw)
			}
		})
	}
}

// TestOrdinaryGaps counts the gaps of real mails: what was made for hostile ones
// must not be said of others.
func TestOrdinaryGaps(t *testing.T) {
	count := map[string]int{}
	mails := slices.DeleteFunc(corpus(t), func(m realFile) bool { return !strings.HasPrefix(m.name, "real"+string(filepath.Separator)) })
	for _, m := range mails {
		l := message.Parse(m.raw)
		var seen []string
		for _, g := range l.Gaps {
			if !slices.Contains(seen, g.Reason) {
				seen = append(seen, g.Reason)
				count[g.Reason]++
			}
		}
	}
	t.Logf("of %d real mails these have a gap: %v", len(mails), count)
	for reason, n := range count {
		if n*500 > len(mails) {
			t.Errorf("%d real mails have the gap %q", n, reason)
		}
	}
}
