package proxy

import (
	"context"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// desk is [Pages] that write down what they were asked to do.
type desk struct {
	mu   sync.Mutex // guards what follows
	acts []PageRequest
	last PageRequest
}

func (d *desk) Page(_ context.Context, r PageRequest) PageAnswer {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = r
	return PageAnswer{Body: []byte("page " + r.Route.Name)}
}

func (d *desk) Act(_ context.Context, r PageRequest) PageAnswer {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.acts = append(d.acts, r)
	to := "done?note=saved"
	return PageAnswer{Below: &to}
}

func (d *desk) Link(_ context.Context, r PageRequest) (PageAnswer, error) {
	switch r.Route.Token {
	case tokenLong:
		return PageAnswer{Body: []byte("link")}, nil
	case tokenShort:
		return PageAnswer{Away: "https://shop.example/a?b=c"}, nil
	case strings.Repeat("J", longToken):
		return PageAnswer{Away: "javascript:alert(1)", Body: []byte("kept")}, nil
	}
	return PageAnswer{}, ErrUnknownToken
}

func (d *desk) Refused(_ context.Context, _ PageRequest, why Refusal) PageAnswer {
	return PageAnswer{Status: http.StatusForbidden, Body: []byte("refused " + why)}
}

func (d *desk) Closed(PageRequest) PageAnswer { return PageAnswer{Body: []byte("closed")} }

func (d *desk) Static(name string) (string, []byte, bool) {
	return "text/css; charset=utf-8", []byte("p{}"), name == "abc"
}

// token is that of the last page.
func (d *desk) token() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last.Token
}

// did is how often something was done.
func (d *desk) did() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.acts)
}

// office serves pages, and returns their origin and the path of an open session.
func office(t testing.TB, d *desk) (origin, session string, open *Sessions) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sessions := NewSessions()
	g, err := NewGateway(ln, GatewayConfig{Backend: one(pixel, Decision{}), Pages: d, Sessions: sessions})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve = %v", err)
		}
	})
	path, _ := sessions.Open()
	return "http://" + ln.Addr().String(), path, sessions
}

// send sends a form.
func send(t testing.TB, address string, form url.Values, header map[string]string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, body := carry(t, r, header)
	return resp, string(body)
}

// What every page carries, so that nothing runs on it, frames it or reads it.
func TestPageHeaders(t *testing.T) {
	origin, session, _ := office(t, new(desk))
	for _, path := range []string{session, session + "ask?sender=x", "/l/" + tokenLong, "/c/nothing/", "/s/abc"} {
		resp, _ := open(t, "GET", origin+path)
		h := resp.Header
		for name, want := range map[string]string{
			"Content-Security-Policy": "frame-ancestors 'none'", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy is %q", path, csp)
		}
		if got := h.Get("Referrer-Policy"); got != "no-referrer" && got != "same-origin" {
			t.Errorf("%s: referrers go to %q", path, got)
		}
		if h.Get("Access-Control-Allow-Origin") != "" || len(resp.Cookies()) > 0 {
			t.Errorf("%s: other pages may read it, or it sets a cookie", path)
		}
		if kept := h.Get("Cache-Control") != "no-store"; kept != strings.HasPrefix(path, "/s/") {
			t.Errorf("%s: Cache-Control is %q", path, h.Get("Cache-Control"))
		}
	}
}

