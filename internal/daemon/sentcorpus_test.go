package daemon

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"html"
	"io"
	"log"
	"maps"
	"mime/quotedprintable"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/proxy"
)

// A sentBox is a submission server that hands over what it was given last.
type sentBox struct {
	mu   sync.Mutex // guards what follows
	last []byte
}

func (b *sentBox) NewSession(*smtp.Conn) (smtp.Session, error) { return b, nil }
func (b *sentBox) Mail(string, *smtp.MailOptions) error        { return nil }
func (b *sentBox) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (b *sentBox) Reset()                                      {}
func (b *sentBox) Logout() error                               { return nil }
func (b *sentBox) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = raw
	return err
}

// sendingTo starts a submission server and the relay before it, and returns a client of
// the relay.
func sendingTo(t *testing.T, box *sentBox, restore proxy.Restorer) *smtp.Client {
	t.Helper()
	server := smtp.NewServer(box)
	server.Domain, server.AllowInsecureAuth, server.ErrorLog = "smtp.example", true, log.New(io.Discard, "", 0)
	server.MaxLineLength = 1 << 22 // a real mail has such lines
	listen := func() net.Listener {
		ln, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return ln
	}
	far, near := listen(), listen()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(far) }) // it ends when it is closed
	relay, err := proxy.NewSubmission(near, proxy.SubmissionConfig{
		Upstream: proxy.Upstream{Address: far.Addr().String(), Security: proxy.SecurityPlain}, Restore: restore,
	})
	if err != nil {
		t.Fatal(err)
	}
	running.Go(func() { _ = relay.Serve(ctx) }) // it ends with ctx
	c, err := smtp.Dial(near.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); cancel(); server.Close(); running.Wait() })
	return c
}

// passedOn are the ways in which a reader answers a mail and passes it on.
func passedOn(served []byte) map[string][]byte {
	const head = "From: anna@example.org\r\nTo: cleo@example.com\r\nSubject: Re: that\r\nMIME-Version: 1.0\r\n"
	part := func(mediaType, charset, text string) string {
		var coded bytes.Buffer
		w := quotedprintable.NewWriter(&coded)
		_, _ = io.WriteString(w, text) // to memory
		_ = w.Close()                  // to memory
		if charset != "" {
			charset = "; charset=\"" + charset + "\""
		}
		return "Content-Type: " + mediaType + charset + "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + coded.String()
	}
	list := map[string][]byte{"as attachment": []byte(head + "Content-Type: multipart/mixed; boundary=\"=_fwd\"\r\n\r\n--=_fwd\r\n\r\nsee\r\n--=_fwd\r\nContent-Type: message/rfc822\r\n\r\n" + string(served) + "\r\n--=_fwd--\r\n")}
	for leaf := range message.Parse(served).Leaves() {
		if leaf.MediaType != "text/html" {
			continue
		}
		text := string(message.Decode(served[leaf.Body.Start:leaf.Body.End], 0, leaf.Encoding).Bytes())
		var plain strings.Builder
		for _, r := range reference.Find("text/html", leaf.Charset, []byte(text)) {
			if r.Kind == reference.Link {
				fmt.Fprintf(&plain, "> %s <%s>\r\n", strings.Join(strings.Fields(r.Text), " "), r.URL)
			}
		}
		list["HTML reply"] = []byte(head + part("text/html", leaf.Charset, "<p>Look:</p><blockquote type=\"cite\">"+text+"</blockquote>"))
		list["plain reply"] = []byte(head + part("text/plain; format=flowed", "utf-8", plain.String()))
		list["forward inline"] = []byte(head + "Content-Type: multipart/alternative; boundary=\"=_alt\"\r\n\r\n--=_alt\r\n" +
			part("text/plain", "utf-8", plain.String()) + "\r\n--=_alt\r\n" + part("text/html", leaf.Charset, "<div class=\"moz-forward-container\">"+text+"</div>") + "\r\n--=_alt--\r\n")
		break
	}
	return list
}

// A served mail is one as a mail program has it, with what its tokens stand for.
type servedMail struct {
	raw    []byte
	tokens map[string]plan.Original
	// links are where links may lead when it is passed on, pixels what must not load.
	links, pixels map[string]bool
}

