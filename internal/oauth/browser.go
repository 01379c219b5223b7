package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

// A Page is what the reader's browser shows at the end of a login.
type Page struct {
	// Title and Text say what came of it; Lang is the language they are in.
	Title, Text, Lang string
}

// Pages are the three that there are.
type Pages struct {
	// Agreed comes after a yes, Not after a no, and Stray to whoever brings an answer
	// that was not waited for.
	Agreed, Not, Stray Page
}

// Browser makes a login in the reader's browser: show is given the address of the
// provider's page, and the answer is waited for on loopback until ctx ends. Hint is the
// mail address, so that the page need not ask for it.
func (f *Flow) Browser(ctx context.Context, hint string, pages Pages, show func(address string)) (Tokens, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return Tokens{}, fmt.Errorf("waiting for the answer: %w", err)
	}
	w := &waiting{host: ln.Addr().String(), state: rand.Text(), provider: f.Provider, pages: pages, came: make(chan answer, 1)}
	server := &http.Server{Handler: w, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(ln) // it ends when it is shut down
	}()
	defer func() {
		// The page has to arrive before the port is closed.
		quick, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if server.Shutdown(quick) != nil {
			server.Close()
		}
		<-ended
	}()
	cfg := f.config()
	cfg.RedirectURL = "http://" + w.host + "/"
	proof := oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(proof)}
	if hint != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", hint))
	}
	for name, values := range f.Provider.Extra {
		options = append(options, oauth2.SetAuthURLParam(name, values[0]))
	}
	show(cfg.AuthCodeURL(w.state, options...))
	select {
	case <-ctx.Done():
		return Tokens{}, over(ctx)
	case a := <-w.came:
		if a.err != nil {
			return Tokens{}, fmt.Errorf("agreeing to the login: %w", a.err)
		}
		got, err := cfg.Exchange(f.with(ctx), a.code, oauth2.VerifierOption(proof))
		if err != nil {
			return Tokens{}, explained("agreeing to the login", err)
		}
		return f.lasting(ctx, got)
	}
}

// over says why the waiting ended.
func over(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("agreeing to the login: %w", ErrExpired)
	}
	return ctx.Err()
}

// lasting takes tokens that can be renewed; others are given up.
func (f *Flow) lasting(ctx context.Context, got *oauth2.Token) (Tokens, error) {
	t, err := tokens(got)
	if err == nil && t.Refresh == "" {
		_ = f.Revoke(ctx, t) // it ends within the hour in any case
		err = ErrShort
	}
	if err != nil {
		return Tokens{}, fmt.Errorf("agreeing to the login: %w", err)
	}
	return t, nil
}

// An answer is what came back from the provider's page.
type answer struct {
	code string
	err  error
}

// waiting is the end of a login on this machine. Any program can speak with it; only the
// provider's page was told state.
type waiting struct {
	host, state string
	provider    Provider
	pages       Pages
	came        chan answer
}

// ServeHTTP takes the first answer that is one (RFC 6749, section 4.1.2).
func (w *waiting) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || r.Method != http.MethodGet || r.Host != w.host || r.URL.Path != "/" || !w.ours(q) {
		show(out, http.StatusBadRequest, w.pages.Stray)
		return
	}
	a := w.read(q)
	select {
	case w.came <- a:
	default: // there was one
		show(out, http.StatusBadRequest, w.pages.Stray)
		return
	}
	if a.err != nil {
		show(out, http.StatusOK, w.pages.Not)
		return
	}
	show(out, http.StatusOK, w.pages.Agreed)
}

// ours says whether an answer is to what was asked (RFC 6749, section 10.12), and has each
// parameter once (section 3.1).
func (w *waiting) ours(q url.Values) bool {
	for _, values := range q {
		if len(values) != 1 {
			return false
		}
	}
	return subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(w.state)) == 1
}

// read reads an answer.
func (w *waiting) read(q url.Values) answer {
	if iss := q.Get("iss"); iss != "" && !w.issued(iss) {
		return answer{err: ErrIssuer}
	}
	if code := q.Get("error"); code != "" {
		return answer{err: coded(code, q.Get("error_description"), nil)}
	}
	if q.Get("code") == "" {
		return answer{err: &Refusal{Code: "no code"}}
	}
	return answer{code: q.Get("code")}
}

// issued says whether a name is the provider's (RFC 9207, section 2.4). Where its name is
// not known it has to be of the host of its page.
func (w *waiting) issued(iss string) bool {
	if w.provider.Issuer != "" {
		return iss == w.provider.Issuer
	}
	named, err := url.Parse(iss)
	page, also := url.Parse(w.provider.Authorize)
	return err == nil && also == nil && named.Scheme == "https" && named.Host == page.Host
}

// show writes a page. The address that it stands at has held a code: it is told to nobody.
func show(w http.ResponseWriter, status int, p Page) {
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Connection", "close")
	w.WriteHeader(status)
	page, err := template.New("page").Parse(pageText)
	if err == nil {
		err = page.Execute(w, p)
	}
	_ = err // the browser has gone, which is all that can be
}

// pageText is the page. It needs nothing from anywhere.
const pageText = `<!doctype html>
<html lang="{{.Lang}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}h1{font-size:1.4rem}</style>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
</html>
`
