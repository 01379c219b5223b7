package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// serve answers on a socket for the length of a test and returns its path.
func serve(t *testing.T, s api.Service) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "control.sock")
	ln, err := api.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := (&api.Server{Service: s}).Serve(ctx, ln); err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	return path
}

// raw sends a request that the client would not.
func raw(t *testing.T, path, method, target string, body io.Reader) *http.Response {
	t.Helper()
	hc := http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", path)
	}}}
	t.Cleanup(hc.CloseIdleConnections)
	req, err := http.NewRequest(method, "http://unseen"+target, body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := hc.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func TestMethods(t *testing.T) {
	until := time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)
	var seen []any
	note := func(v any) { seen = append(seen, v) }
	path := serve(t, api.Service{
		Status:   func(context.Context) (api.Status, error) { return api.Status{PID: 7}, nil },
		Accounts: func(context.Context) ([]api.Account, error) { return []api.Account{{Address: "a@b.example"}}, nil },
		AddAccount: func(_ context.Context, n api.NewAccount) (api.Account, error) {
			note(n.IMAP.Port)
			return api.Account{Address: n.Address}, nil
		},
		RemoveAccount: func(_ context.Context, a string) (api.Account, error) { return api.Account{Address: a}, nil },
		CheckAccount: func(_ context.Context, r api.CheckRequest) ([]api.Step, error) {
			note(string(r.Password))
			return []api.Step{{OK: true}}, nil
		},
		Senders:   func(context.Context) ([]api.Sender, error) { return []api.Sender{{Key: "shop.example"}}, nil },
		Standings: func(context.Context) ([]api.Standing, error) { return nil, nil },
		Decide: func(_ context.Context, d api.Decision) ([]api.Standing, error) {
			note(d.Until.Equal(until))
			return []api.Standing{{Sender: d.Sender, Decision: d.Decision}}, nil
		},
		Verify:       func(context.Context, string) (api.Verification, error) { return api.Verification{Records: 3}, nil },
		Pictures:     func(context.Context) ([]api.Picture, error) { return []api.Picture{{Sender: "all"}}, nil },
		ShowPictures: func(_ context.Context, p api.Picture) (api.Picture, error) { return p, nil },
		Events: func(_ context.Context, after int64, limit int) ([]api.Event, error) {
			return []api.Event{{Seq: after + 1, Reason: fmt.Sprint(limit)}}, nil
		},
	})
	c, ctx := api.NewClient(path), context.Background()
	for name, call := range map[string]func() (any, error){
		"{7}":         func() (any, error) { s, err := c.Status(ctx); return struct{ int }{s.PID}, err },
		"a@b.example": func() (any, error) { a, err := c.Accounts(ctx); return a[0].Address, err },
		"new@b.example": func() (any, error) {
			a, err := c.AddAccount(ctx, api.NewAccount{Address: "new@b.example", IMAP: &api.Endpoint{Port: 143}})
			return a.Address, err
		},
		"gone@b.example": func() (any, error) { a, err := c.RemoveAccount(ctx, "gone@b.example"); return a.Address, err },
		"true": func() (any, error) {
			s, err := c.CheckAccount(ctx, api.CheckRequest{Password: "pass word"})
			return s[0].OK, err
		},
		"shop.example": func() (any, error) { s, err := c.Senders(ctx); return s[0].Key, err },
		"[]":           func() (any, error) { return c.Standings(ctx) },
		"shop.example granted": func() (any, error) {
			s, err := c.Decide(ctx, api.Decision{Sender: "shop.example", Decision: "granted", Until: &until})
			return s[0].Sender + " " + s[0].Decision, err
		},
		"3":   func() (any, error) { v, err := c.Verify(ctx); return v.Records, err },
		"all": func() (any, error) { p, err := c.Pictures(ctx); return p[0].Sender, err },
		"x.example true": func() (any, error) {
			p, err := c.ShowPictures(ctx, api.Picture{Sender: "x.example", Show: true})
			return fmt.Sprint(p.Sender, " ", p.Show), err
		},
		"6 20": func() (any, error) {
			e, err := c.Events(ctx, 5, 20)
			return fmt.Sprint(e[0].Seq, " ", e[0].Reason), err
		},
	} {
		if got, err := call(); err != nil || fmt.Sprint(got) != name {
			t.Errorf("got %v, %v; want %s", got, err, name)
		}
	}
	if len(seen) != 3 {
		t.Errorf("arguments seen: %v", seen)
	}
	for _, v := range seen {
		if v != 143 && v != "pass word" && v != true {
			t.Errorf("argument %v", v)
		}
	}
}

