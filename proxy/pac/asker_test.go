package pac_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/proxy/pac"
	"github.com/unseen-mail/unseen/proxy/pac/script"
)

// TestMain lets the tests be the process that evaluates a file.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == pac.AskCommand {
		if err := script.Serve(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// written writes a file of proxy configuration.
func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "proxy.pac")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// to is an address by its text.
func to(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// shown are ways as text.
func shown(ways []*url.URL) string {
	var list []string
	for _, u := range ways {
		if u == nil {
			list = append(list, "direct")
			continue
		}
		list = append(list, u.String())
	}
	return strings.Join(list, " ")
}

func TestWays(t *testing.T) {
	for answer, want := range map[string]string{
		"": "direct", "  ": "direct", "DIRECT": "direct", "direct": "direct",
		"PROXY proxy.example:3128":                         "http://proxy.example:3128",
		"PROXY proxy.example":                              "http://proxy.example:80",
		"HTTPS proxy.example; DIRECT":                      "https://proxy.example:443 direct",
		"SOCKS5 [::1]:9050;SOCKS 10.0.0.1;SOCKS4 a:1":      "socks5://[::1]:9050 socks5://10.0.0.1:1080",
		"PROXY a:1; QUIC b:2; ; PROXY c:3;":                "http://a:1 http://c:3",
		"PROXY a:1 b:2; DIRECT":                            "direct",
		"PROXY user:pw@a:1; PROXY a/b:1; PROXY a?b; PROXY": "",
		"SOCKS4 a:1":                     "",
		"PROXY ":                         "",
		"<html>":                         "",
		strings.Repeat("PROXY a:1;", 20): strings.TrimSpace(strings.Repeat("http://a:1 ", 8)),
	} {
		ways, err := pac.Ways(answer)
		if got := shown(ways); got != want || (want == "") != errors.Is(err, pac.ErrAnswer) {
			t.Errorf("%q: %q, %v", answer, got, err)
		}
	}
}

// A file is asked by a process of its own, and told host and port and no more. An answer
// is believed until the file changes.
func TestAsker(t *testing.T) {
	var a pac.Asker
	path := written(t, `function FindProxyForURL(url, host) { return url == "https://imap.example.org:993/" && host == "imap.example.org" ? "PROXY a:1; DIRECT" : "PROXY b:2"; }`)
	for _, c := range []struct{ at, want string }{
		{"https://imap.example.org:993", "http://a:1 direct"}, {"https://imap.example.org:993/secret?q#f", "http://a:1 direct"}, {"http://imap.example.org:993", "http://b:2"},
	} {
		if ways, err := a.Ways(t.Context(), path, to(t, c.at)); err != nil || shown(ways) != c.want {
			t.Errorf("%s: %s, %v", c.at, shown(ways), err)
		}
	}
	if err := os.WriteFile(path, []byte(`function FindProxyForURL() { return "DIRECT"; } // another size`), 0o600); err != nil {
		t.Fatal(err)
	}
	if ways, err := a.Ways(t.Context(), path, to(t, "https://imap.example.org:993")); err != nil || !slices.Equal(ways, []*url.URL{nil}) {
		t.Errorf("after a change: %s, %v", shown(ways), err)
	}
	if _, err := a.Ways(t.Context(), path+"x", to(t, "https://imap.example.org:993")); !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), path) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// The environment of the reader is not handed on.
func TestAskerHidesTheEnvironment(t *testing.T) {
	t.Setenv("SECRET_OF_THE_READER", "x")
	a := pac.Asker{Command: []string{"/bin/sh", "-c", `if [ -n "$SECRET_OF_THE_READER$HOME" ]; then echo '{"answer":"PROXY told:1"}'; else echo '{"answer":"DIRECT"}'; fi`}}
	if ways, err := a.Ways(t.Context(), written(t, ""), to(t, "https://a.example:993")); err != nil || shown(ways) != "direct" {
		t.Errorf("%s, %v", shown(ways), err)
	}
}

// A process that says more than any answer is not listened to.
func TestAskerHearsNoMore(t *testing.T) {
	a := pac.Asker{Command: []string{"/bin/sh", "-c", `printf '{"answer":"DIRECT'; head -c 1000000 /dev/zero | tr '\\0' ' '; printf '"}'`}}
	if ways, err := a.Ways(t.Context(), written(t, ""), to(t, "https://a.example:993")); !errors.Is(err, script.ErrLimit) {
		t.Errorf("%s, %v", shown(ways), err)
	}
}

