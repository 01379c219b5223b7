package pipeline

import (
	"fmt"
	"iter"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/unseen-mail/unseen/internal/scan"
	"github.com/unseen-mail/unseen/internal/source"
)

// A Mail is one message on its way between workers, or why there is none. Names are
// octets: those of files need not be UTF-8.
type Mail struct {
	// Name and Key are as in [source.Mail].
	Name, Key []byte
	// Raw is the message, empty if Fault is not.
	Raw []byte
	// Fault is why there is no message, as a row says it.
	Fault string
}

// unread is what travels of a mail that could not be read.
func unread(m *source.Mail) Mail {
	return Mail{Name: []byte(m.Name), Key: []byte(m.Key), Fault: scan.Fault(m.Err)}
}

// takeApart hands out the mails of a file, one at a time: those of a file that is one
// mail, and those of mailboxes and archives.
type takeApart struct {
	// Reading is what is read of it.
	Reading Reading
}

// ProcessElement implements a DoFn.
func (t *takeApart) ProcessElement(ctx contextT, file string, single, contained func(Mail)) error {
	mails, done, err := t.mails(ctx, file)
	if err != nil {
		return err
	}
	defer done()
	for m := range mails {
		switch {
		case m.Err != nil && passedBy(m.Err):
			count(ctx, passed, 1)
		case m.Err != nil:
			single(unread(&m))
		case m.Number == 0 && m.Name == file:
			single(Mail{Name: []byte(m.Name), Key: []byte(m.Key), Raw: m.Raw})
		default:
			contained(Mail{Name: []byte(m.Name), Key: []byte(m.Key), Raw: m.Raw})
		}
	}
	return ctx.Err()
}

// mails opens a file or an object. What is on disk is read as "unseen scan" does.
func (t *takeApart) mails(ctx contextT, file string) (iter.Seq[source.Mail], func(), error) {
	cfg := t.Reading.config()
	if !remote(file) {
		return cfg.Mails(ctx, []string{file}), func() {}, nil
	}
	store, err := filesystem.New(ctx, file)
	if err != nil {
		return nil, nil, fmt.Errorf("opening an object: %w", err)
	}
	one := func(err error) iter.Seq[source.Mail] {
		return func(yield func(source.Mail) bool) { yield(source.Mail{Name: file, Key: file, Err: err}) }
	}
	done := func() { store.Close() }
	if cfg.MaxFile > 0 {
		size, err := store.Size(ctx, file)
		switch {
		case err != nil:
			return one(err), done, nil
		case size > cfg.MaxFile:
			return one(source.ErrTooLarge), done, nil
		}
	}
	in, err := store.OpenRead(ctx, file)
	if err != nil {
		return one(err), done, nil
	}
	return cfg.Stream(file, in), func() { in.Close(); store.Close() }, nil
}
