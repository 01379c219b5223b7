package native_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/native"
)

// addon is where an add-on's own pages are.
const addon = "moz-extension://0b5a7a4e-9c1e-4d57-8f0c-1f0f6f1d2c3b"

// pairs are pairings with one code and one token.
type pairs struct{ shut bool }

func (p pairs) Open() bool                       { return !p.shut }
func (p pairs) Paired(token, origin string) bool { return token == "right" && origin == addon }
func (p pairs) Pair(_ context.Context, code, origin string) (string, error) {
	if code != "1-AAAA" {
		return "", native.ErrCode
	}
	return "right", nil
}

// openDoor serves a door, and returns its address.
func openDoor(t *testing.T, p pairs) string {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	none := api.NewClient(filepath.Join(t.TempDir(), "none.sock"))
	server := &http.Server{Handler: &native.Door{Addr: ln.Addr().String(), Host: &native.Host{Client: none}, Pairings: p}}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(ln) }() // it ends below
	t.Cleanup(func() { server.Close(); <-done })
	return ln.Addr().String()
}

// knocks sends one request as it is.
func knocks(t *testing.T, addr, path, body string, set map[string]string) (int, string) {
	t.Helper()
	method := http.MethodPost
	if set["method"] != "" {
		method = set["method"]
	}
	r, err := http.NewRequest(method, "http://"+addr+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", addon)
	r.Header.Set("Authorization", "Bearer right")
	for name, value := range set {
		switch name {
		case "method":
		case "Host":
			r.Host = value
		default:
			r.Header.Set(name, value)
		}
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("others may read the answer")
	}
	return resp.StatusCode, string(text)
}

func TestDoor(t *testing.T) {
	const hello = `{"id":7,"method":"GET","path":"/v1/addon"}`
	addr := openDoor(t, pairs{})
	for _, c := range []struct {
		name, path, body string
		set              map[string]string
		want             int
	}{
		{"a question", "/ask", hello, nil, 200},
		{"a code", "/pair", `{"code":"1-AAAA"}`, map[string]string{"Authorization": ""}, 200},
		{"a wrong code", "/pair", `{"code":"1-BBBB"}`, nil, 403},
		{"no JSON", "/pair", `code`, nil, 400},
		{"a wrong token", "/ask", hello, map[string]string{"Authorization": "Bearer wrong"}, 401},
		{"no token", "/ask", hello, map[string]string{"Authorization": ""}, 401},
		{"another scheme", "/ask", hello, map[string]string{"Authorization": "Basic right"}, 401},
		{"another add-on", "/ask", hello, map[string]string{"Origin": strings.Replace(addon, "0b5a", "0b5b", 1)}, 401},
		{"a page of the web", "/ask", hello, map[string]string{"Origin": "https://shop.example"}, 404},
		{"a page without a name", "/ask", hello, map[string]string{"Origin": "null"}, 404},
		{"no origin", "/ask", hello, map[string]string{"Origin": ""}, 404},
		{"a name that ends so", "/ask", hello, map[string]string{"Origin": addon + ".shop.example"}, 404},
		{"a name that was bound anew", "/ask", hello, map[string]string{"Host": "shop.example"}, 404},
		{"localhost by name", "/ask", hello, map[string]string{"Host": strings.Replace(addr, "127.0.0.1", "localhost", 1)}, 404},
		{"a form", "/ask", hello, map[string]string{"Content-Type": "text/plain"}, 404},
		{"a look", "/ask", "", map[string]string{"method": "GET"}, 404},
		{"what a browser asks first", "/ask", "", map[string]string{"method": "OPTIONS"}, 404},
		{"elsewhere", "/v1/status", hello, nil, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, text := knocks(t, addr, c.path, c.body, c.set); status != c.want {
				t.Errorf("answers %d, want %d: %s", status, c.want, text)
			}
		})
	}
}

// It may ask what may be asked by native messaging, and no more.
func TestDoorAsks(t *testing.T) {
	addr := openDoor(t, pairs{})
	for _, c := range []struct{ body, want string }{
		{`{"id":7,"method":"POST","path":"/v1/accounts/remove","body":{}}`, api.CodeWrong},
		{`{"id":7,"method":"POST","path":"/v1/addon/pair","body":{}}`, api.CodeWrong},
		{`{"id":7,"method":"GET","path":"/v1/addon"}`, native.CodeNotRunning},
	} {
		_, text := knocks(t, addr, "/ask", c.body, nil)
		var m native.Message
		if err := json.Unmarshal([]byte(text), &m); err != nil || m.ID != 7 || m.Error == nil || m.Error.Code != c.want {
			t.Errorf("%s: %s, %v", c.body, text, err)
		}
	}
}

// While nobody is paired and no code is out, it is as if nobody were there.
func TestDoorShut(t *testing.T) {
	addr := openDoor(t, pairs{shut: true})
	for _, path := range []string{"/ask", "/pair", "/news", "/"} {
		if status, text := knocks(t, addr, path, `{"code":"1-AAAA"}`, nil); status != 404 {
			t.Errorf("%s answers %d %s", path, status, text)
		}
	}
}

// Whoever guesses is told less and less; a right token always counts.
func TestDoorGuesses(t *testing.T) {
	addr := openDoor(t, pairs{})
	last := 0
	for range 40 {
		last, _ = knocks(t, addr, "/ask", "{}", map[string]string{"Authorization": "Bearer guess"})
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the fortieth guess is answered %d", last)
	}
	if status, _ := knocks(t, addr, "/ask", `{"id":7,"method":"GET","path":"/v1/addon"}`, nil); status != 200 {
		t.Errorf("a right token is answered %d", status)
	}
}
