// Package idle waits for new mail in a mailbox, and hands it over before a mail program
// has opened it (IDLE, RFC 2177).
//
// # What holds
//
// Nothing changes on the server: the mailbox is opened with EXAMINE and mail is read with
// BODY.PEEK[] (RFC 3501, sections 6.3.2 and 6.4.5), so that no flag is set or lost. Each
// mail is handed over once, by its UID, in order; a mailbox that was made anew (another
// UIDVALIDITY) begins anew, and what lies in it then is not new.
//
// One connection is kept, and asleep: the server speaks when there is something, IDLE is
// begun anew within 29 minutes (RFC 2177, section 3), and a server without it is asked
// every few minutes. A connection that is lost is made anew, at first soon and then more
// and more rarely; a login that is refused is tried again rarely, for a provider may shut
// out whoever guesses.
package idle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	// soon and late are the first and the longest wait for another connection, rarely
	// the first after a login was refused.
	soon   = 5 * time.Second
	late   = 15 * time.Minute
	rarely = 5 * time.Minute
	// lasting is how long a connection has to have been good for the next wait to be a
	// short one.
	lasting = time.Minute
	// gathering is how long mail that comes together is waited for.
	gathering = 300 * time.Millisecond
	// asking is how often a server without IDLE is asked.
	asking = 5 * time.Minute
	// most is how many mails that came while nobody looked are handed over.
	most = 200
	// tries is how often a mail may go wrong.
	tries = 3
	// maxMail is the size in octets over which a mail is left out.
	maxMail = 32 << 20
)

// ErrLogin is what [Config.Open] returns, or wraps, for a login that is refused.
var ErrLogin = errors.New("idle: the login is refused")

// A Position is how far a mailbox was looked at.
type Position struct {
	// Validity is the mailbox's UIDVALIDITY, 0 if none was looked at.
	Validity uint32
	// Next is the lowest UID that is new.
	Next uint32
}

// A Mail is one that is new.
type Mail struct {
	// Mailbox, Validity and UID say where it lies.
	Mailbox       string
	Validity, UID uint32
	// Body is the mail as it lies there; it is read before the next.
	Body io.Reader
}

// A Phase is what a watcher does.
type Phase string

const (
	// Connecting is on its way to the server.
	Connecting Phase = "connecting"
	// Watching waits for mail.
	Watching Phase = "watching"
	// Waiting waits for another try.
	Waiting Phase = "waiting"
	// Refused waits, too, for the login was refused.
	Refused Phase = "refused"
)

// A State is how a watcher does.
type State struct {
	// Phase is what it does.
	Phase Phase
	// Err is what stood in the way of the last connection.
	Err error
	// Until is when the next is tried, zero while there is one.
	Until time.Time
}

// Config says what a watcher does. The functions are called by one goroutine.
type Config struct {
	// Open connects and logs in; what it is given has to stand in the client's options.
	Open func(ctx context.Context, news *imapclient.UnilateralDataHandler) (*imapclient.Client, error)
	// Mailbox is which; "" is INBOX.
	Mailbox string
	// From is where it begins; the zero value is with the next mail.
	From Position
	// Mail is given each new mail. With an error the mail is tried again later.
	Mail func(ctx context.Context, m Mail) error
	// Reached is told how far it came. It may be nil.
	Reached func(ctx context.Context, p Position)
	// Tell is told how it does. It may be nil.
	Tell func(State)
	// Nudge ends a wait and has a connection be checked, as after a sleep of the machine.
	// It may be nil.
	Nudge <-chan struct{}
	// Soon stands in for the first wait after a lost connection, in tests; 0 is 5 s.
	Soon time.Duration
}

// A watcher is one that runs.
type watcher struct {
	Config
	at   Position
	news chan struct{}
	// failed is the mail that went wrong last, and how often.
	failed struct {
		uid imap.UID
		n   int
	}
}

