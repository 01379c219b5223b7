package lab

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A Provider stands in for one whose mail servers want OAuth (RFC 6749): its authorization
// page agrees at once for whoever is named, and its tokens are good for a mail server of
// [StartDovecotFor] and a [Sink].
type Provider struct {
	// Addr speaks TLS for the names it was started with, TokenAddr answers about
	// tokens without it.
	Addr, TokenAddr string
	// Authority signed what it shows.
	Authority *Authority

	mu sync.Mutex // guards what follows
	// users are by code, refresh token and access token.
	users map[string]string
	// challenges are by code (RFC 7636, section 4.2).
	challenges map[string]string
	logins     int
	manner     Manner
	// asked counts how often it was asked whether a device may log in, revoked what was
	// given up.
	asked, revoked int
}

// StartProvider starts a provider whose servers have some names.
func StartProvider(t testing.TB, names ...string) *Provider {
	t.Helper()
	p := &Provider{Authority: NewAuthority(t, names...), users: make(map[string]string), challenges: make(map[string]string)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", p.authorize)
	mux.HandleFunc("POST /", p.token)
	mux.HandleFunc("POST /device", p.device)
	mux.HandleFunc("POST /revoke", p.revoke)
	inner := p.listen(t)
	p.Addr = inner.Addr().String()
	p.serve(t, tls.NewListener(inner, p.Authority.ServerConfig()), mux)
	about := p.listen(t)
	p.TokenAddr = about.Addr().String()
	p.serve(t, about, http.HandlerFunc(p.about))
	return p
}

func (p *Provider) listen(t testing.TB) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func (p *Provider) serve(t testing.TB, ln net.Listener, h http.Handler) {
	t.Helper()
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(ln) // it always ends with ErrServerClosed
	}()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
}

// Logins is how often somebody agreed to a login.
func (p *Provider) Logins() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.logins
}

// User is whom a token is good for, "" for nobody.
func (p *Provider) User(token string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.users["access "+token]
}

// Token makes an access token for a user.
func (p *Provider) Token(user string) string { return p.issue("access ", user) }

// Refresh makes a refresh token for a user.
func (p *Provider) Refresh(user string) string { return p.issue("refresh ", user) }

// issue makes a secret of a kind.
func (p *Provider) issue(kind, user string) string {
	secret := rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[kind+secret] = user
	return secret
}

// authorize agrees at once (RFC 6749, section 4.1.2).
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("login_hint") == "" || q.Get("response_type") != "code" {
		http.Error(w, "not a request for a login", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	m := p.manner
	p.mu.Unlock()
	if m.Cookies && !knows(w, r) {
		return
	}
	code := p.issue("code ", q.Get("login_hint"))
	p.mu.Lock()
	p.logins++
	p.challenges[code] = q.Get("code_challenge")
	p.mu.Unlock()
	answer := back.Query()
	answer.Set("state", q.Get("state"))
	if m.Issuer != "" {
		answer.Set("iss", m.Issuer)
	}
	if m.Error != "" {
		answer.Set("error", m.Error)
	} else {
		answer.Set("code", code)
	}
	back.RawQuery = answer.Encode()
	// A page, as a reader would see one: Thunderbird 153 does not notice a redirect that
	// comes at once.
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><title>Agreed</title><meta http-equiv=\"refresh\" content=\"1;url=%s\"><p>Agreed.", html.EscapeString(back.String()))
}

// knows says whether a browser brings the cookie of the page back. It is given one, and
// one more try.
func knows(w http.ResponseWriter, r *http.Request) bool {
	if _, err := r.Cookie("login"); err == nil {
		return true
	}
	if r.URL.Query().Has("again") {
		http.Error(w, "this browser takes no cookies", http.StatusForbidden)
		return false
	}
	http.SetCookie(w, &http.Cookie{Name: "login", Value: rand.Text(), Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><title>One moment</title><meta http-equiv=\"refresh\" content=\"1;url=%s\"><p>One moment.", html.EscapeString(r.URL.RequestURI()+"&again=1"))
	return false
}

// about says whose an access token is, for mail servers (RFC 7662).
func (p *Provider) about(w http.ResponseWriter, r *http.Request) {
	user := p.User(r.URL.Query().Get("access_token"))
	if user == "" {
		http.Error(w, `{"active":false}`, http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"active": true, "email": user})
}

// tokens tells Dovecot whom to ask.
func (d *Dovecot) tokens(t testing.TB) string {
	t.Helper()
	path := filepath.Join(d.dir, "tokens.conf")
	text := fmt.Sprintf("tokeninfo_url = http://%s/about?access_token=\nusername_attribute = email\nactive_attribute = active\nactive_value = true\n", d.provider.TokenAddr)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return "passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = " + path + "\n}"
}
