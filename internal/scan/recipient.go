package scan

import (
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
)

// recipient says which of the reader's addresses a mail came to, going by the
// header. If it names none of them, it is left to the scan to ask the header.
func (s *Scanner) recipient(raw []byte) string {
	switch len(s.Recipients) {
	case 0:
		return ""
	case 1:
		return s.Recipients[0]
	}
	header := message.Header(raw)
	for _, field := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"} {
		for _, value := range header.All(field) {
			for _, box := range sender.Mailboxes(value) {
				if i := slices.IndexFunc(s.Recipients, func(o string) bool { return strings.EqualFold(o, box) }); i >= 0 {
					return s.Recipients[i]
				}
			}
		}
	}
	return ""
}