// Run watches until ctx ends, and returns then.
func Run(ctx context.Context, c Config) {
	w := &watcher{Config: c, at: c.From, news: make(chan struct{}, 1)}
	if w.Mailbox == "" {
		w.Mailbox = "INBOX"
	}
	if w.Tell == nil {
		w.Tell = func(State) {}
	}
	if w.Soon == 0 {
		w.Soon = soon
	}
	wait := w.Soon
	for ctx.Err() == nil {
		w.Tell(State{Phase: Connecting})
		begun := time.Now()
		err := w.connection(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(begun) > lasting {
			wait = w.Soon
		}
		phase := Waiting
		if errors.Is(err, ErrLogin) {
			phase, wait = Refused, max(wait, rarely)
		}
		// Many that lost a server together do not come back together.
		pause := wait + time.Duration(rand.Int64N(int64(wait)/4+1))
		w.Tell(State{Phase: phase, Err: err, Until: time.Now().Add(pause)})
		if !w.sleep(ctx, pause) {
			wait = w.Soon // nudged: the machine woke
			continue
		}
		wait = min(2*wait, late)
	}
}

// sleep waits, and says false if it was ended before.
func (w *watcher) sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return true
	case <-w.Nudge:
		return false
	case <-t.C:
		return true
	}
}

// tell notes that the server said something about the mailbox.
func (w *watcher) tell() {
	select {
	case w.news <- struct{}{}:
	default: // it is noted
	}
}

// connection watches until the connection is lost.
func (w *watcher) connection(ctx context.Context) error {
	client, err := w.Open(ctx, &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				w.tell()
			}
		},
	})
	if err != nil {
		return err
	}
	defer client.Close()
	stop := context.AfterFunc(ctx, func() { client.Close() })
	defer stop()
	if err := w.open(ctx, client); err != nil {
		return err
	}
	for ctx.Err() == nil {
		if err := w.fetch(ctx, client); err != nil {
			return err
		}
		w.Tell(State{Phase: Watching})
		if err := w.wait(ctx, client); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// open opens the mailbox, and looks where it begins.
func (w *watcher) open(ctx context.Context, client *imapclient.Client) error {
	box, err := client.Select(w.Mailbox, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return fmt.Errorf("opening the mailbox: %w", err)
	}
	if w.at.Validity == box.UIDValidity && w.at.Next != 0 {
		return nil
	}
	w.at = Position{Validity: box.UIDValidity, Next: uint32(box.UIDNext)}
	if w.at.Next == 0 {
		// UIDNEXT may be left out (RFC 3501, section 6.3.1): then it is behind the last.
		w.at.Next = 1
		last, err := client.Fetch(imap.SeqSet{imap.SeqRange{Start: 0, Stop: 0}}, &imap.FetchOptions{UID: true}).Collect() // "*"
		if err == nil && len(last) > 0 && uint32(last[0].UID) < math.MaxUint32 {
			w.at.Next = uint32(last[0].UID) + 1
		}
	}
	w.reached(ctx)
	return nil
}

// reached tells how far it came.
func (w *watcher) reached(ctx context.Context) {
	if w.Reached != nil {
		w.Reached(ctx, w.at)
	}
}

// wait waits until the server says something, by IDLE where it has it.
func (w *watcher) wait(ctx context.Context, client *imapclient.Client) error {
	if !client.Caps().Has(imap.CapIdle) && !client.Caps().Has(imap.CapIMAP4rev2) {
		t := time.NewTimer(asking)
		defer t.Stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-client.Closed():
			return io.ErrUnexpectedEOF
		case <-w.Nudge:
		case <-t.C:
		}
		return client.Noop().Wait()
	}
	idle, err := client.Idle() // it begins anew by itself, after 28 minutes
	if err != nil {
		return fmt.Errorf("waiting for mail: %w", err)
	}
	select {
	case <-ctx.Done():
	case <-client.Closed():
	case <-w.Nudge:
	case <-w.news:
		w.sleepShort(ctx)
	}
	if err := idle.Close(); err != nil {
		return fmt.Errorf("waiting for mail: %w", err)
	}
	if err := idle.Wait(); err != nil {
		return fmt.Errorf("waiting for mail: %w", err)
	}
	return ctx.Err()
}

// sleepShort waits for mail that comes together.
func (w *watcher) sleepShort(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(gathering):
	}
}
