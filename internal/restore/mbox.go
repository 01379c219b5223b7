package restore

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// kind is what a file holds.
type kind int

const (
	other kind = iota
	mbox
	single
)

// kindOf looks at a file's name and first line.
func kindOf(path string) kind {
	name := filepath.Base(path)
	if strings.HasPrefix(name, ".unseen-") || strings.HasSuffix(name, ".msf") || strings.HasSuffix(name, ".dat") {
		return other
	}
	f, _, err := plain(path)
	if err != nil {
		return single // which says why it cannot be read
	}
	defer f.Close()
	line, _ := bufio.NewReaderSize(io.LimitReader(f, 1000), 1000).ReadString('\n')
	if strings.HasPrefix(line, "From ") {
		return mbox
	}
	if field, _, ok := strings.Cut(line, ":"); ok && field != "" && strings.IndexFunc(field, notField) < 0 {
		return single
	}
	return other
}

// notField says that a character is none of a field's name (RFC 5322, section
// 2.2).
func notField(r rune) bool { return r <= ' ' || r > '~' || r == ':' }

// mbox puts a file of many mails back.
func (r *Restorer) mbox(ctx context.Context, path string) error {
	in, info, err := plain(path)
	if err != nil {
		return err
	}
	defer in.Close()
	w, err := beside(path, info)
	if err != nil {
		return err
	}
	before := r.count.Served + r.count.Written
	for m := range pieces(in, &err) {
		var out []byte
		if out, err = r.piece(ctx, path, m); err == nil {
			_, err = w.Write(out)
		}
		if err != nil {
			break
		}
	}
	if err != nil || r.count.Served+r.count.Written == before {
		return w.drop(err)
	}
	if err := w.place(nil); err != nil {
		return err
	}
	if now, err := os.Lstat(path); err == nil && now.Size() != info.Size() {
		// Thunderbird's index says where each mail begins: it makes a new one.
		return setAside(path + ".msf")
	}
	return nil
}

// setAside takes an index away that is not true any more.
func setAside(path string) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// errLong is a mail that is too long to be held.
var errLong = errors.New("restore: a mail is too long")

// pieces hands out the mails of an mbox file, each with the line before it and the
// empty line behind it. All octets are handed out, in their order.
func pieces(in io.Reader, failed *error) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		lines := bufio.NewReaderSize(in, 64<<10)
		var mail []byte
		blank := true
		for {
			line, err := lines.ReadSlice('\n')
			long := errors.Is(err, bufio.ErrBufferFull)
			if blank && bytes.HasPrefix(line, []byte("From ")) && len(mail) > 0 {
				if !yield(mail) {
					return
				}
				mail = nil
			}
			mail = append(mail, line...)
			blank = !long && len(bytes.TrimRight(line, "\r\n")) == 0
			if len(mail) > maxMail {
				*failed = errLong
				return
			}
			if err != nil && !long {
				if !errors.Is(err, io.EOF) {
					*failed = err
				} else if len(mail) > 0 {
					yield(mail)
				}
				return
			}
		}
	}
}

// piece puts one mail of an mbox file back. Which lines are quoted depends on who
// wrote the file: the reading counts under which the mail is known.
func (r *Restorer) piece(ctx context.Context, path string, m []byte) ([]byte, error) {
	end := bytes.IndexByte(m, '\n') + 1
	if !bytes.HasPrefix(m, []byte("From ")) || end == 0 {
		return m, nil
	}
	from, raw := m[:end], m[end:]
	plain := unquoted(raw)
	if bytes.Equal(plain, raw) || !bytes.Equal(quoted(plain), raw) {
		_, out, err := r.ask(ctx, path, raw)
		return append(bytes.Clone(from), out...), err
	}
	state, out, err := r.Source(ctx, plain)
	if err == nil && state == Served {
		r.count.add(state, path)
		return append(bytes.Clone(from), quoted(out)...), nil
	}
	if err != nil {
		return nil, errors.Join(errSource, err)
	}
	_, out, err = r.ask(ctx, path, raw)
	return append(bytes.Clone(from), out...), err
}

// unquoted takes one mark from lines that begin with "From " behind marks (RFC
// 4155, appendix A, and the mboxrd form that Thunderbird writes).
func unquoted(raw []byte) []byte {
	return marks(raw, func(line []byte, n int) []byte {
		if n > 0 {
			return line[1:]
		}
		return line
	})
}

// quoted puts one mark before them.
func quoted(raw []byte) []byte {
	return marks(raw, func(line []byte, _ int) []byte { return append([]byte(">"), line...) })
}

// marks changes the lines that begin with "From " behind any number of marks.
func marks(raw []byte, change func(line []byte, n int) []byte) []byte {
	if !bytes.Contains(raw, []byte("From ")) {
		return raw
	}
	out := make([]byte, 0, len(raw)+16)
	for line := range bytes.Lines(raw) {
		rest := bytes.TrimLeft(line, ">")
		if bytes.HasPrefix(rest, []byte("From ")) {
			line = change(line, len(line)-len(rest))
		}
		out = append(out, line...)
	}
	return out
}

// hashFile is the hash of what a file holds.
func hashFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return h.Sum(nil), err
}