// serveMail plans a mail with its links and says what may come of it.
func serveMail(t *testing.T, c *core, p *plan.Planner, raw []byte) *servedMail {
	t.Helper()
	made := p.Plan(raw)
	s := &servedMail{raw: rewritten(raw, made), tokens: map[string]plan.Original{}, links: map[string]bool{}, pixels: map[string]bool{}}
	m := &mail{plan: made}
	shown := map[string]bool{}
	for i := range made.References {
		r := &made.References[i]
		o := plan.Original{URL: r.Ref.URL, Held: true, Pixel: r.Ref.Kind == reference.Pixel}
		if r.Ref.Kind == reference.Link {
			o = plan.Original{URL: cmp.Or(c.leads(&load{mail: m, number: i}), r.Ref.URL)}
			s.links[o.URL], s.links[r.Ref.URL] = true, true
			to, _, ok := c.books.rules().Unwrap(r.Ref.URL)
			if !ok {
				to = r.Ref.URL
			}
			clean, _ := c.books.rules().Strip(to)
			s.links[strings.TrimSpace(clean)] = true
		} else {
			shown[r.Ref.URL] = shown[r.Ref.URL] || !o.Pixel || r.Outcome == plan.ByBase
		}
		if r.Token != "" && r.Outcome != plan.ByBase {
			s.tokens[r.Token] = o
			if o.Pixel {
				s.pixels[r.Ref.URL] = true
			}
		}
	}
	for address := range s.pixels {
		if shown[address] {
			delete(s.pixels, address)
		}
	}
	return s
}

// check looks at what arrived.
func (s *servedMail) check(t *testing.T, name string, got []byte) (links int) {
	t.Helper()
	for leaf := range message.Parse(got).Leaves() {
		text := string(message.Decode(got[leaf.Body.Start:leaf.Body.End], 0, leaf.Encoding).Bytes())
		flat := strings.NewReplacer("\r", "", "\n", "").Replace(html.UnescapeString(text))
		if strings.Contains(flat, "127.0.0.1:4180") {
			t.Errorf("%s names this machine", name)
		}
		if leaf.MediaType != "text/html" {
			continue
		}
		for _, r := range reference.Find("text/html", leaf.Charset, []byte(text)) {
			switch {
			case r.Kind.Load() && s.pixels[r.URL]:
				t.Errorf("%s: a held pixel has its address back", name)
			case r.Kind == reference.Link && r.Remote:
				if links++; !s.links[r.URL] {
					t.Errorf("%s: a link is neither the original nor its clean destination", name)
				}
			}
		}
	}
	return links
}

// Mail that was fetched through Unseen, answered and passed on in each way, and sent
// through the submission relay: what arrives names this machine nowhere, loads no pixel
// that is held, and every link is the clean destination or the original. A tenth of the
// corpus; UNSEEN_LONG=1 takes all.
func TestSentRealMail(t *testing.T) {
	mails := realMail(t)
	p := linkPlanner(t)
	c := p.Links.(*linker).core
	box, now := new(sentBox), new(servedMail)
	client := sendingTo(t, box, func(_ context.Context, to io.Writer) io.WriteCloser {
		r := plan.NewRestoring(to, gatewayAt, func(token string) (plan.Original, bool) {
			o, ok := now.tokens[token]
			return o, ok
		}, plan.BySubmission)
		return &sending{Restoring: r}
	})
	every, sent, links, named := 10, 0, 0, 0
	if os.Getenv("UNSEEN_LONG") == "1" {
		every = 1
	}
	for i, name := range slices.Sorted(maps.Keys(mails)) {
		if i%every != 0 {
			continue
		}
		*now = *serveMail(t, c, p, mails[name])
		for way, mail := range passedOn(now.raw) {
			if bytes.Contains(mail, []byte("127.0.0.1:4180")) {
				named++
			}
			err := client.SendMail("anna@example.org", []string{"cleo@example.com"}, bytes.NewReader(mail))
			if err != nil {
				t.Fatalf("%s, %s: %v", name, way, err)
			}
			sent++
			links += now.check(t, name+", "+way, box.last)
		}
	}
	t.Logf("%d mails sent, %d named this machine before, %d links checked", sent, named, links)
	if named < sent/3 || links < sent {
		t.Error("too few name this machine, or hold links, to tell")
	}
}
