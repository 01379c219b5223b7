package command

import (
	"io"
	"iter"

	"github.com/unseen-mail/unseen/internal/source"
)

// fromLine begins the line before each mail of an mbox (RFC 4155, appendix A).
var fromLine = []byte("From ")

// separates says whether a line is one that stands before a mail.
func separates(line []byte) bool { return source.Separates(line) }

// An item is one mail of a file.
type item struct {
	raw []byte
	// number is its place in an mbox, from 1; 0 in a file of one mail.
	number int
	// err is why there is no mail.
	err error
}

// mails returns the mails of a file: one, or those of an mbox. An error of
// reading comes last.
func mails(in io.Reader) iter.Seq[item] {
	return func(yield func(item) bool) {
		for m := range source.Split("-", in) {
			if !yield(item{raw: m.Raw, number: m.Number, err: m.Err}) {
				return
			}
		}
	}
}

// readMail reads a mail. With an error it returns what was read of it.
func readMail(in io.Reader) ([]byte, error) { return source.Read(in) }
