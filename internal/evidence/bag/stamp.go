package bag

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha512"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/digitorus/timestamp"
	"golang.org/x/crypto/ssh"
)

// A Stamp says that a bag was there at a time.
type Stamp struct {
	// Path is where in the bag it stands.
	Path string
	// Time is when it was made, in UTC, as the authority says.
	Time time.Time
	// Authority is the subject of the certificate that signed, as it stands
	// there. Whether it is to be trusted is for whoever reads the bag to say:
	// openssl ts -verify with the authority's own root does.
	Authority string
}

// ErrStamp is a time stamp that is not of the bag, or was refused.
var ErrStamp = errors.New("bag: no time stamp of this bag")

// maxStamp is how large an answer of an authority may be.
const maxStamp = 1 << 20

// StampRequest is what an authority is asked with (RFC 3161, section 2.4.1): the
// SHA-512 of the tag manifest and a random number; nothing else of the bag.
func StampRequest(dir string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(dir, Stamped))
	if err != nil {
		return nil, fmt.Errorf("reading the seal: %w", err)
	}
	return RequestOf(text)
}

// RequestOf is what an authority is asked with about a text.
func RequestOf(text []byte) ([]byte, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, fmt.Errorf("drawing a number: %w", err)
	}
	sum := sha512.Sum512(text)
	request, err := (&timestamp.Request{HashAlgorithm: crypto.SHA512, HashedMessage: sum[:], Certificates: true, Nonce: nonce}).Marshal()
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	return request, nil
}

// askPatience is how long an authority may take.
const askPatience = 30 * time.Second

// Client is who asks an authority: only the one that was named is asked.
func Client(by http.RoundTripper) *http.Client {
	return &http.Client{Transport: by, Timeout: askPatience, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// Authority says whether a text is the address of somebody who can be asked.
func Authority(text string) bool {
	at, err := url.Parse(text)
	return err == nil && at.Host != "" && at.User == nil && (at.Scheme == "https" || at.Scheme == "http")
}

// Bare is what went wrong when somebody was asked, without whom.
func Bare(err error) error {
	var fault *url.Error
	if errors.As(err, &fault) {
		return fault.Err
	}
	return err
}

// AskStamp sends a request to an authority (RFC 3161, section 3.4) and returns its
// answer as it came. The authority learns the reader's network address and a hash.
func AskStamp(ctx context.Context, client *http.Client, authority string, request []byte) ([]byte, error) {
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, authority, bytes.NewReader(request))
	if err != nil {
		return nil, fmt.Errorf("asking for a time stamp: %w", err)
	}
	post.Header.Set("Content-Type", "application/timestamp-query")
	answer, err := client.Do(post)
	if err != nil {
		return nil, fmt.Errorf("asking for a time stamp: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxStamp))
	if err != nil {
		return nil, fmt.Errorf("reading the time stamp: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("asking for a time stamp: the authority answered %d", answer.StatusCode)
	}
	return body, nil
}

// AddStamp adds an authority's answer to a bag, after a check, and signs it.
func AddStamp(dir string, answer []byte, key ssh.Signer) (Stamp, error) {
	text, err := os.ReadFile(filepath.Join(dir, Stamped))
	if err != nil {
		return Stamp{}, fmt.Errorf("reading the seal: %w", err)
	}
	s, err := CheckStamp(answer, text)
	if err != nil {
		return Stamp{}, err
	}
	signature, err := sign(answer, key)
	if err != nil {
		return Stamp{}, err
	}
	s.Path = path.Join(Stamps, s.Time.Format("20060102T150405Z")+".tsr")
	if err := os.MkdirAll(filepath.Join(dir, Stamps), 0o700); err != nil {
		return Stamp{}, fmt.Errorf("keeping the time stamp: %w", err)
	}
	return s, writeAll(dir, map[string][]byte{s.Path: answer, s.Path + ".sig": signature})
}

// CheckStamp reads an answer of an authority and checks that it is of a text. The path
// is left to the caller.
func CheckStamp(answer, text []byte) (Stamp, error) {
	t, err := timestamp.ParseResponse(answer)
	if err != nil {
		return Stamp{}, fmt.Errorf("%w: %w", ErrStamp, err)
	}
	h := t.HashAlgorithm
	if h != crypto.SHA256 && h != crypto.SHA384 && h != crypto.SHA512 {
		return Stamp{}, fmt.Errorf("%w: by a hash that is not looked at", ErrStamp)
	}
	sum := h.New()
	sum.Write(text)
	if !bytes.Equal(sum.Sum(nil), t.HashedMessage) {
		return Stamp{}, fmt.Errorf("%w: it is of something else", ErrStamp)
	}
	s := Stamp{Time: t.Time.UTC()}
	if i := slices.IndexFunc(t.Certificates, isStamper); i >= 0 {
		s.Authority = t.Certificates[i].Subject.String()
	}
	return s, nil
}

// isStamper says whether a certificate is for time stamps (RFC 3161, section 2.3).
func isStamper(c *x509.Certificate) bool {
	return slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageTimeStamping)
}

// stamps checks the time stamps of a bag.
func (v *verifier) stamps() {
	text, ok := v.tag(Stamped)
	if !ok {
		return
	}
	for name := range v.files {
		if !strings.HasPrefix(name, Stamps+"/") || strings.HasSuffix(name, ".tsr.sig") {
			continue
		}
		if !strings.HasSuffix(name, ".tsr") {
			v.blame(name, Unlisted, "")
			continue
		}
		answer, ok := v.tag(name)
		if !ok {
			continue
		}
		s, err := CheckStamp(answer, text)
		if err != nil {
			v.blame(name, Unstamped, err.Error())
			continue
		}
		s.Path = name
		v.result.Stamps = append(v.result.Stamps, s)
	}
	slices.SortFunc(v.result.Stamps, func(a, b Stamp) int { return a.Time.Compare(b.Time) })
}
