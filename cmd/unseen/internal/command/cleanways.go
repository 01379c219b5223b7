package command

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/words"
)

// gatewayTime is how long a filter waits for Unseen before it does without: a reader
// waits for the mail.
const gatewayTime = 5 * time.Second

// check says what does not go together.
func (c *cleanCommand) check(s *session) error {
	switch {
	case c.Gateway && c.Account == "":
		return &usageError{text: s.words.Say(words.CleanNeedsAccount)}
	case c.Account != "" && !c.Gateway:
		return &usageError{text: s.words.Say(words.CleanNeedsGateway)}
	case c.Watch != "" && (c.Gateway || c.HTML):
		return &usageError{text: s.words.Say(words.CleanWatchAlone)}
	case strings.ContainsAny(c.Charset, "\r\n\";"):
		return &usageError{text: s.words.Say(words.CleanBadCharset, "charset", c.Charset)}
	}
	return nil
}

// dressed makes a mail of a bare text of HTML, and says where the text begins. Each text
// is a mail of its own, so that what is permitted for one is for no other.
func (c *cleanCommand) dressed(raw []byte) (mail []byte, begins int) {
	if !c.HTML {
		return raw, 0
	}
	sum := sha256.Sum256(raw)
	head := "MIME-Version: 1.0\r\nMessage-ID: <" + hex.EncodeToString(sum[:]) + "@bare.invalid>\r\n" +
		"Content-Type: text/html; charset=\"" + cmp.Or(c.Charset, "utf-8") + "\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
	return append([]byte(head), raw...), len(head)
}

// through takes a mail through the filter. Where Unseen is to be asked and does not
// answer, the mail is made inert without it.
func (c *cleanCommand) through(s *session, mail []byte) (out []byte, left map[string]int, err error) {
	if c.Gateway {
		out, err := c.rewritten(s, mail)
		if err == nil {
			return out, nil, nil
		}
		why := err.Error()
		if errors.Is(err, api.ErrNotRunning) {
			why = s.words.Say(words.NotRunning)
		}
		s.complain(s.words.Say(words.CleanWithout, "what", why), "")
	}
	return cleaned(mail, s.filterRules)
}

// rewritten asks Unseen for the mail with addresses of the gateway. It has the same
// length, or is not taken.
func (c *cleanCommand) rewritten(s *session, mail []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), gatewayTime)
	defer cancel()
	client, err := s.client(ctx)
	if err != nil {
		return nil, err
	}
	out, err := client.Rewrite(ctx, c.Account, bytes.NewReader(mail))
	if err == nil && len(out) != len(mail) {
		err = errors.New(s.words.Say(words.CleanOtherLength))
	}
	return out, err
}

// An opener lets links lead where they end, as far as that is known without asking
// anybody. It is a linker that seals nothing.
type opener struct{ judge *detect.Judge }

// Edition implements [plan.Linker].
func (o opener) Edition() string { return o.judge.Catalogue.Edition() }

// Links implements [plan.Linker].
func (o opener) Links(header, cells []byte, refs []reference.Reference) []plan.LinkDecision {
	fields := message.Header(header)
	facts := detect.Gather(fields, refs, "")
	words := exempt.Texts(cells, refs)
	facts.Authentication = o.judge.Authenticating(fields.Text("Subject"), words, refs)
	out := make([]plan.LinkDecision, len(refs))
	for i, p := range o.judge.Links(refs, words, facts) {
		if p.Action == detect.ActionUnwrap {
			out[i].To = p.Destination
		}
	}
	return out
}
