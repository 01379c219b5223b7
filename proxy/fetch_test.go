package proxy

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A counter counts from many goroutines.
type counter struct{ n atomic.Int64 }

func (c *counter) add()     { c.n.Add(1) }
func (c *counter) get() int { return int(c.n.Load()) }

// lab starts a server that plays every http host, and a fetcher that reaches it.
func lab(t testing.TB, h http.HandlerFunc) *Fetcher {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	f := NewFetcher(FetcherConfig{Lab: &Lab{Plain: srv.Listener.Addr().String()}})
	t.Cleanup(f.Close)
	return f
}

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// follow releases every redirect and lets it be kept.
func follow(context.Context, *url.URL) (Decision, error) {
	return Decision{Release: true, Keep: true}, nil
}

// Every way to write or name an address of this machine or its network ends
// before a connection is made.
func TestFetchNeverReachesInside(t *testing.T) {
	resolver, _ := nameServer(t, map[string]string{
		"evil.com": "127.0.0.1", "six.com": "::1", "meta.com": "169.254.169.254",
		"mapped.com": "::ffff:127.0.0.1", "lan.com": "192.168.0.1", "nat.com": "64:ff9b::7f00:1",
	})
	f := NewFetcher(FetcherConfig{Resolver: resolver})
	for _, c := range []struct{ name, url string }{
		{"loopback", "http://127.0.0.1/"},
		{"loopback, https", "https://127.0.0.1/"},
		{"loopback, other", "http://127.8.8.8/"},
		{"loopback IPv6", "http://[::1]/"},
		{"mapped", "http://[::ffff:127.0.0.1]/"},
		{"mapped, hexadecimal", "http://[::ffff:7f00:1]/"},
		{"long form", "http://[0:0:0:0:0:0:0:1]/"},
		{"any", "http://0.0.0.0/"},
		{"any IPv6", "http://[::]/"},
		{"decimal", "http://2130706433/"},
		{"octal", "http://0177.0.0.01/"},
		{"hexadecimal", "http://0x7f000001/"},
		{"short", "http://127.1/"},
		{"localhost", "http://localhost/"},
		{"name of loopback", "http://evil.com/"},
		{"name of loopback, dot", "http://evil.com./"},
		{"name of loopback, https", "https://evil.com/"},
		{"name of IPv6 loopback", "http://six.com/"},
		{"name of the metadata service", "http://meta.com/latest"},
		{"name of a mapped address", "http://mapped.com/"},
		{"name in the home network", "http://lan.com/"},
		{"name behind NAT64", "http://nat.com/"},
		{"other port", "http://93.184.216.34:8080/"},
		{"port of mail", "http://93.184.216.34:25/"},
		{"scheme", "gopher://93.184.216.34/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pic, err := f.Fetch(t.Context(), mustURL(t, c.url), follow)
			if !errors.Is(err, ErrForbidden) {
				t.Errorf("Fetch = %v; want ErrForbidden", err)
			}
			if len(pic.Asked) != 0 {
				t.Errorf("asked %v", pic.Asked)
			}
		})
	}
}

// A redirect is checked like the first address; here by its form, since the lab
// has only loopback, and by the border through the same function.
func TestFetchRedirectForms(t *testing.T) {
	for _, to := range []string{"file:///etc/passwd", "ftp://a.com/", "javascript:1", ""} {
		t.Run(to, func(t *testing.T) {
			f := lab(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Location"] = []string{to}
				w.WriteHeader(http.StatusFound)
			})
			_, err := f.Fetch(t.Context(), mustURL(t, "http://a.com/"), follow)
			if !errors.Is(err, ErrForbidden) && !errors.Is(err, ErrRedirect) {
				t.Errorf("Fetch = %v", err)
			}
		})
	}
}

