package account

import (
	"context"
	"errors"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/unseen-mail/unseen/internal/words"
)

// Put logs in and puts a mail into the inbox, as one that came at a time and was not
// read yet. It says that it did, or what stood in the way and what to do next.
func (c *Checker) Put(ctx context.Context, s Server, l Login, raw []byte, at time.Time) Step {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	line, done, err := c.open(ctx, s)
	if err != nil {
		return c.explain(s, err)
	}
	defer done()
	client, err := greet(ctx, line, s)
	if err != nil {
		return c.explain(s, line.why(err))
	}
	defer client.Close()
	caps, err := client.Capability().Wait()
	switch {
	case err != nil:
		return c.explain(s, line.why(err))
	case l.Token == "" && !byPassword(caps):
		return Step{Text: c.Words.Say(words.TestMailOAuth, "host", s.Host), Hint: c.Words.Say(words.TestMailOAuthHint)}
	case l.Token == "" && l.Password == "":
		return Step{Text: c.Words.Say(words.TestMailNoLogin, "host", s.Host), Hint: c.Words.Say(words.TestMailNoLoginHint)}
	}
	if err := login(client, caps, l, s); err != nil {
		return c.refused(s, l, line.why(err))
	}
	put := client.Append("INBOX", int64(len(raw)), &imap.AppendOptions{Time: at})
	_, err = put.Write(raw)
	err = errors.Join(err, put.Close())
	if _, wrong := put.Wait(); wrong != nil || err != nil {
		var said *imap.Error
		if errors.As(wrong, &said) {
			return Step{Text: c.Words.Say(words.TestMailRefused, "host", s.Host, "said", oneLine(said.Text)), Hint: c.Words.Say(words.TestMailRefusedHint)}
		}
		return c.explain(s, line.why(errors.Join(err, wrong)))
	}
	_ = client.Logout().Wait() // it is there, whatever the server says now
	return c.good(words.TestMailPut, "host", s.Host)
}
