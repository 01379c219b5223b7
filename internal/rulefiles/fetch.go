package rulefiles

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/public"
)

// Limits of a fetch.
const (
	fetchTime    = 2 * time.Minute
	maxRedirects = 5
)

// Errors of a list that is not taken.
var (
	// ErrNotHTTPS is an address, or one that it leads on to, that is not https.
	ErrNotHTTPS = errors.New("rulefiles: it is not https")
	// ErrPrivate is a host of this machine or of the network around it.
	ErrPrivate = public.ErrPrivate
	// ErrTooLarge is a list past the limit.
	ErrTooLarge = errors.New("rulefiles: the list is too large")
	// ErrNoList is an answer that holds no rule.
	ErrNoList = errors.New("rulefiles: the answer is no list")
)

// A Result is what became of one list.
type Result struct {
	// URL is where it is, Name the file that it is kept in.
	URL, Name string
	// Changed says that there is another version now.
	Changed bool
	// Rules are how many were read, and Size is in octets.
	Rules, Size int
	// Err is why it was not fetched. What was there is kept.
	Err error
}

// A Fetcher fetches lists that the reader named. It sends no more than is needed:
// no cookies, no referrer, nothing that names the reader or the program.
type Fetcher struct {
	// Dir is the directory of the rules.
	Dir string
	// Transport asks; nil asks the public internet over https, and no host of
	// this machine or the network around it.
	Transport http.RoundTripper
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// CheckURL says whether an address is one that a list can be fetched from.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return errors.New("it is no address")
	case u.Scheme != "https":
		return ErrNotHTTPS
	case u.Hostname() == "" || u.User != nil:
		return errors.New("it is no address of a host")
	}
	return nil
}

// Name returns the file, below the directory of the rules, that a list is kept
// in: what people would call it, and what tells two of one name apart.
func Name(address string) string {
	sum := sha256.Sum256([]byte(address))
	name := "list"
	if u, err := url.Parse(address); err == nil {
		name = u.Hostname() + "-" + strings.TrimSuffix(path.Base(u.Path), path.Ext(u.Path))
	}
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, name)
	return listsDir + "/" + strings.Trim(name[:min(len(name), 60)], "-.") + "-" + hex.EncodeToString(sum[:4]) + ".txt"
}

// Update fetches a list, unless the server says that it is as it was (RFC 9110,
// section 13.1.2). The list that is there stays until the new one is whole, was
// read and is on disk.
func (f *Fetcher) Update(ctx context.Context, address string) Result {
	r := Result{URL: address, Name: Name(address)}
	if r.Err = CheckURL(address); r.Err != nil {
		return r
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	file := filepath.Join(f.Dir, filepath.FromSlash(r.Name))
	answer, err := f.ask(ctx, address, file)
	if err != nil {
		r.Err = plainFetchError(err)
		return r
	}
	defer answer.Body.Close()
	source := Source{URL: address, ETag: answer.Header.Get("ETag"), LastModified: answer.Header.Get("Last-Modified"), Fetched: f.now()}
	switch answer.StatusCode {
	case http.StatusNotModified:
		if old := readSource(file); old != nil {
			source.ETag, source.LastModified = old.ETag, old.LastModified
		}
		r.Err = writeSource(file, source)
		return r
	case http.StatusOK:
	default:
		r.Err = fmt.Errorf("the server answered %d", answer.StatusCode)
		return r
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxFile+1))
	if err != nil {
		r.Err = plainFetchError(err)
		return r
	}
	r.Size = len(text)
	if r.Rules, r.Err = checkList(r.Name, text); r.Err == nil {
		r.Changed, r.Err = keep(file, text, source)
	}
	return r
}

// ask sends the question.
func (f *Fetcher) ask(ctx context.Context, address, file string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("asking: %w", err)
	}
	// An empty one is not sent at all.
	request.Header.Set("User-Agent", "")
	if old := readSource(file); old != nil && old.URL == address && exists(file) {
		if old.ETag != "" {
			request.Header.Set("If-None-Match", old.ETag)
		}
		if old.LastModified != "" {
			request.Header.Set("If-Modified-Since", old.LastModified)
		}
	}
	transport := f.Transport
	if transport == nil {
		own := public.Transport()
		defer own.CloseIdleConnections()
		transport = own
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(next *http.Request, before []*http.Request) error {
		next.Header.Del("Referer")
		switch {
		case next.URL.Scheme != "https":
			return ErrNotHTTPS
		case len(before) > maxRedirects:
			return fmt.Errorf("it leads on more than %d times", maxRedirects)
		}
		return nil
	}}
	return client.Do(request)
}

func (f *Fetcher) now() time.Time {
	if f.Now != nil {
		return f.Now().UTC()
	}
	return time.Now().UTC()
}

// exists says whether a list is there.
func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// plainFetchError is an error without the address, which is said beside it.
func plainFetchError(err error) error {
	for _, known := range []error{ErrNotHTTPS, ErrPrivate} {
		if errors.Is(err, known) {
			return known
		}
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		if wrapped.Timeout() {
			return errors.New("the server did not answer in time")
		}
		return wrapped.Err
	}
	return err
}
