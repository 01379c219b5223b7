package account

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/oauth"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// lookedAt is how many of the newest mails are asked for the provider's word.
const lookedAt = 20

// CheckIMAP tries the server that mail comes from.
func (c *Checker) CheckIMAP(ctx context.Context, s Server, l Login) []Step {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	line, done, err := c.open(ctx, s)
	if err != nil {
		return []Step{c.explain(s, err)}
	}
	defer done()
	client, err := greet(ctx, line, s)
	if err != nil {
		return []Step{c.explain(s, line.why(err))}
	}
	defer client.Close()
	steps := []Step{c.good(words.CheckIMAPAnswers, "server", s.Addr()), c.certificate(s, line.tls())}
	caps, err := client.Capability().Wait()
	if err != nil {
		return append(steps, c.explain(s, line.why(err)))
	}
	if !caps.Has(imap.CapIMAP4rev1) && !caps.Has(imap.CapIMAP4rev2) {
		return append(steps, c.explain(s, errNotIMAP))
	}
	if l.Token == "" && !byPassword(caps) {
		return append(steps, c.good(words.CheckOAuth, "host", s.Host))
	}
	if l.Password == "" && l.Token == "" {
		return append(steps, c.good(words.CheckNoPassword))
	}
	if err := login(client, caps, l, s); err != nil {
		return append(steps, c.refused(s, l, line.why(err)))
	}
	steps = append(steps, c.good(words.CheckLoggedIn, "user", l.User), c.stamps(client))
	_ = client.Logout().Wait() // the check is over, whatever it says
	return steps
}

// greet begins to speak IMAP, under TLS where there is to be any.
func greet(ctx context.Context, l *line, s Server) (*imapclient.Client, error) {
	options := &imapclient.Options{TLSConfig: l.config}
	if s.TLS == StartTLS {
		// Nothing but STARTTLS is ever said before it (RFC 8314, section 5.2).
		return imapclient.NewStartTLS(l, options)
	}
	var conn net.Conn = l
	if s.TLS == Implicit {
		secure := tls.Client(l, l.config)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = secure
	}
	client := imapclient.New(conn, options)
	if err := client.WaitGreeting(); err != nil {
		client.Close()
		return nil, err
	}
	return client, nil
}

// byPassword says whether a password can be used to log in.
func byPassword(caps imap.CapSet) bool {
	return !caps.Has(imap.CapLoginDisabled) || caps.Has(imap.AuthCap(sasl.Plain))
}

// login uses the token, else the password. AUTHENTICATE takes any octets, LOGIN does not.
func login(client *imapclient.Client, caps imap.CapSet, l Login, s Server) error {
	if l.Token != "" {
		mechanism, ok := oauth.Mechanism(caps, l.User, l.Token, s.Host, s.Port)
		if !ok {
			return errNoToken
		}
		return client.Authenticate(mechanism)
	}
	if caps.Has(imap.AuthCap(sasl.Plain)) {
		return client.Authenticate(sasl.NewPlainClient("", l.User, l.Password))
	}
	return client.Login(l.User, l.Password).Wait()
}

// refused explains a login that was not accepted. What the server says of it is
// kept to its first words; it cannot hold the password, which was never a part
// of its answer.
func (c *Checker) refused(s Server, l Login, err error) Step {
	var said *imap.Error
	switch {
	case errors.Is(err, errNoToken):
		return Step{Text: c.Words.Say(words.CheckNoToken, "host", s.Host), Hint: c.Words.Say(words.CheckNoTokenHint)}
	case !errors.As(err, &said):
		return c.explain(s, err)
	}
	step := Step{Text: c.Words.Say(words.CheckRefused, "host", s.Host, "said", oneLine(said.Text)),
		Hint: c.Words.Say(words.CheckRefusedHint)}
	if l.Token != "" {
		step.Hint = c.Words.Say(words.CheckTokenHint, "address", l.User)
	}
	return step
}

// stamps looks whether the provider vouches for senders: the newest mails are
// asked for their topmost Authentication-Results (RFC 8601).
func (c *Checker) stamps(client *imapclient.Client) Step {
	box, err := client.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return c.good(words.CheckNoInbox)
	}
	if box.NumMessages == 0 {
		return c.good(words.CheckEmptyInbox)
	}
	first := uint32(1)
	if box.NumMessages > lookedAt {
		first = box.NumMessages - lookedAt + 1
	}
	section := &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Peek: true,
		HeaderFields: []string{"Authentication-Results"}}
	messages, err := client.Fetch(imap.SeqSet{imap.SeqRange{Start: first, Stop: box.NumMessages}},
		&imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		return c.good(words.CheckNoInbox)
	}
	vouched := 0
	for _, m := range messages {
		if c.vouched(m.FindBodySection(section)) {
			vouched++
		}
	}
	key := words.CheckStamped
	if vouched == 0 {
		key = words.CheckUnstamped
	}
	return c.good(key, "n", vouched, "all", len(messages))
}

// vouched says whether the topmost result is signed by a name of the provider, or
// by none where it leaves its name out.
func (c *Checker) vouched(header []byte) bool {
	if c.AuthServIDs == nil {
		return false
	}
	h := message.Header(header)
	top, _ := sender.TopStamp(h)
	if top.By == "" && h.Get("Authentication-Results") != "" {
		top.By = catalogue.NoAuthServID
	}
	return top.By != "" && c.AuthServIDs(top.By)
}

// oneLine shortens what a server said to what can be shown.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 120 {
		s = string(runes[:120]) + "…"
	}
	return s
}

// errNoToken is a server that takes no login by OAuth.
var errNoToken = errors.New("account: no login by OAuth")

// errNotIMAP is a server that speaks something else.
var errNotIMAP = wrong(ErrServer, "it does not speak IMAP4rev1")