func TestFetchSendsNothingElse(t *testing.T) {
	var got http.Header
	var method, host, target string
	f := lab(t, func(w http.ResponseWriter, r *http.Request) {
		got, method, host, target = r.Header.Clone(), r.Method, r.Host, r.RequestURI
		w.Header().Set("Set-Cookie", "id=reader")
		fmt.Fprint(w, transparent)
	})
	for range 2 { // the second would bring the cookie back
		if _, err := f.Fetch(t.Context(), mustURL(t, "http://me:secret@track.shop.com/o.gif?u=1#top"), follow); err != nil {
			t.Fatal(err)
		}
	}
	if method != "GET" || host != "track.shop.com" || target != "/o.gif?u=1" {
		t.Errorf("%s %s at %s", method, target, host)
	}
	want := []string{"Accept", "Accept-Encoding", "Accept-Language", "User-Agent"}
	var names []string
	for name := range got {
		names = append(names, name)
	}
	slices.Sort(names)
	if !slices.Equal(names, want) {
		t.Errorf("headers %v; want %v", names, want)
	}
	if strings.Contains(strings.ToLower(fmt.Sprint(got)), "unseen") || strings.Contains(fmt.Sprint(got), "Go-http") {
		t.Errorf("headers name the program: %v", got)
	}
}

func TestFetchRedirects(t *testing.T) {
	for _, c := range []struct {
		name  string
		hops  int
		fails error
	}{
		{"none", 0, nil}, {"one", 1, nil}, {"five", 5, nil}, {"six", 6, ErrRedirect},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := lab(t, func(w http.ResponseWriter, r *http.Request) {
				n := 0
				_, _ = fmt.Sscanf(r.URL.Path, "/%d", &n)
				if n < c.hops {
					http.Redirect(w, r, fmt.Sprintf("http://hop%d.com/%d", n+1, n+1), http.StatusFound)
					return
				}
				fmt.Fprint(w, transparent)
			})
			var seen []string
			pic, err := f.Fetch(t.Context(), mustURL(t, "http://hop0.com/0"), func(_ context.Context, at *url.URL) (Decision, error) {
				seen = append(seen, at.Host)
				return Decision{Release: true}, nil
			})
			if !errors.Is(err, c.fails) {
				t.Fatalf("Fetch = %v; want %v", err, c.fails)
			}
			if err == nil && (len(pic.Asked) != c.hops+1 || len(seen) != c.hops || pic.Keep != (c.hops == 0)) {
				t.Errorf("asked %v, decided %v, keep %v", pic.Asked, seen, pic.Keep)
			}
		})
	}
}

func TestFetchHeldHop(t *testing.T) {
	var third counter
	f := lab(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "third.com" {
			third.add()
		}
		http.Redirect(w, r, "http://third.com/?id=reader", http.StatusMovedPermanently)
	})
	pic, err := f.Fetch(t.Context(), mustURL(t, "http://first.com/"), func(context.Context, *url.URL) (Decision, error) {
		return Decision{Reason: "third.com wants to know"}, nil
	})
	var held *HeldError
	if !errors.As(err, &held) || held.Decision.Reason != "third.com wants to know" {
		t.Fatalf("Fetch = %v", err)
	}
	if third.get() != 0 || !slices.Equal(pic.Asked, []string{"first.com"}) {
		t.Errorf("third.com was asked %d times; asked %v", third.get(), pic.Asked)
	}
}

func TestFetchNoDowngrade(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ok" {
			fmt.Fprint(w, transparent)
			return
		}
		http.Redirect(w, r, "http://example.com/", http.StatusFound)
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // one handshake is to fail
	srv.StartTLS()
	defer srv.Close()
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	f := NewFetcher(FetcherConfig{Lab: &Lab{TLS: srv.Listener.Addr().String(), Roots: roots}})
	defer f.Close()
	if _, err := f.Fetch(t.Context(), mustURL(t, "https://example.com/ok"), follow); err != nil {
		t.Errorf("https: %v", err)
	}
	if _, err := f.Fetch(t.Context(), mustURL(t, "https://example.com/"), follow); !errors.Is(err, ErrRedirect) {
		t.Errorf("redirect to http: %v", err)
	}
	pic, err := f.Fetch(t.Context(), mustURL(t, "https://other.com/ok"), follow)
	if err == nil {
		t.Error("certificate of another host was accepted")
	}
	if !slices.Equal(pic.Asked, []string{"other.com"}) {
		t.Errorf("asked %v, although the name was said in the handshake", pic.Asked)
	}
}

