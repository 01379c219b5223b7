// Package source says where mails come from: files of one mail, mbox files,
// directories and Maildirs, zip archives, standard input and IMAP mailboxes. It
// hands them out one by one, always in the same order, and holds one at a time.
//
// # What holds
//
// A mail is given as it was read, octet for octet. In an mbox the line before it
// and the empty line behind it belong to the file, and what was quoted so as not
// to look like the beginning of a mail is unquoted: mboxrd and mboxo as mboxrd,
// mboxcl and mboxcl2 by Content-Length where that leads to the next mail.
//
// What cannot be read is handed out as an error in its place, and the rest goes
// on. Nothing is written, neither to disk nor to a mailbox: those are opened with
// EXAMINE and read with BODY.PEEK, so that no flag changes.
//
// # Limits
//
// Mails over a size are told and left out. Archives are refused if they unpack
// to far more than they are, and opened in other archives one level deep; names
// in them name nothing on disk. Passwords come from the caller and are neither
// kept beyond the run nor logged.
package source

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"github.com/emersion/go-imap/v2/imapclient"
)

// Sizes that hold if the caller names none.
const (
	// MaxMail is the size in octets over which a mail is left out.
	MaxMail = 64 << 20
	// window is how much is read at a time.
	window = 1 << 16
)

var (
	// ErrTooLarge is a mail or a file over the limit.
	ErrTooLarge = errors.New("source: too large")
	// ErrUnpacks is an archive that unpacks to far more than it is.
	ErrUnpacks = errors.New("source: unpacks to far more than it is")
	// ErrDepth is an archive in an archive in an archive.
	ErrDepth = errors.New("source: archive too deep in others")
	// ErrEncrypted is what only a password would open.
	ErrEncrypted = errors.New("source: encrypted")
	// ErrArchive is an archive that is damaged.
	ErrArchive = errors.New("source: damaged archive")
	// ErrURL is an address of a mailbox that is none.
	ErrURL = errors.New("source: not the address of a mailbox")
	// ErrPassword is such an address with a password in it.
	ErrPassword = errors.New("source: password in the address of a mailbox")
	// ErrNoToken is a server that takes no login by OAuth.
	ErrNoToken = errors.New("source: no login by OAuth")
	// ErrMessage is a mail that a server has and does not give.
	ErrMessage = errors.New("source: not given by the server")
)

// A SkipError is something that was passed by because it is no file.
type SkipError struct {
	// Mode says what it is; [fs.ModeSymlink] is a link that leads nowhere.
	Mode fs.FileMode
	// Loop says that it is a link that leads back to itself.
	Loop bool
}

// Error says that it was passed by.
func (e *SkipError) Error() string { return "source: no file" }

// A RetryError is a place that could not be reached or was lost on the way.
// Nothing is said of the mails there: another run may find them.
type RetryError struct{ Err error }

// Error returns what stood in the way.
func (e *RetryError) Error() string { return e.Err.Error() }

// Unwrap returns what stood in the way.
func (e *RetryError) Unwrap() error { return e.Err }

// A Mail is one message, or why there is none.
type Mail struct {
	// Name is the path it was read from, "-" for standard input, or an IMAP
	// URL (RFC 5092).
	Name string
	// Number is its place in an mbox, from 1; 0 in a file of one mail.
	Number int
	// Raw is the message as read, nil if Err is not.
	Raw []byte
	// Key names the mail for as long as it is there, whatever flags it gets.
	Key string
	// Lasting says that what Key names never changes (RFC 3501, section 2.3.1.1).
	Lasting bool
	// Err is why there is no mail.
	Err error
}

// A Config says how mails are read. The zero value reads files.
type Config struct {
	// In is standard input, for the path "-".
	In io.Reader
	// MaxMail is the size in octets over which a mail is left out. Zero
	// means [MaxMail].
	MaxMail int
	// MaxFile is the size in octets over which a file is left out. Zero
	// means that files may have any size.
	MaxFile int64
	// Roots are whom an IMAP server's certificate may come from. Nil means
	// those of the system.
	Roots *x509.CertPool
	// Password asks for the password of a mailbox. Nil means that there is none.
	Password func(ctx context.Context, box Mailbox) (string, error)
	// Token returns an access token (RFC 6750) for a mailbox that is logged in to by
	// OAuth, "" for another. Nil means that there is none.
	Token func(ctx context.Context, box Mailbox) (string, error)
	// Known says that a lasting mail need not be read. Nil means that none
	// is known.
	Known func(key string) bool
	// Progress is told how far the reading came. It may be nil.
	Progress *Progress
}

// Mails returns the mails of paths, one path after the other.
func (c Config) Mails(ctx context.Context, paths []string) iter.Seq[Mail] {
	return func(yield func(Mail) bool) {
		r := c.reader(yield)
		r.file = r.open
		r.paths(ctx, paths)
	}
}

// reader makes a reader that has what the caller left out.
func (c Config) reader(give func(Mail) bool) *reader {
	r := &reader{cfg: c, give: give, passwords: make(map[string]string)}
	if r.cfg.MaxMail == 0 {
		r.cfg.MaxMail = MaxMail
	}
	if r.cfg.Progress == nil {
		r.cfg.Progress = new(Progress)
	}
	return r
}

// paths hands out the mails of paths.
func (r *reader) paths(ctx context.Context, paths []string) {
	for _, path := range paths {
		if ctx.Err() != nil || !r.path(ctx, path) {
			return
		}
	}
}

// A reader is one run over all paths. Its methods say false when the caller
// wants no more.
type reader struct {
	cfg  Config
	give func(Mail) bool
	// file is what is done with the path of a file.
	file      func(path string) bool
	passwords map[string]string // by user and host
	// news hears of what a server tells unasked.
	news *imapclient.UnilateralDataHandler
}

// failed hands out an error in place of a mail.
func (r *reader) failed(name string, err error) bool {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return r.give(Mail{Name: name, Key: name, Err: err})
}

// stream hands out the mails of what can be read only once: one mail, an mbox,
// or an archive, which is kept in memory.
func (r *reader) stream(name, key string, in io.Reader, depth int) bool {
	b := bufio.NewReaderSize(in, window)
	switch start, _ := b.Peek(len(fromLine)); {
	case bytes.Equal(start, fromLine):
		return r.mbox(name, key, b)
	case bytes.HasPrefix(start, zipStart):
		return r.nested(name, b, depth)
	}
	raw, err := readMail(b, r.cfg.MaxMail)
	if err != nil {
		return r.failed(name, err)
	}
	return r.give(Mail{Name: name, Key: key, Raw: raw})
}

// readMail reads a mail of at most so many octets.
func readMail(in io.Reader, most int) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(in, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("reading it: %w", err)
	}
	if len(raw) > most {
		return nil, ErrTooLarge
	}
	return raw, nil
}
