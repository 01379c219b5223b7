package source

import (
	"context"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	// idleFor is how long a server may be silent in IDLE before it is asked whether it
	// is still there, which is shorter than the patience for its answers.
	idleFor = 4 * time.Minute
	// askEvery is how often a server without IDLE is asked for news.
	askEvery = time.Minute
)

// Watch calls changed when it begins to watch a mailbox on a server, and whenever mail
// came into it since, by IDLE where the server has it (RFC 2177). Of an account as a
// whole the inbox is watched. It returns when ctx ends, or with what stood in the way;
// then the mailbox is not watched any more.
func (c Config) Watch(ctx context.Context, path string, changed func()) error {
	box, err := ParseURL(path)
	if err != nil {
		return err
	}
	if box.Name == "" {
		box.Name = "INBOX"
	}
	news := make(chan struct{}, 1)
	r := &reader{cfg: c, passwords: make(map[string]string), news: &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages == nil {
				return
			}
			select {
			case news <- struct{}{}:
			default: // it is told already
			}
		},
	}}
	client, err := r.dial(ctx, box)
	if err != nil {
		return err
	}
	defer hangUp(client)
	stop := context.AfterFunc(ctx, func() { client.Close() })
	defer stop()
	if _, err := client.Select(box.Name, &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		return fmt.Errorf("opening the mailbox: %w", err)
	}
	changed()
	for ctx.Err() == nil {
		if err := wait(ctx, client, news, changed); err != nil {
			return err
		}
	}
	return nil
}

// wait waits for news once.
func wait(ctx context.Context, client *imapclient.Client, news <-chan struct{}, changed func()) error {
	idles := client.Caps().Has(imap.CapIdle)
	patience := askEvery
	var idle *imapclient.IdleCommand
	if idles {
		patience = idleFor
		var err error
		if idle, err = client.Idle(); err != nil {
			return fmt.Errorf("waiting for mail: %w", err)
		}
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	came := false
	select {
	case <-ctx.Done():
	case <-client.Closed():
	case <-news:
		came = true
	case <-timer.C:
	}
	var err error
	if idle != nil {
		if err = idle.Close(); err == nil {
			err = idle.Wait()
		}
	}
	if came {
		changed()
	}
	if err == nil {
		// Without IDLE this is what brings news.
		err = client.Noop().Wait()
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("waiting for mail: %w", err)
	}
	return nil
}
