package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// document is the OpenAPI document as others read it.
func document(t *testing.T) (map[string]map[string]any, []byte) {
	t.Helper()
	text, err := json.MarshalIndent(api.Document(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Paths, append(text, '\n')
}

// Every route is described, and nothing else is.
func TestDocumentHasEveryRoute(t *testing.T) {
	route := regexp.MustCompile(`mux\.Handle\("([A-Z]+) (/v1/[^"]*)"`)
	files, _ := filepath.Glob("*.go")
	routes := make(map[string]bool)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range route.FindAllStringSubmatch(string(text), -1) {
			routes[m[1]+" "+m[2]] = true
		}
	}
	if len(routes) < 40 {
		t.Fatalf("only %d routes were found", len(routes))
	}
	paths, _ := document(t)
	for path, at := range paths {
		for verb := range at {
			name := strings.ToUpper(verb) + " " + path
			if !routes[name] {
				t.Errorf("%s is described and not answered", name)
			}
			delete(routes, name)
		}
	}
	for name := range routes {
		t.Errorf("%s is answered and not described: add it to methods.go", name)
	}
}

// The copy that people read is that of this build. UNSEEN_WRITE=1 writes it anew.
func TestDocumentIsInDocs(t *testing.T) {
	_, text := document(t)
	path := filepath.Join("..", "..", "docs", "openapi.json")
	if os.Getenv("UNSEEN_WRITE") == "1" {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil || string(kept) != string(text) {
		t.Errorf("docs/openapi.json is not that of this build (%v): run UNSEEN_WRITE=1 go test -run Document ./internal/api", err)
	}
}

// What handlers answer has the fields that are described, and no others.
func TestAnswersAreAsDescribed(t *testing.T) {
	when := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	path := serve(t, api.Service{
		Status: func(context.Context) (api.Status, error) { return api.Status{PID: 7, Since: when}, nil },
		Faces: api.Faces{
			SenderPage: func(context.Context, api.SenderQuery) (api.SenderPage, error) {
				return api.SenderPage{Total: 1, Senders: []api.SenderRow{{Sender: api.Sender{Key: "shop.example"}}}}, nil
			},
			Statistics: func(context.Context, api.StatisticsQuery) (api.Statistics, error) {
				return api.Statistics{Spans: []api.SpanCounts{{Begin: when}}}, nil
			},
			Settings: func(context.Context) (api.Settings, error) { return api.Settings{Level: "own"}, nil },
		},
	})
	text, _ := json.Marshal(api.Document())
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `json:"properties"`
				Required   []string       `json:"required"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for target, schema := range map[string]string{
		"/v1/status": "Status", "/v1/senders/page": "SenderPage", "/v1/statistics": "Statistics", "/v1/settings": "Settings",
	} {
		var got map[string]any
		if err := json.NewDecoder(raw(t, path, "GET", target, nil).Body).Decode(&got); err != nil {
			t.Fatal(target, err)
		}
		known := doc.Components.Schemas[schema]
		for name := range got {
			if _, ok := known.Properties[name]; !ok {
				t.Errorf("%s answers %s, which is not described", target, name)
			}
		}
		for _, name := range known.Required {
			if _, ok := got[name]; !ok {
				t.Errorf("%s does not answer %s", target, name)
			}
		}
	}
}

// A query arrives as it was asked.
func TestQueries(t *testing.T) {
	var senders api.SenderQuery
	var counted api.StatisticsQuery
	path := serve(t, api.Service{Faces: api.Faces{
		SenderPage: func(_ context.Context, q api.SenderQuery) (api.SenderPage, error) {
			senders = q
			return api.SenderPage{}, nil
		},
		Statistics: func(_ context.Context, q api.StatisticsQuery) (api.Statistics, error) {
			counted = q
			return api.Statistics{}, nil
		},
	}})
	c := api.NewClient(path)
	asked := api.SenderQuery{Search: "a&b=c d\n\u202e", Filter: "granted", Sort: "mails", Offset: 5000, Limit: 12}
	if _, err := c.SenderPage(t.Context(), asked); err != nil || senders != asked {
		t.Errorf("%+v, %v", senders, err)
	}
	want := api.StatisticsQuery{By: "week", From: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Top: 3}
	if _, err := c.Statistics(t.Context(), want); err != nil || counted != want {
		t.Errorf("%+v, %v", counted, err)
	}
	for target, says := range map[string]string{
		"/v1/senders/page?colour=red":   `there is no \"colour\"`,
		"/v1/senders/page?limit=many":   "limit is no whole number",
		"/v1/senders/page?limit=-1":     "limit is no whole number",
		"/v1/statistics?from=yesterday": "from is no time",
	} {
		resp := raw(t, path, "GET", target, nil)
		text := make([]byte, 300)
		n, _ := resp.Body.Read(text)
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(text[:n]), says) {
			t.Errorf("%s: %d %s", target, resp.StatusCode, text[:n])
		}
	}
}

// Events come as browsers read them, and go on where they broke off.
func TestStream(t *testing.T) {
	path := serve(t, api.Service{Follow: func(ctx context.Context, after int64, emit func(api.Event) bool) error {
		for i := after + 1; i <= after+3; i++ {
			if !emit(api.Event{Seq: i, Kind: "load", Reason: "two\nlines"}) {
				return nil
			}
		}
		return nil
	}})
	var got []int64
	for e, err := range api.NewClient(path).Stream(t.Context(), 10) {
		if err != nil || e.Reason != "two\nlines" {
			t.Fatal(e, err)
		}
		got = append(got, e.Seq)
	}
	if !slices.Equal(got, []int64{11, 12, 13}) {
		t.Errorf("got %v", got)
	}
	hc := http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", path)
	}}}
	defer hc.CloseIdleConnections()
	req, _ := http.NewRequest("GET", "http://unseen/v1/events/stream", nil)
	req.Header.Set("Last-Event-ID", "41")
	resp, err := hc.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text := make([]byte, 400)
	n, _ := resp.Body.Read(text)
	if !strings.HasPrefix(string(text[:n]), "id: 42\nevent: load\ndata: {") || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("%q %q", resp.Header.Get("Content-Type"), text[:n])
	}
}

// An Unseen of another version is named as that, and not misunderstood.
func TestOtherVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control.sock")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Unseen-Api", "2")
		_, _ = w.Write([]byte(`{"pid":"a word"}`))
	})}
	var done sync.WaitGroup
	done.Go(func() { _ = srv.Serve(ln) })
	defer done.Wait()
	defer srv.Close()
	_, err = api.NewClient(path).Status(t.Context())
	var other *api.VersionError
	if !errors.As(err, &other) || other.Theirs != "2" || !strings.Contains(err.Error(), "version 1") {
		t.Errorf("error is %v", err)
	}
	ours := serve(t, api.Service{})
	if v := raw(t, ours, "GET", "/v1/status", nil).Header.Get("Unseen-Api"); v != "1" {
		t.Errorf("version is %q", v)
	}
}
