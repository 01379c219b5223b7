package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// Whatever is asked of the control socket gets an answer that is JSON, and no request is
// taken for another: what is not understood is refused.
func FuzzRequest(f *testing.F) {
	for _, c := range [][2]string{
		{"/v1/accounts", `{"address":"anna@a.example"}`}, {"/v1/consent", `{"decision":"granted","sender":"a.example","all":true}`}, {"/v1/consent", `{"decision":1}`},
		{"/v1/accounts", `{"address":"a"}{"address":"b"}`}, {"/v1/accounts", `{"nobody":"knows"}`}, {"/v1/status", ""}, {"/v1/nothing", "x"}, {"/v1/../v1/accounts", "[]"}, {"//", "null"},
	} {
		f.Add(c[0], []byte(c[1]))
	}
	path := filepath.Join(f.TempDir(), "control.sock")
	ln, err := api.Listen(path)
	if err != nil {
		f.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	service := api.Service{
		AddAccount: func(_ context.Context, n api.NewAccount) (api.Account, error) {
			return api.Account{Address: n.Address}, nil
		},
		Decide: func(context.Context, api.Decision) ([]api.Standing, error) { return []api.Standing{}, nil },
	}
	done.Go(func() {
		if err := (&api.Server{Service: service}).Serve(ctx, ln); err != nil {
			f.Errorf("serving: %v", err)
		}
	})
	f.Cleanup(func() { cancel(); done.Wait() })
	client := &http.Client{
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	f.Cleanup(client.CloseIdleConnections)
	f.Fuzz(func(t *testing.T, route string, body []byte) {
		req, err := http.NewRequest(http.MethodPost, "http://unseen/"+strings.TrimPrefix(route, "/"), bytes.NewReader(body))
		if err != nil {
			t.Skip("not an address")
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode >= 300 && resp.StatusCode < 400 {
			return // an address that is written otherwise
		}
		var out any
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
			t.Errorf("%s answers %s with %v", req.URL, resp.Status, err)
		}
		if resp.StatusCode == http.StatusOK && !json.Valid(body) {
			t.Errorf("%s takes %q", req.URL, body)
		}
	})
}
