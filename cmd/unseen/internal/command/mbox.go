package command

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"slices"
)

// maxMail is the largest mail that is looked into. What is larger is said.
const maxMail = 64 << 20

// errTooLarge is a mail over maxMail.
var errTooLarge = errors.New("it is larger than 64 MiB")

// fromLine begins the line before each mail of an mbox (RFC 4155, appendix A).
var fromLine = []byte("From ")

// An item is one mail of a file.
type item struct {
	raw []byte
	// number is its place in an mbox, from 1; 0 in a file of one mail.
	number int
	// err is why there is no mail.
	err error
}

// mails returns the mails of a file: one, or those of an mbox. An error of
// reading comes last, with what was read of the mail before it.
func mails(in io.Reader) iter.Seq[item] {
	return func(yield func(item) bool) {
		r := bufio.NewReaderSize(in, 1<<16)
		if start, _ := r.Peek(len(fromLine)); !bytes.Equal(start, fromLine) {
			raw, err := readMail(r)
			yield(item{raw: raw, err: err})
			return
		}
		b := &mbox{in: r}
		b.each(yield)
	}
}

// An mbox is a file of several mails.
type mbox struct {
	in  *bufio.Reader
	raw []byte
	// large says that the mail at hand was given up, begun that a mail was.
	large, begun bool
	number       int
}

// each reads the mails. A line that follows one without an end is no line of
// its own.
func (b *mbox) each(yield func(item) bool) {
	for whole := true; ; {
		line, err := b.in.ReadSlice('\n')
		if whole && len(line) > 0 && (!b.begun || separates(line)) {
			if b.begun && !b.give(yield, false) {
				return
			}
			b.begun, b.raw, b.large = true, nil, false
		} else if b.begun {
			if whole {
				line = unquoted(line)
			}
			b.add(line)
		}
		whole = !errors.Is(err, bufio.ErrBufferFull)
		switch {
		case err == nil, !whole:
		case errors.Is(err, io.EOF):
			b.give(yield, true)
			return
		default:
			yield(item{raw: b.raw, number: b.number + 1, err: err})
			return
		}
	}
}

// add keeps octets of the mail at hand.
func (b *mbox) add(line []byte) {
	if b.large = b.large || len(b.raw)+len(line) > maxMail; b.large {
		b.raw = nil
		return
	}
	b.raw = append(b.raw, line...)
}

// give hands out the mail at hand. The empty line behind it belongs to the file.
func (b *mbox) give(yield func(item) bool, last bool) bool {
	if b.number++; last && b.number == 1 {
		b.number = 0 // one mail, with its From line
	}
	one := item{raw: b.raw, number: b.number}
	if b.large {
		one.err = errTooLarge
	}
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if bytes.HasSuffix(one.raw, []byte(end)) {
			one.raw = one.raw[:len(one.raw)-len(end)/2]
			break
		}
	}
	return yield(one)
}

// unquoted takes one ">" from a line that was quoted so as not to look like the
// beginning of a mail (the mboxrd form, which can be undone).
func unquoted(line []byte) []byte {
	rest := bytes.TrimLeft(line, ">")
	if len(rest) < len(line) && bytes.HasPrefix(rest, fromLine) {
		return line[1:]
	}
	return line
}

// separates says whether a line is one that stands before a mail: From, an
// address, and the time it came, in one of the ways in which it is written.
func separates(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, fromLine)
	if !ok || len(rest) > 1000 {
		return false
	}
	days := []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	months := []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
	var day, month, clock, year bool
	for _, word := range bytes.Fields(rest) {
		text := string(bytes.TrimSuffix(word, []byte(",")))
		switch {
		case slices.Contains(days, text):
			day = true
		case slices.Contains(months, text):
			month = true
		case shaped(text, "9999"):
			year = true
		case shaped(text, "99:99:99"), shaped(text, "99:99"), shaped(text, "9:99:99"), shaped(text, "9:99"):
			clock = true
		}
	}
	return day && month && clock && year
}

// shaped says whether a word has digits where a form has nines, and is equal to
// it elsewhere.
func shaped(word, form string) bool {
	if len(word) != len(form) {
		return false
	}
	for i := range len(word) {
		digit := word[i] >= '0' && word[i] <= '9'
		if (form[i] == '9') != digit || !digit && word[i] != form[i] {
			return false
		}
	}
	return true
}

// readMail reads a mail of at most maxMail octets.
func readMail(in io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxMail+1))
	if err != nil {
		return raw, err
	}
	if len(raw) > maxMail {
		return raw, errTooLarge
	}
	return raw, nil
}
