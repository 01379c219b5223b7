package rulefiles_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// noon is when all is fetched.
var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// A shop is a server of lists on this machine.
type shop struct {
	*httptest.Server
	asked []*http.Request
	list  string
}

func openShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{list: "! v1\n||tracker.example^\n"}
	mux := http.NewServeMux()
	mux.HandleFunc("/list.txt", func(w http.ResponseWriter, r *http.Request) {
		tag := fmt.Sprintf(`"%d"`, len(s.list))
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, s.list)
	})
	mux.HandleFunc("/dated.txt", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), strings.NewReader(s.list))
	})
	mux.HandleFunc("/html", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\n<!doctype html><p>Log in") })
	mux.HandleFunc("/empty", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		line := []byte(strings.Repeat("||tracker.example^\n", 1<<12))
		for n := 0; n <= 33<<20; n += len(line) {
			w.Write(line)
		}
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, "||other.example^\n")
	})
	mux.HandleFunc("/plain", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+"/list.txt", http.StatusFound)
	})
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/list.txt", http.StatusFound) })
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *shop) fetcher(dir string) *rulefiles.Fetcher {
	return &rulefiles.Fetcher{Dir: dir, Transport: s.Client().Transport, Now: func() time.Time { return noon }}
}

// blocked says whether the rules of a directory block a host.
func blocked(t *testing.T, dir, host string) bool {
	t.Helper()
	r, err := rulefiles.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, ok := r.Match("https://"+host+"/", true, catalogue.UseImage)
	return ok
}

func TestUpdate(t *testing.T) {
	s, dir := openShop(t), t.TempDir()
	f := s.fetcher(dir)
	address := s.URL + "/list.txt"
	first := f.Update(context.Background(), address)
	if first.Err != nil || !first.Changed || first.Rules != 1 || !blocked(t, dir, "tracker.example") {
		t.Fatalf("%+v", first)
	}
	r, _ := rulefiles.Load(dir, nil)
	if src := r.Files()[0].Source; src == nil || src.URL != address || src.ETag == "" || !src.Fetched.Equal(noon) {
		t.Errorf("%+v", src)
	}
	if again := f.Update(context.Background(), address); again.Err != nil || again.Changed {
		t.Errorf("%+v", again)
	}
	if last := s.asked[len(s.asked)-1]; last.Header.Get("If-None-Match") == "" {
		t.Error("the version was not named")
	}
	s.list = "! v2\n||tracker.example^\n||second.example^\n"
	if third := f.Update(context.Background(), address); third.Err != nil || !third.Changed || third.Rules != 2 || !blocked(t, dir, "second.example") {
		t.Errorf("%+v", third)
	}
	for _, r := range s.asked {
		for _, name := range []string{"User-Agent", "Referer", "Cookie", "Accept-Language"} {
			if v := r.Header.Get(name); v != "" {
				t.Errorf("%s: %s was sent", name, v)
			}
		}
	}
	// A list that somebody removed is fetched whole, whatever its version was.
	remove(t, filepath.Join(dir, rulefiles.Name(address)))
	if fourth := f.Update(context.Background(), address); fourth.Err != nil || !fourth.Changed {
		t.Errorf("%+v", fourth)
	}
}

// TestUpdateByDate checks a server without an ETag.
func TestUpdateByDate(t *testing.T) {
	s, dir := openShop(t), t.TempDir()
	for i, changed := range []bool{true, false, false} {
		if r := s.fetcher(dir).Update(context.Background(), s.URL+"/dated.txt"); r.Err != nil || r.Changed != changed {
			t.Errorf("%d: %+v", i, r)
		}
	}
	if last := s.asked[len(s.asked)-1]; last.Header.Get("If-Modified-Since") == "" {
		t.Error("the date was not named")
	}
}

