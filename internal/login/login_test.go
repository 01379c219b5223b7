package login_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/unseen-mail/unseen/internal/keyring"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/login"
	"github.com/unseen-mail/unseen/internal/oauth"
)

const anna = "anna@mail.example"

// rings are keyrings of a test, with what is in them.
type rings struct {
	mu   sync.Mutex
	kept map[string]string
	err  error
}

func (r *rings) ring() login.Ring {
	return login.Ring{
		Keep: func(_ context.Context, _ keyring.What, address, secret string) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.err == nil {
				r.kept[address] = secret
			}
			return r.err
		},
		Get: func(_ context.Context, _ keyring.What, address string) (string, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.err != nil {
				return "", r.err
			}
			if r.kept[address] == "" {
				return "", keyring.ErrNotKept
			}
			return r.kept[address], nil
		},
		Drop: func(_ context.Context, _ keyring.What, address string) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			delete(r.kept, address)
			return r.err
		},
	}
}

// A desk is a provider, a client of it and a book.
type desk struct {
	provider *lab.Provider
	flow     *oauth.Flow
	dir      string
	rings    *rings
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	p := lab.StartProvider(t)
	at := "https://" + p.Addr
	web := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: p.Authority.Pool}}}
	return &desk{provider: p, dir: filepath.Join(t.TempDir(), "data"), rings: &rings{kept: make(map[string]string)},
		flow: &oauth.Flow{Provider: oauth.Provider{Authorize: at, Token: at, Revoke: at + "/revoke", Scopes: []string{"mail"}}, Client: oauth.Client{ID: "mine", Secret: "sesame"}, HTTP: web}}
}

func (d *desk) book() *login.Book { return login.Open(d.dir, d.rings.ring(), d.flow.HTTP) }

