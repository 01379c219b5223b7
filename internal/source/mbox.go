package source

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
)

// fromLine begins the line before each mail of an mbox (RFC 4155, appendix A).
var fromLine = []byte("From ")

// Split returns the mails of a file: one, or those of an mbox, each of at most
// [MaxMail] octets. An error of reading comes last.
func Split(name string, in io.Reader) iter.Seq[Mail] {
	return func(yield func(Mail) bool) {
		r := &reader{cfg: Config{MaxMail: MaxMail, Progress: new(Progress)}, give: yield}
		r.stream(name, name, in, deepest)
	}
}

// Read reads one mail of at most [MaxMail] octets. With an error it returns what
// was read.
func Read(in io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(in, MaxMail+1))
	if err == nil && len(raw) > MaxMail {
		err = ErrTooLarge
	}
	return raw, err
}

// An mbox is a file of several mails.
type mbox struct {
	in        slidingWindow
	name, key string
	most      int
	raw       []byte
	// large says that the mail at hand was given up.
	large  bool
	number int
	// length is what the header at hand says of the body, -1 if nothing; text
	// says that the header is over.
	length int
	text   bool
	// exact says that nothing behind the mail at hand was taken into it.
	exact bool
}

// mbox hands out the mails of an mbox.
func (r *reader) mbox(name, key string, in io.Reader) bool {
	b := &mbox{in: slidingWindow{in: in}, name: name, key: key, most: r.cfg.MaxMail}
	return b.each(r.give)
}

// each hands out the mails. A line that follows one without an end is no line of
// its own.
func (b *mbox) each(give func(Mail) bool) bool {
	b.skipLine() // the line before the first mail, however it is written
	b.begin()
	for whole := true; ; {
		line, ends := b.in.line()
		if len(line) == 0 {
			break
		}
		switch {
		case whole && Separates(line):
			b.trim()
			if !give(b.mail(false)) {
				return false
			}
			if !ends {
				b.skipLine()
			}
			b.begin()
			ends = true
		case whole && !b.text:
			b.header(line)
		case whole:
			b.add(unquoted(line))
		default:
			b.add(line)
		}
		whole = ends
	}
	if err := b.in.fault(); err != nil {
		return give(Mail{Name: b.name, Number: b.number, Key: b.mailKey(), Err: fmt.Errorf("reading it: %w", err)})
	}
	b.trim()
	return give(b.mail(true))
}

// skipLine takes the rest of a line.
func (b *mbox) skipLine() {
	for {
		if _, ends := b.in.line(); ends {
			return
		}
	}
}

// begin begins the next mail.
func (b *mbox) begin() {
	b.raw, b.large, b.text, b.exact, b.length = nil, false, false, false, -1
	b.number++
}

// header takes a line of a header. Behind its last one the body follows at once
// if its length was told and is true.
func (b *mbox) header(line []byte) {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if ok && bytes.EqualFold(bytes.TrimSpace(name), []byte("Content-Length")) {
		b.length = -1
		if n, err := strconv.Atoi(string(bytes.TrimSpace(value))); err == nil && n >= 0 {
			b.length = n
		}
	}
	b.add(line)
	if len(bytes.TrimRight(line, "\r\n")) > 0 {
		return
	}
	b.text = true
	if b.length >= 0 && b.length <= b.most {
		b.counted(b.length)
	}
}

// maxSeparator is how many octets of the line behind a body are looked at.
const maxSeparator = 1024

// counted takes a body of a length that the header told, if the next mail or the
// end of the file is behind it. In mboxcl lines were quoted as in any mbox; where
// one was not, none was (mboxcl2).
func (b *mbox) counted(n int) {
	have := b.in.ahead(n + maxSeparator)
	if len(have) < n {
		return
	}
	rest := have[n:]
	gap := len(rest) - len(bytes.TrimLeft(rest, "\r\n"))
	if gap > 4 {
		return
	}
	next := rest[gap:]
	if line, _, ok := bytes.Cut(next, []byte("\n")); len(next) > 0 && (!ok || !Separates(line)) {
		return
	}
	body := have[:n]
	quoted := !bytes.HasPrefix(body, fromLine) && !bytes.Contains(body, []byte("\nFrom "))
	for line := range bytes.Lines(body) {
		if quoted {
			line = unquoted(line)
		}
		b.add(line)
	}
	b.exact = true
	b.in.take(n + gap)
}

// add keeps octets of the mail at hand.
func (b *mbox) add(line []byte) {
	if b.large = b.large || len(b.raw)+len(line) > b.most; b.large {
		b.raw = nil
		return
	}
	b.raw = append(b.raw, line...)
}

// trim takes away the empty line behind a mail, which belongs to the file.
func (b *mbox) trim() {
	if b.exact {
		return
	}
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if bytes.HasSuffix(b.raw, []byte(end)) {
			b.raw = b.raw[:len(b.raw)-len(end)/2]
			return
		}
	}
}

// mailKey names the mail at hand. Mails of an mbox keep their places while more
// come behind them.
func (b *mbox) mailKey() string { return b.key + "#" + strconv.Itoa(b.number) }

// mail returns the mail at hand.
func (b *mbox) mail(last bool) Mail {
	m := Mail{Name: b.name, Number: b.number, Raw: b.raw, Key: b.mailKey()}
	if last && b.number == 1 {
		m.Number = 0 // one mail, with its From line
	}
	if m.Raw == nil {
		m.Raw = []byte{}
	}
	if b.large {
		m.Raw, m.Err = nil, ErrTooLarge
	}
	return m
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

// Separates says whether a line is one that stands before a mail: From, an
// address, and the time it came, in one of the ways in which it is written.
func Separates(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, fromLine)
	if !ok || len(rest) > maxSeparator-24 {
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
