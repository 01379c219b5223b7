package idle

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// fetch hands over what is new. UIDs only rise (RFC 3501, section 2.3.1.1), so what was
// expunged meanwhile is passed by, and nothing else.
func (w *watcher) fetch(ctx context.Context, client *imapclient.Client) error {
	for {
		select {
		case <-w.news: // what it tells of is seen now
		default:
		}
		fresh, err := w.list(client)
		if err != nil {
			return err
		}
		for _, one := range fresh {
			if err := w.one(ctx, client, one); err != nil && !w.stuck(one.uid) {
				return err
			}
			w.at.Next = uint32(one.uid) + 1
			w.reached(ctx)
		}
		if len(fresh) == 0 {
			return nil
		}
	}
}

// stuck says that a mail has ended the connection, or could not be taken, as often as one
// may: then the others go on without it.
func (w *watcher) stuck(uid imap.UID) bool {
	if w.failed.uid != uid {
		w.failed.uid, w.failed.n = uid, 0
	}
	w.failed.n++
	return w.failed.n >= tries
}

// listed is a mail that is new.
type listed struct {
	uid  imap.UID
	size int64
}

// list asks which mails are new.
func (w *watcher) list(client *imapclient.Client) ([]listed, error) {
	from := imap.UIDSet{imap.UIDRange{Start: imap.UID(w.at.Next), Stop: 0}}
	found, err := client.Fetch(from, &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
	if err != nil {
		return nil, fmt.Errorf("looking for new mail: %w", err)
	}
	var fresh []listed
	for _, one := range found {
		// A range that ends with "*" holds the last mail, whatever it begins with; a
		// change of flags may be told of a mail that was not asked for. Behind the last
		// UID there is, no other can come: Next would begin anew.
		if uint32(one.UID) >= w.at.Next && uint32(one.UID) < math.MaxUint32 {
			fresh = append(fresh, listed{one.UID, one.RFC822Size})
		}
	}
	slices.SortFunc(fresh, func(a, b listed) int { return int(int64(a.uid) - int64(b.uid)) })
	fresh = slices.CompactFunc(fresh, func(a, b listed) bool { return a.uid == b.uid })
	return fresh[max(0, len(fresh)-most):], nil
}

// one hands over one mail, if it is still there and not too large.
func (w *watcher) one(ctx context.Context, client *imapclient.Client, l listed) error {
	if l.size > maxMail {
		return nil
	}
	// BODY.PEEK[] sets no \Seen (RFC 3501, section 6.4.5).
	cmd := client.Fetch(imap.UIDSetNum(l.uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	var failed error
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			body, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok || body.Literal == nil {
				continue
			}
			if failed == nil {
				failed = w.Mail(ctx, Mail{Mailbox: w.Mailbox, Validity: w.at.Validity, UID: uint32(l.uid), Body: body.Literal})
			}
			_, _ = io.Copy(io.Discard, body.Literal) // the command's end says what went wrong
		}
	}
	if err := cmd.Close(); err != nil {
		return fmt.Errorf("reading new mail: %w", err)
	}
	return failed
}