func TestErrors(t *testing.T) {
	path := serve(t, api.Service{
		Decide: func(context.Context, api.Decision) ([]api.Standing, error) {
			return nil, &api.Error{Code: api.CodeUnknown, Text: "nobody of that name", Hint: "look again"}
		},
		Verify: func(context.Context, string) (api.Verification, error) {
			return api.Verification{}, errors.New("reading ledger: disk on fire")
		},
	})
	c, ctx := api.NewClient(path), context.Background()
	var e *api.Error
	if _, err := c.Decide(ctx, api.Decision{}); !errors.As(err, &e) || e.Hint != "look again" || e.Code != api.CodeUnknown {
		t.Errorf("refusal: %v", err)
	}
	if _, err := c.Verify(ctx); !errors.As(err, &e) || e.Code != api.CodeFailed || e.Text != "reading ledger: disk on fire" {
		t.Errorf("failure: %v", err)
	}
	if _, err := c.Status(ctx); !errors.As(err, &e) || e.Code != api.CodeUnknown {
		t.Errorf("absent method: %v", err)
	}
	for name, r := range map[string]struct {
		method, target, body string
		status               int
		text                 string
	}{
		"unknown path":    {"GET", "/v1/magic", "", 404, "there is no GET /v1/magic"},
		"other version":   {"GET", "/v9/status", "", 404, "there is no GET /v9/status"},
		"unknown method":  {"DELETE", "/v1/consent", "", 404, "there is no DELETE"},
		"oversized body":  {"POST", "/v1/consent", `{"sender":"` + strings.Repeat("a", api.MaxBody) + `"}`, 400, "more than 65536 octets"},
		"no JSON":         {"POST", "/v1/consent", "hello", 400, "reading the request"},
		"empty body":      {"POST", "/v1/consent", "", 400, "reading the request"},
		"unknown field":   {"POST", "/v1/consent", `{"colour":"red"}`, 400, "colour"},
		"two values":      {"POST", "/v1/consent", `{} {}`, 400, "follows"},
		"after no number": {"GET", "/v1/events?after=x", "", 400, "after is not a number"},
		"limit too high":  {"GET", "/v1/events?limit=100000", "", 400, "limit is not"},
		"follow absent":   {"GET", "/v1/events/follow", "", 404, "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			resp := raw(t, path, r.method, r.target, strings.NewReader(r.body))
			text, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != r.status || !strings.Contains(string(text), r.text) {
				t.Errorf("answered %d %s", resp.StatusCode, text)
			}
		})
	}
}

func TestFollow(t *testing.T) {
	path := serve(t, api.Service{Follow: func(ctx context.Context, after int64, emit func(api.Event) bool) error {
		for i := after + 1; emit(api.Event{Seq: i}); i++ {
			if i == after+3 {
				<-ctx.Done()
				return ctx.Err()
			}
		}
		return nil
	}})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var got []int64
	for e, err := range api.NewClient(path).Follow(ctx, 10) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, e.Seq); len(got) == 3 {
			cancel()
		}
	}
	if fmt.Sprint(got) != "[11 12 13]" {
		t.Errorf("got %v", got)
	}
}

// A socket that a dead process left is replaced, a live one is not.
func TestListen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control.sock")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	if _, err := api.NewClient(path).Status(context.Background()); !errors.Is(err, api.ErrNotRunning) {
		t.Errorf("dead socket: %v", err)
	}
	ln, err := api.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("socket has mode %v", info.Mode())
	}
	ln.Close()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("the socket is still there")
	}
	if _, err := api.NewClient(path).Status(context.Background()); !errors.Is(err, api.ErrNotRunning) {
		t.Errorf("no socket: %v", err)
	}

	live := serve(t, api.Service{Status: func(context.Context) (api.Status, error) { return api.Status{PID: 4711}, nil }})
	_, err = api.Listen(live)
	if !errors.Is(err, api.ErrRunning) || err.Error() != "Unseen is running already (process 4711)" {
		t.Errorf("live socket: %v", err)
	}
}

func TestListenInTheWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control.sock")
	if err := os.WriteFile(path, []byte("letters"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := api.Listen(path); err == nil || !strings.Contains(err.Error(), "is no socket") {
		t.Errorf("a file in the way: %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "letters" {
		t.Error("the file is gone")
	}
}

// Another user of the machine is let in neither by the socket's mode nor, where
// that was opened, by the check of the peer.
func TestOtherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can become another user")
	}
	if os.Getenv("UNSEEN_TEST_DIAL") != "" {
		t.Skip("this is the other user")
	}
	path := serve(t, api.Service{Status: func(context.Context) (api.Status, error) { return api.Status{PID: 1}, nil }})
	// Open what the modes close, so that the check of the peer stands alone.
	for dir := filepath.Dir(path); dir != "/"; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o001 == 0 {
			if err := os.Chmod(dir, 0o711); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(filepath.Dir(path), "other")
	if err := os.WriteFile(exe, self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^TestDialAsOther$", "-test.v")
	cmd.Env = append(os.Environ(), "UNSEEN_TEST_DIAL="+path)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("was turned away")) {
		t.Errorf("as another user: %v\n%s", err, out)
	}
}

func TestDialAsOther(t *testing.T) {
	path := os.Getenv("UNSEEN_TEST_DIAL")
	if path == "" {
		t.Skip("runs as another user, from TestOtherUser")
	}
	if _, err := api.NewClient(path).Status(context.Background()); err == nil || errors.Is(err, api.ErrNotRunning) {
		t.Fatalf("error is %v", err)
	}
	t.Log("was turned away")
}

func TestSecret(t *testing.T) {
	var log bytes.Buffer
	s := api.Secret("hunter2")
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", s, "r", api.CheckRequest{Password: s})
	text := log.String() + fmt.Sprintf("%v %s %+v %#v", s, s, api.CheckRequest{Password: s}, api.CheckRequest{Password: s})
	if strings.Contains(text, "hunter2") {
		t.Errorf("printed: %s", text)
	}
}
