package soak_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/internal/lab"
)

// gateway finds addresses of the gateway in a mail.
var gateway = regexp.MustCompile(`http://127\.0\.0\.1:\d+/[A-Za-z0-9_/?=&;.~-]+`)

// dial connects a mail program with Unseen and opens the INBOX.
func (w *world) dial() (*imapclient.Client, uint32, error) {
	c, err := imapclient.DialInsecure(w.imap, nil)
	if err != nil {
		return nil, 0, err
	}
	if err := c.Login("anna", lab.Password).Wait(); err != nil {
		c.Close()
		return nil, 0, err
	}
	box, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		c.Close()
		return nil, 0, err
	}
	return c, box.NumMessages, nil
}

// fetch reads what is there through Unseen: the message of a number, or all with 0.
func (w *world) fetch(ctx context.Context, number uint32) ([][]byte, error) {
	c, n, err := w.dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	if n == 0 {
		return nil, nil
	}
	var set imap.SeqSet
	set.AddRange(1, n)
	if number > 0 {
		set = imap.SeqSetNum(1 + (number-1)%n)
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	messages, err := c.Fetch(set, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{whole}, RFC822Size: true}).Collect()
	if err != nil {
		return nil, err
	}
	var mails [][]byte
	for _, m := range messages {
		raw := m.FindBodySection(whole)
		if int64(len(raw)) != m.RFC822Size {
			w.wrong("a mail has %d octets, and its size is %d", len(raw), m.RFC822Size)
		}
		mails = append(mails, raw)
	}
	return mails, nil
}

// opens loads what a mail program would load of a mail. Whatever it loads is on this
// machine: an address anywhere else is a fault.
func (w *world) opens(ctx context.Context, raw []byte) {
	text := string(raw)
	if strings.Contains(text, "src=\"https://") {
		w.wrong("a mail was passed on with a load that leads out:\n%.600s", text)
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for _, address := range gateway.FindAllString(text, -1) {
		if !strings.Contains(text, "src=\""+address) {
			continue
		}
		req, err := http.NewRequestWithContext(ctx, "GET", strings.ReplaceAll(address, "&amp;", "&"), nil)
		if err != nil {
			w.wrong("%v", err)
			return
		}
		resp, err := client.Do(req)
		if err != nil {
			return // the daemon was killed meanwhile
		}
		_, _ = io.Copy(io.Discard, resp.Body) // likewise
		resp.Body.Close()
		if resp.StatusCode >= 500 {
			w.did(fmt.Sprintf("answer %d", resp.StatusCode))
		}
		w.did("opened")
	}
}

// reads is a mail program: it looks at mails, one after the other.
func (w *world) reads(ctx context.Context, who int) {
	r := w.chance(who)
	until(ctx, func() time.Duration { return time.Duration(r.IntN(150)) * time.Millisecond }, func() {
		mails, err := w.fetch(ctx, 1+r.Uint32N(1000))
		if err != nil {
			w.did("read in vain")
			return
		}
		for _, m := range mails {
			w.did("read")
			w.opens(ctx, m)
		}
	})
}

// delivers brings new mail, past Unseen as a server does.
func (w *world) delivers(ctx context.Context, who int) {
	r := w.chance(who)
	until(ctx, func() time.Duration { return 100*time.Millisecond + time.Duration(r.IntN(400))*time.Millisecond }, func() {
		w.dovecot.Deliver(w.t, "anna", "", w.mail())
		w.did("delivered")
	})
}

// expunges takes a message away, through Unseen.
func (w *world) expunges(ctx context.Context, who int) {
	r := w.chance(who)
	until(ctx, func() time.Duration { return 200*time.Millisecond + time.Duration(r.IntN(800))*time.Millisecond }, func() {
		c, n, err := w.dial()
		if err != nil {
			return
		}
		defer c.Close()
		if n < 10 {
			return
		}
		one := imap.SeqSetNum(1 + r.Uint32N(n))
		if err := c.Store(one, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
			return
		}
		if err := c.Expunge().Close(); err == nil {
			w.did("expunged")
		}
	})
}
