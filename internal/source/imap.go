package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	// batchMails and batchOctets bound what is asked for at once. A batch is kept
	// in memory, so that its mails come in order whatever the server does.
	batchMails  = 64
	batchOctets = 16 << 20
	// tries is how often a mailbox is opened anew without getting on.
	tries = 3
	// blames is how many mails, one after the other, a lost connection is put down to;
	// more of them are the server's fault and not theirs.
	blames = 3
)

// An open mailbox is one that is being read.
type openBox struct {
	Mailbox
	client   *imapclient.Client
	validity uint32
	// rest are the mails that were not handed out yet.
	rest []listed
	// single says to ask for one mail at a time, reached that the server was there and
	// opened it, and blamed counts mails that were left out since one came.
	single, reached bool
	blamed          int
}

// A listed mail is one of a mailbox.
type listed struct {
	uid  imap.UID
	size int64
}

// mailbox hands out the mails of a mailbox, or of all of an account.
func (r *reader) mailbox(ctx context.Context, path string) bool {
	box, err := ParseURL(path)
	if err != nil {
		return r.failed(path, err)
	}
	boxes := []Mailbox{box}
	if box.Name == "" {
		if boxes, err = r.list(ctx, box); err != nil {
			return r.failed(box.URL(), &RetryError{err})
		}
	}
	for _, one := range boxes {
		if ctx.Err() != nil || !r.oneBox(ctx, one) {
			return false
		}
	}
	return true
}

// list returns all mailboxes of an account that can be opened, by name.
func (r *reader) list(ctx context.Context, box Mailbox) ([]Mailbox, error) {
	c, err := r.dial(ctx, box)
	if err != nil {
		return nil, err
	}
	defer hangUp(c)
	found, err := c.List("", "*", nil).Collect()
	if err != nil {
		return nil, fmt.Errorf("listing mailboxes: %w", err)
	}
	var boxes []Mailbox
	for _, one := range found {
		if shut(one) {
			continue
		}
		box.Name = one.Mailbox
		boxes = append(boxes, box)
	}
	slices.SortFunc(boxes, func(a, b Mailbox) int { return strings.Compare(a.Name, b.Name) })
	return boxes, nil
}

// shut says whether a mailbox cannot be opened (RFC 3501, section 7.2.2).
func shut(box *imap.ListData) bool {
	return slices.ContainsFunc(box.Attrs, func(a imap.MailboxAttr) bool {
		return strings.EqualFold(string(a), string(imap.MailboxAttrNoSelect)) || strings.EqualFold(string(a), string(imap.MailboxAttrNonExistent))
	})
}

// oneBox hands out the mails of one mailbox. A connection that is lost is made
// anew, and reading goes on behind what was handed out; a mail with which it is
// lost each time is left out.
func (r *reader) oneBox(ctx context.Context, box Mailbox) bool {
	at := &openBox{Mailbox: box}
	for failures := 0; ; {
		before := len(at.rest)
		more, err := r.readBox(ctx, at)
		if err == nil || ctx.Err() != nil {
			return more
		}
		if at.validity != 0 && len(at.rest) < before {
			failures, at.blamed = 0, 0
		}
		failures++
		refused, nobody := new(imap.Error), new(loginError)
		if at.validity == 0 && (errors.As(err, &refused) || failures >= tries) || failures > tries || errors.As(err, &nobody) {
			return r.failed(box.URL(), &RetryError{err})
		}
		if at.reached && at.blamed < blames && at.single && failures == tries && len(at.rest) > 0 {
			// It is this mail with which the connection ends, and not the server that is
			// gone: it was there each time, and gave other mails.
			at.blamed++
			if !r.lost(at, at.rest[0]) {
				return false
			}
			at.rest, failures = at.rest[1:], 0
		}
		at.single = failures > 0
	}
}

// lost hands out an error in place of a mail that the server has.
func (r *reader) lost(at *openBox, mail listed) bool {
	name := at.message(at.validity, uint32(mail.uid))
	r.cfg.Progress.done.Add(mail.size)
	return r.give(Mail{Name: name, Key: name, Err: ErrMessage})
}

// readBox opens a mailbox and hands out what of it was not handed out yet. It
// says false when the caller wants no more.
func (r *reader) readBox(ctx context.Context, at *openBox) (more bool, err error) {
	at.reached = false
	if at.client, err = r.dial(ctx, at.Mailbox); err != nil {
		return true, err
	}
	defer hangUp(at.client)
	stop := context.AfterFunc(ctx, func() { at.client.Close() })
	defer stop()
	// EXAMINE (RFC 3501, section 6.3.2): no mail loses its \Recent.
	data, err := at.client.Select(at.Name, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return true, fmt.Errorf("opening the mailbox: %w", err)
	}
	if at.validity != data.UIDValidity {
		if at.rest, err = r.listMails(at, data.NumMessages); err != nil {
			return true, err
		}
		at.validity = data.UIDValidity
		at.rest = slices.DeleteFunc(at.rest, func(l listed) bool {
			known := r.cfg.Known != nil && r.cfg.Known(at.message(at.validity, uint32(l.uid)))
			if !known {
				r.cfg.Progress.total.Add(l.size)
			}
			return known
		})
	}
	at.reached = true
	for len(at.rest) > 0 {
		more, err := r.batch(at)
		if err != nil || !more {
			return more, err
		}
	}
	return true, nil
}

// listMails asks for the number and the size of each mail.
func (r *reader) listMails(at *openBox, n uint32) ([]listed, error) {
	if n == 0 {
		return nil, nil
	}
	all := imap.SeqSet{imap.SeqRange{Start: 1, Stop: 0}}
	found, err := at.client.Fetch(all, &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
	if err != nil {
		return nil, fmt.Errorf("listing the mails: %w", err)
	}
	mails := make([]listed, 0, len(found))
	for _, one := range found {
		if one.UID != 0 {
			mails = append(mails, listed{one.UID, one.RFC822Size})
		}
	}
	slices.SortFunc(mails, func(a, b listed) int { return int(int64(a.uid) - int64(b.uid)) })
	return slices.CompactFunc(mails, func(a, b listed) bool { return a.uid == b.uid }), nil
}