func TestFetchBodies(t *testing.T) {
	big := append([]byte(transparent), make([]byte, maxPicture)...)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(big)
	z.Close()
	for _, c := range []struct {
		name  string
		serve http.HandlerFunc
		fails error
	}{
		{"svg that says it is png", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			fmt.Fprint(w, "<svg/>")
		}, ErrNotPicture},
		{"gif that says it is html", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, transparent)
		}, nil},
		{"too large, length said", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(big)))
			_, _ = w.Write(big)
		}, ErrTooLarge},
		{"too large, in pieces", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(big[:100])
			w.(http.Flusher).Flush()
			_, _ = w.Write(big[100:])
		}, ErrTooLarge},
		{"small and compressed, large when not", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		}, ErrTooLarge},
		{"nothing", func(w http.ResponseWriter, _ *http.Request) {}, ErrNotPicture},
	} {
		t.Run(c.name, func(t *testing.T) {
			pic, err := lab(t, c.serve).Fetch(t.Context(), mustURL(t, "http://a.com/"), follow)
			if !errors.Is(err, c.fails) {
				t.Errorf("Fetch = %v; want %v", err, c.fails)
			}
			if !slices.Equal(pic.Asked, []string{"a.com"}) {
				t.Errorf("asked %v", pic.Asked)
			}
		})
	}
}

func TestFetchStatus(t *testing.T) {
	for _, status := range []int{204, 304, 403, 404, 500} {
		f := lab(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		_, err := f.Fetch(t.Context(), mustURL(t, "http://a.com/"), follow)
		var got *StatusError
		if !errors.As(err, &got) || got.Status != status {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// Nothing is resolved for an address that is refused by its form, and nothing
// before a fetch.
func TestFetchAsksNoName(t *testing.T) {
	resolver, asked := nameServer(t, map[string]string{"a.com": "127.0.0.1"})
	f := NewFetcher(FetcherConfig{Resolver: resolver})
	for _, s := range []string{"http://0x7f.1/", "http://printer.local/", "http://x.onion/", "ftp://a.com/", "http://router/"} {
		_, _ = f.Fetch(t.Context(), mustURL(t, s), follow)
	}
	if asked.get() != 0 {
		t.Errorf("%d questions to DNS", asked.get())
	}
	_, _ = f.Fetch(t.Context(), mustURL(t, "http://a.com/"), follow)
	if asked.get() == 0 {
		t.Error("the test's name server was not asked at all")
	}
}

// The lab leaves the machine under no address.
func TestLabStaysInside(t *testing.T) {
	for _, l := range []*Lab{{}, {Plain: "93.184.216.34:80", TLS: "93.184.216.34:443"}, {Plain: "localhost:80"}} {
		f := NewFetcher(FetcherConfig{Lab: l})
		for _, s := range []string{"http://93.184.216.34/", "https://shop.com/", "http://shop.com:81/"} {
			if _, err := f.Fetch(t.Context(), mustURL(t, s), follow); !errors.Is(err, ErrForbidden) {
				t.Errorf("%s: %v", s, err)
			}
		}
	}
}

func TestFetchGivesUpWithItsCaller(t *testing.T) {
	release := make(chan struct{})
	f := lab(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := f.Fetch(ctx, mustURL(t, "http://a.com/"), follow); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Fetch = %v", err)
	}
}