// agree makes a login.
func (d *desk) agree(t *testing.T) oauth.Tokens {
	t.Helper()
	got, err := d.flow.Browser(t.Context(), anna, oauth.Pages{}, func(address string) {
		for range 2 {
			resp, err := d.flow.HTTP.Get(address)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body) // short
			resp.Body.Close()
			if m := regexp.MustCompile(`url=([^"]*)"`).FindSubmatch(body); m != nil {
				address = html.UnescapeString(string(m[1]))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// A login is kept in the keyring, or in a file of the reader's if they say so; it is
// renewed by whoever opens the book, and given up.
func TestKeep(t *testing.T) {
	for _, inFile := range []bool{false, true} {
		t.Run(fmt.Sprintf("in a file %v", inFile), func(t *testing.T) {
			d := openDesk(t)
			got := d.agree(t)
			if _, ok := d.book().Kept(anna); ok {
				t.Fatal("kept before it was")
			}
			if err := d.book().Keep(t.Context(), login.New{Address: "Anna@mail.example", Flow: d.flow, Tokens: got, InFile: inFile}); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(d.dir, "logins.json"))
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{got.Refresh, "sesame"} {
				if strings.Contains(string(text), secret) != inFile {
					t.Errorf("the file holds what logs in: %v", !inFile)
				}
			}
			if strings.Contains(string(text), got.Access) {
				t.Error("the file holds an access token")
			}
			if info, _ := os.Stat(filepath.Join(d.dir, "logins.json")); info.Mode().Perm() != 0o600 {
				t.Errorf("the file is %v", info.Mode())
			}
			kept, ok := d.book().Kept(anna)
			if !ok || kept.ClientID != "mine" || kept.InFile != inFile || kept.Secret != nil {
				t.Errorf("kept %v", ok)
			}
			token, err := d.book().Access(t.Context(), anna)
			if err != nil || d.provider.User(token) != anna || token == got.Access {
				t.Errorf("%v, good for %q", err, d.provider.User(token))
			}
			if err := d.book().Forget(t.Context(), anna); err != nil || d.provider.Revoked() != 1 {
				t.Errorf("%v, %d given up", err, d.provider.Revoked())
			}
			if len(d.rings.kept) != 0 || len(d.book().Addresses()) != 0 {
				t.Error("something is left")
			}
			if _, err := d.book().Access(t.Context(), anna); !errors.Is(err, login.ErrNotKept) {
				t.Errorf("after it was forgotten: %v", err)
			}
			if err := d.book().Forget(t.Context(), anna); !errors.Is(err, login.ErrNotKept) {
				t.Errorf("forgotten twice: %v", err)
			}
		})
	}
}

// Without a keyring nothing is kept anywhere.
func TestNoRing(t *testing.T) {
	d := openDesk(t)
	d.rings.err = keyring.ErrNone
	if err := d.book().Keep(t.Context(), login.New{Address: anna, Flow: d.flow, Tokens: d.agree(t)}); !errors.Is(err, keyring.ErrNone) {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(d.dir, "logins.json")); err == nil {
		t.Error("a file was written")
	}
	if err := d.book().Ready(t.Context(), anna); !errors.Is(err, keyring.ErrNone) {
		t.Errorf("ready: %v", err)
	}
	if d.rings.err = nil; d.book().Ready(t.Context(), anna) != nil {
		t.Error("not ready")
	}
}

// Where each token renews a login once, many at the same time renew it one after the
// other, and none is lost.
func TestRotation(t *testing.T) {
	d := openDesk(t)
	d.provider.Be(lab.Manner{Rotate: true, Brief: 1})
	if err := d.book().Keep(t.Context(), login.New{Address: anna, Flow: d.flow, Tokens: d.agree(t)}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if token, err := d.book().Access(t.Context(), anna); err != nil || d.provider.User(token) != anna {
				t.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	d.provider.Be(lab.Manner{Expired: true})
	if _, err := d.book().Access(t.Context(), anna); !errors.Is(err, oauth.ErrGone) {
		t.Errorf("expired: %v", err)
	}
}

// An access token is asked for once as long as it is good, and anew if a server does not
// take it.
func TestRemembered(t *testing.T) {
	d := openDesk(t)
	b := d.book()
	if err := b.Keep(t.Context(), login.New{Address: anna, Flow: d.flow, Tokens: d.agree(t)}); err != nil {
		t.Fatal(err)
	}
	first, err := b.Access(t.Context(), anna)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := b.Access(t.Context(), anna); again != first {
		t.Error("asked anew")
	}
	b.Stale(anna)
	if other, err := b.Access(t.Context(), anna); err != nil || other == first {
		t.Errorf("not asked anew: %v", err)
	}
}

// A login is forgotten here even if its provider cannot be told.
func TestForgetAlone(t *testing.T) {
	for name, c := range map[string]struct {
		revoke string
		want   error
	}{"no way": {"", oauth.ErrNone}, "unreached": {"https://127.0.0.1:1/", nil}} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			d.flow.Provider.Revoke = c.revoke
			if err := d.book().Keep(t.Context(), login.New{Address: anna, Flow: d.flow, Tokens: d.agree(t)}); err != nil {
				t.Fatal(err)
			}
			err := d.book().Forget(t.Context(), anna)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("says %v", err)
			}
			if len(d.rings.kept) != 0 || len(d.book().Addresses()) != 0 {
				t.Error("something is left")
			}
		})
	}
}

// A file that is none is said, and not written over; what stands in it is not shown.
func TestBroken(t *testing.T) {
	for _, text := range []string{"{\"secret", `{"version": 99}`} {
		d := openDesk(t)
		if err := os.MkdirAll(d.dir, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(d.dir, "logins.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := d.book().Keep(t.Context(), login.New{Address: anna, Flow: d.flow, Tokens: d.agree(t), InFile: true}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("says %v", err)
		}
		if now, _ := os.ReadFile(path); string(now) != text {
			t.Error("it was written over")
		}
	}
}

func Example() {
	b := login.Open("/nowhere", login.System(), nil)
	_, kept := b.Kept("anna@mail.example")
	fmt.Println(kept)
	// Output: false
}
