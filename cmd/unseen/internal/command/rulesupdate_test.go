package command

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/internal/words"
)

// TestRulesUpdate fetches from a server on this machine, which the command by
// itself does not ask.
func TestRulesUpdate(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/list.txt":
			http.NotFound(w, r)
		case r.Header.Get("If-None-Match") == `"1"`:
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("ETag", `"1"`)
			w.Write([]byte("||tracker.example^\n||other.example^\n"))
		}
	}))
	defer server.Close()
	f := &rulefiles.Fetcher{Dir: t.TempDir(), Transport: server.Client().Transport}
	list, missing := server.URL+"/list.txt", server.URL+"/gone.txt"
	name := rulefiles.Name(list)
	for _, step := range []struct {
		name     string
		lists    []string
		out, err string
		failed   bool
	}{
		{"first", []string{list}, name + ": 2 rules, 1 KB\n", "unseen: fetching 1 list from 127.0.0.1\n", false},
		{"again", []string{list}, name + ": as it was\n", "unseen: fetching 1 list from 127.0.0.1\n", false},
		{"one fails", []string{missing, list}, name + ": as it was\n",
			"unseen: fetching 2 lists from 127.0.0.1\nunseen: fetching " + missing + ": the server answered 404\n", true},
		{"no longer named", nil, name + ": removed, config.toml does not name it any more\n", "", false},
		{"nothing", nil, "", "", true},
	} {
		var out, errs bytes.Buffer
		s := &session{Streams: Streams{Out: &out, Err: &errs}, words: words.English()}
		err := s.update(context.Background(), f, step.lists)
		if (err != nil) != step.failed || out.String() != step.out || errs.String() != step.err {
			t.Errorf("%s: %v, printed %q and %q", step.name, err, out.String(), errs.String())
		}
	}
}

// TestRulesUpdateStops checks that an interrupt ends the fetching without a word
// about what was not fetched.
func TestRulesUpdateStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	s := &session{Streams: Streams{Out: &out, Err: &errs}, words: words.English()}
	err := s.update(ctx, &rulefiles.Fetcher{Dir: t.TempDir()}, []string{"https://lists.example/a"})
	if !errors.Is(err, context.Canceled) || out.Len() > 0 || strings.Count(errs.String(), "\n") != 1 {
		t.Errorf("%v, printed %q and %q", err, out.String(), errs.String())
	}
}