// Which requests get an answer, and which are turned away before anything is asked
// of the backend.
func TestPageFence(t *testing.T) {
	origin, session, _ := office(t, new(desk))
	page := []string{"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}
	for name, c := range map[string]struct {
		method, path string
		headers      []string
		status       int
	}{
		"without metadata":      {"GET", session, nil, 200},
		"typed":                 {"GET", session, append(page, "Sec-Fetch-Site: none"), 200},
		"from our page":         {"GET", session, append(page, "Sec-Fetch-Site: same-origin"), 200},
		"from another port":     {"GET", session, append(page, "Sec-Fetch-Site: same-site"), 403},
		"from another site":     {"GET", session, append(page, "Sec-Fetch-Site: cross-site"), 403},
		"into a frame":          {"GET", session, []string{"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe", "Sec-Fetch-Site: same-origin"}, 403},
		"by a script":           {"GET", session, []string{"Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty", "Sec-Fetch-Site: same-origin"}, 403},
		"with an origin":        {"GET", session, []string{"Origin: " + origin}, 403},
		"rebound":               {"GET", session, []string{"Host: evil.example"}, 403},
		"by another name":       {"GET", session, []string{"Host: localhost"}, 403},
		"deleting":              {"DELETE", session, nil, 405},
		"putting a link":        {"POST", "/l/" + tokenLong, []string{"Origin: " + origin}, 405},
		"a link in a mail":      {"GET", "/l/" + tokenLong, append(page, "Sec-Fetch-Site: cross-site"), 200},
		"a link, padded":        {"GET", "/l/" + tokenLong + "____", nil, 200},
		"a link in a frame":     {"GET", "/l/" + tokenLong, []string{"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"}, 403},
		"a link as a picture":   {"GET", "/l/" + tokenLong, []string{"Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"}, 403},
		"a link with a query":   {"GET", "/l/" + tokenLong + "?", nil, 404},
		"a link that is none":   {"GET", "/l/" + strings.Repeat("x", longToken), nil, 404},
		"a link decided on":     {"GET", "/l/" + tokenShort, nil, 303},
		"a style":               {"GET", "/s/abc", []string{"Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: style"}, 200},
		"a style for others":    {"GET", "/s/abc", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: style"}, 403},
		"a style that is none":  {"GET", "/s/abd", nil, 404},
		"no session":            {"GET", "/c/AAAAAAAAAAAAAAAAAAAAAAAAAA/", nil, 404},
		"no session, elsewhere": {"GET", "/c/x/../../p", nil, 404},
		"a session cut short":   {"GET", strings.TrimSuffix(session, "/"), nil, 404},
		"an odd page":           {"GET", session + "Ask", nil, 404},
		"an odd token":          {"GET", session + "load/1", nil, 404},
		"a field twice":         {"GET", session + "ask?a=1&a=2", nil, 404},
		"only the head":         {"HEAD", session, nil, 200},
	} {
		t.Run(name, func(t *testing.T) {
			if resp, body := open(t, c.method, origin+c.path, c.headers...); resp.StatusCode != c.status {
				t.Errorf("answered %d: %s", resp.StatusCode, body)
			}
		})
	}
}

// A link leads away only to the web.
func TestPageLinkAway(t *testing.T) {
	origin, _, _ := office(t, new(desk))
	if resp, _ := open(t, "GET", origin+"/l/"+tokenShort); resp.Header.Get("Location") != "https://shop.example/a?b=c" {
		t.Errorf("it leads to %q", resp.Header.Get("Location"))
	}
	resp, body := open(t, "GET", origin+"/l/"+strings.Repeat("J", longToken))
	if resp.Header.Get("Location") != "" || string(body) != "kept" {
		t.Errorf("it leads to %q", resp.Header.Get("Location"))
	}
}

// A form is heard only from our own page, once, and read whole; all else changes
// nothing and is counted.
func TestPageForms(t *testing.T) {
	d := new(desk)
	origin, session, sessions := office(t, d)
	ours := map[string]string{"Origin": origin, "Sec-Fetch-Site": "same-origin"}
	with := func(name, value string) map[string]string {
		h := maps.Clone(ours)
		h[name] = value
		return h
	}
	for name, c := range map[string]formCase{
		"ours":                     {header: ours, status: 303},
		"without metadata":         {header: map[string]string{"Origin": origin}, status: 303},
		"without an origin":        {header: map[string]string{"Sec-Fetch-Site": "same-origin"}, status: 403, why: RefusedElsewhere},
		"of a hidden origin":       {header: with("Origin", "null"), status: 403, why: RefusedElsewhere},
		"of a foreign origin":      {header: with("Origin", "http://evil.example"), status: 403, why: RefusedElsewhere},
		"of another port":          {header: with("Origin", "http://127.0.0.1:1"), status: 403, why: RefusedElsewhere},
		"of another scheme":        {header: with("Origin", strings.Replace(origin, "http", "https", 1)), status: 403, why: RefusedElsewhere},
		"by a link in a mail":      {header: with("Sec-Fetch-Site", "none"), status: 403, why: RefusedElsewhere},
		"across sites":             {header: with("Sec-Fetch-Site", "cross-site"), status: 403, why: RefusedElsewhere},
		"rebound":                  {header: with("Host", "evil.example"), status: 403, why: RefusedElsewhere},
		"as JSON":                  {header: with("Content-Type", "application/json"), status: 403, why: RefusedForm},
		"as plain text":            {header: with("Content-Type", "text/plain"), status: 403, why: RefusedForm},
		"in no session":            {header: ours, at: "/c/AAAAAAAAAAAAAAAAAAAAAAAAAA/", status: 404, why: RefusedSession},
		"without a token":          {header: ours, form: func(string) url.Values { return url.Values{"do": {"no"}} }, status: 403, why: RefusedToken},
		"with a wrong token":       {header: ours, form: func(string) url.Values { return url.Values{"token": {"x"}} }, status: 403, why: RefusedToken},
		"with a field twice":       {header: ours, form: func(t string) url.Values { return url.Values{"token": {t}, "do": {"yes", "no"}} }, status: 403, why: RefusedForm},
		"with a long field":        {header: ours, form: func(t string) url.Values { return url.Values{"token": {t}, "a": {strings.Repeat("a", maxField+1)}} }, status: 403, why: RefusedForm},
		"with octets that are not": {header: ours, form: func(t string) url.Values { return url.Values{"token": {t}, "a": {"\xff"}} }, status: 403, why: RefusedForm},
		"too long":                 {header: ours, form: func(t string) url.Values { return url.Values{"token": {t}, "a": {strings.Repeat("a", maxForm)}} }, status: 403, why: RefusedForm},
	} {
		t.Run(name, func(t *testing.T) { c.check(t, d, origin, session, sessions) })
	}
}

// A formCase is one form that comes, and what becomes of it.
type formCase struct {
	header map[string]string
	form   func(token string) url.Values
	at     string
	status int
	why    Refusal
}

// check sends it.
func (c *formCase) check(t *testing.T, d *desk, origin, session string, sessions *Sessions) {
	t.Helper()
	open(t, "GET", origin+session)
	form := url.Values{"token": {d.token()}, "do": {"no"}}
	if c.form != nil {
		form = c.form(d.token())
	}
	at := session
	if c.at != "" {
		at = c.at
	}
	done, before := d.did(), sessions.Refused()
	resp, body := send(t, origin+at+"answer", form, c.header)
	if resp.StatusCode != c.status {
		t.Fatalf("answered %d: %s", resp.StatusCode, body)
	}
	if heard := d.did() > done; heard != (c.why == "") {
		t.Errorf("something was done: %v", heard)
	}
	if got := sessions.Refused()[c.why] - before[c.why]; c.why != "" && got != 1 {
		t.Errorf("%q was counted %d times", c.why, got)
	}
	if c.why == "" && resp.Header.Get("Location") != session+"done?note=saved" {
		t.Errorf("the reader goes on at %q", resp.Header.Get("Location"))
	}
}

// A page is answered once.
func TestPageTokenOnce(t *testing.T) {
	d := new(desk)
	origin, session, _ := office(t, d)
	open(t, "GET", origin+session)
	form, ours := url.Values{"token": {d.token()}, "do": {"no"}}, map[string]string{"Origin": origin}
	if resp, _ := send(t, origin+session+"answer", form, ours); resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("answered %d", resp.StatusCode)
	}
	resp, body := send(t, origin+session+"answer", form, ours)
	if resp.StatusCode != http.StatusForbidden || body != "refused page" || d.did() != 1 {
		t.Errorf("answered %d, %q, and done %d times", resp.StatusCode, body, d.did())
	}
	for _, field := range []string{"token", "session"} {
		if _, there := d.acts[0].Form[field]; there {
			t.Errorf("the form hands on its %s", field)
		}
	}
}

// A token of one session is none in another.
func TestPageTokenOfAnotherSession(t *testing.T) {
	d := new(desk)
	origin, session, sessions := office(t, d)
	open(t, "GET", origin+session)
	other, _ := sessions.Open()
	resp, _ := send(t, origin+other+"answer", url.Values{"token": {d.token()}}, map[string]string{"Origin": origin})
	if resp.StatusCode != http.StatusForbidden || d.did() != 0 {
		t.Errorf("answered %d", resp.StatusCode)
	}
}

// Without pages, their paths lead nowhere.
func TestNoPages(t *testing.T) {
	origin := gateway(t, one(pixel, Decision{}), nil, nil)
	for _, path := range []string{"/c/x/", "/l/" + tokenLong, "/s/abc"} {
		if resp, body := open(t, "GET", origin+path); resp.StatusCode != http.StatusNotFound || string(body) != missText {
			t.Errorf("%s: answered %d, %q", path, resp.StatusCode, body)
		}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if _, err := NewGateway(ln, GatewayConfig{Backend: one(pixel, Decision{}), Pages: new(desk)}); err == nil {
		t.Error("pages without sessions are served")
	}
}