// TestUpdateFails checks that whatever goes wrong leaves the list that is there.
func TestUpdateFails(t *testing.T) {
	s := openShop(t)
	for name, tt := range map[string]struct {
		path string
		is   error
		says string
	}{
		"page of a hotel":      {"/html", rulefiles.ErrNoList, ""},
		"empty":                {"/empty", rulefiles.ErrNoList, ""},
		"too large":            {"/large", rulefiles.ErrTooLarge, ""},
		"cut off":              {"/cut", nil, "EOF"},
		"leads to http":        {"/plain", rulefiles.ErrNotHTTPS, ""},
		"leads in a circle":    {"/round", nil, "more than 5 times"},
		"not there":            {"/gone", nil, "answered 404"},
		"moved, and therefore": {"/moved", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, rulefiles.Name(s.URL+tt.path))
			write(t, file, "||old.example^\n")
			r := s.fetcher(dir).Update(context.Background(), s.URL+tt.path)
			if tt.path == "/moved" {
				if r.Err != nil || blocked(t, dir, "old.example") || !blocked(t, dir, "tracker.example") {
					t.Errorf("%+v", r)
				}
				return
			}
			if r.Err == nil || r.Changed || tt.is != nil && !errors.Is(r.Err, tt.is) || !strings.Contains(r.Err.Error(), tt.says) {
				t.Errorf("%+v", r)
			}
			if !blocked(t, dir, "old.example") {
				t.Error("the old list is gone")
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "lists", ".unseen-*")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// TestUpdatePublicOnly checks what is not asked without being told to.
func TestUpdatePublicOnly(t *testing.T) {
	s, dir := openShop(t), t.TempDir()
	f := &rulefiles.Fetcher{Dir: dir}
	if r := f.Update(context.Background(), s.URL+"/list.txt"); !errors.Is(r.Err, rulefiles.ErrPrivate) {
		t.Errorf("%+v", r)
	}
	local := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	if r := f.Update(context.Background(), local+"/list.txt"); !errors.Is(r.Err, rulefiles.ErrPrivate) {
		t.Errorf("by name: %+v", r)
	}
	for _, address := range []string{"http://lists.example/a", "ftp://lists.example/a", "file:///etc/hosts", "//lists.example/a", "https://", "https://me:pw@lists.example/", "%"} {
		if r := f.Update(context.Background(), address); r.Err == nil {
			t.Errorf("%s was asked", address)
		}
	}
	if len(s.asked) > 0 {
		t.Error("the server was asked")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if r := s.fetcher(dir).Update(ctx, s.URL+"/list.txt"); r.Err == nil {
		t.Error("it was fetched though it was cancelled")
	}
}

func TestForget(t *testing.T) {
	s, dir := openShop(t), t.TempDir()
	f := s.fetcher(dir)
	kept, gone := s.URL+"/list.txt", s.URL+"/dated.txt"
	for _, a := range []string{kept, gone} {
		if r := f.Update(context.Background(), a); r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	write(t, filepath.Join(dir, "lists", "mine.txt"), "||own.example^\n") // put there by hand
	names, err := f.Forget([]string{kept})
	if err != nil || len(names) != 1 || names[0] != rulefiles.Name(gone) {
		t.Errorf("%q %v", names, err)
	}
	if !blocked(t, dir, "tracker.example") || !blocked(t, dir, "own.example") {
		t.Error("too much was removed")
	}
	if _, err := os.Stat(filepath.Join(dir, rulefiles.Name(gone))); err == nil {
		t.Error("the list is still there")
	}
	if names, err := (&rulefiles.Fetcher{Dir: filepath.Join(dir, "none")}).Forget(nil); err != nil || len(names) > 0 {
		t.Errorf("%q %v", names, err)
	}
}

func TestName(t *testing.T) {
	for address, want := range map[string]string{
		"https://easylist.to/easylist/easyprivacy.txt": "lists/easylist.to-easyprivacy-",
		"https://lists.example/../../x?y=../z":         "lists/lists.example-x-",
		"https://lists.example/":                       "lists/lists.example-",
	} {
		got := rulefiles.Name(address)
		if !strings.HasPrefix(got, want) || strings.Count(got, "/") != 1 || strings.Contains(got, "..") {
			t.Errorf("%s is kept in %s", address, got)
		}
	}
	if rulefiles.Name("https://a.example/x.txt") == rulefiles.Name("https://a.example/x.txt?2") {
		t.Error("two lists are kept in one file")
	}
}