// Scripts that somebody wrote to do harm end, whatever they take, and what asked them
// goes on.
func TestHostile(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"for ever":              {"for (;;) {}", script.ErrLimit},
		"memory, as text":       {"function FindProxyForURL() { var s = 'xxxxxxxx'; for (;;) { s += s; } }", script.ErrLimit},
		"memory, as a list":     {"function FindProxyForURL() { var a = []; for (;;) { a.push([a.length, {}]); } }", script.ErrLimit},
		"memory, as octets":     {"function FindProxyForURL() { var a = []; for (;;) { a.push(new Uint8Array(1 << 24).fill(1)); } }", script.ErrLimit},
		"memory, by one call":   {"function FindProxyForURL() { return 'x'.repeat(1 << 29).length + 'x'; }", script.ErrLimit},
		"memory, kept for ever": {"var a = []; FindProxyForURL = function f() { a.push(new Array(1000).fill(a)); return f(); }", script.ErrLimit},
		"an expression":         {"function FindProxyForURL() { return /^(?=(a+)+$)(\\1)*b/.test(new Array(60).join('a') + 'c') + ''; }", script.ErrLimit},
		"deep":                  {"function FindProxyForURL(u) { return FindProxyForURL(u) + 1; }", script.ErrLimit},
		"deep, as text":         {"eval(new Array(1e6).join('['));", nil},
		"much said":             {"function FindProxyForURL() { return 'PROXY a:1;'.repeat(1e5); }", script.ErrLimit},
		"an error":              {"throw 1", script.ErrScript},
		"words for people":      {"<html><body>Log in to this network first", script.ErrScript},
		"no proxy":              {"function FindProxyForURL() { return 'BLACKHOLE x'; }", pac.ErrAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			a := pac.Asker{Time: time.Minute}
			if errors.Is(c.want, script.ErrLimit) {
				a.Time = time.Second // it would go on for ever
			}
			ways, err := a.Ways(t.Context(), written(t, c.text), to(t, "https://imap.example.org:993"))
			if ways != nil || err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%s, %v", shown(ways), err)
			}
		})
	}
	var a pac.Asker
	if _, err := a.Ways(t.Context(), written(t, strings.Repeat(" ", script.MaxText+1)), to(t, "https://a.example:1")); !errors.Is(err, script.ErrLimit) {
		t.Errorf("a file that is too large: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Ways(gone, written(t, "for (;;) {}"), to(t, "https://a.example:1")); err == nil {
		t.Error("somebody who has gone was answered")
	}
}

// What is taken for a proxy has a host and a port, and nothing else.
func FuzzWays(f *testing.F) {
	for _, seed := range []string{"", "DIRECT", "PROXY a:1; SOCKS5 [::1]:2; HTTPS c", "PROXY http://a:1", "PROXY a:b@c:1", "PROXY [a]:1", "SOCKS :1", "PROXY a%20:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		ways, err := pac.Ways(answer)
		if (err == nil) != (len(ways) > 0) {
			t.Fatalf("%d ways, %v", len(ways), err)
		}
		for _, u := range ways {
			if u == nil {
				continue
			}
			again, err := url.Parse(u.String())
			if err != nil || again.Host != u.Host || u.Hostname() == "" || u.Port() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" {
				t.Errorf("%q: %s, %v", answer, u, err)
			}
		}
	})
}

func ExampleWays() {
	ways, err := pac.Ways("SOCKS5 proxy.example:1080; DIRECT")
	fmt.Println(ways[0], ways[1] == nil, err)
	// Output: socks5://proxy.example:1080 true <nil>
}

// A process whose asker is gone ends by itself, though its script does not.
func TestNobodyLeft(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// An engine of expressions is not interrupted.
	text := "function FindProxyForURL() { return /^(?=(a+)+$)(\\1)*b/.test(new Array(60).join('a') + 'c') + ''; }"
	question, err := json.Marshal(script.Question{Text: text, URL: "https://a.example/", Host: "a.example", Limit: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, pac.AskCommand)
	cmd.Stdin = bytes.NewReader(question)
	err = cmd.Run()
	var ended *exec.ExitError
	if ctx.Err() != nil || !errors.As(err, &ended) || ended.ExitCode() != script.ExitTooMuch {
		t.Errorf("it ended with %v, %v", err, ctx.Err())
	}
}

// What never ends, or has nobody who writes it, is not read.
func TestAskerReadsFilesAlone(t *testing.T) {
	var a pac.Asker
	for _, path := range []string{"/dev/zero", t.TempDir()} {
		if _, err := os.Stat(path); err != nil {
			continue // another system
		}
		if _, err := a.Ways(t.Context(), path, to(t, "https://a.example:1")); !errors.Is(err, script.ErrLimit) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
