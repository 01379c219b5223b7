package message_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"github.com/unseen-mail/unseen/detect/message"
)

// TestGoIMAP compares the leaves of the real mails with what go-imap's server
// gives for the same numbers. It gives nothing for a message with a line in its
// header that is no field; what it gives must agree but for a few odd ones.
func TestGoIMAP(t *testing.T) {
	mails, _ := realMail(t)
	equal, lineEnds, nothing, all := 0, 0, 0, 0
	for _, raw := range mails {
		if bytes.HasPrefix(raw, []byte("From ")) {
			raw = raw[bytes.IndexByte(raw, '\n')+1:]
		}
		for p := range message.Parse(raw).Leaves() {
			item := &imap.FetchItemBodySection{}
			for _, n := range strings.Split(p.Section, ".") {
				number, err := strconv.Atoi(n)
				if err != nil {
					t.Fatalf("section %q", p.Section)
				}
				item.Part = append(item.Part, number)
			}
			got, want := imapserver.ExtractBodySection(bytes.NewReader(raw), item), raw[p.Body.Start:p.Body.End]
			all++
			switch {
			case len(got) == 0 && len(want) > 0:
				nothing++
			case bytes.Equal(got, want):
				equal++
			case bytes.Equal(bytes.TrimRight(got, "\r\n"), bytes.TrimRight(want, "\r\n")):
				lineEnds++
			}
		}
	}
	t.Logf("%d leaves: %d are equal, %d but for line ends at the end, go-imap gives nothing for %d", all, equal, lineEnds, nothing)
	if (equal+lineEnds)*100 < (all-nothing)*99 {
		t.Error("too many differ")
	}
}
