package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // the demo's mails are in several

	"github.com/unseen-mail/unseen/internal/api"
)

// A Reader is somebody who reads the demo's mail with a program that loads
// every picture it is allowed to. It knows nothing of how Unseen works: it
// fetches mail, and asks for whatever the mail names on the one site that was
// permitted.
type Reader struct {
	account api.Account
	origin  string
	client  *http.Client
}

// NewReader returns a reader with the settings that Unseen printed.
func NewReader(a api.Account, origin string) *Reader {
	return &Reader{account: a, origin: origin, client: &http.Client{Timeout: 30 * time.Second}}
}

// Fetch fetches all mail of the inbox, in the order of the mailbox. It trusts
// the certificate with the fingerprint that was printed, and no other.
func (r *Reader) Fetch(ctx context.Context) ([][]byte, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(r.account.Local.Host, strconv.Itoa(r.account.Local.IMAP)))
	if err != nil {
		return nil, fmt.Errorf("connecting to Unseen: %w", err)
	}
	client, err := imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: r.pinned()})
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("connecting to Unseen: %w", err)
	}
	defer client.Close()
	if err := client.Login(User, Password).Wait(); err != nil {
		return nil, fmt.Errorf("logging in: %w", err)
	}
	if _, err := client.Select("INBOX", nil).Wait(); err != nil {
		return nil, fmt.Errorf("opening the inbox: %w", err)
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	var all imap.UIDSet
	all.AddRange(1, 0)
	messages, err := client.Fetch(all, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil {
		return nil, fmt.Errorf("fetching mail: %w", err)
	}
	var mails [][]byte
	for _, m := range messages {
		mails = append(mails, m.FindBodySection(whole))
	}
	_ = client.Logout().Wait() // the mail is here
	return mails, nil
}

// errCertificate is a local certificate that is not the one printed.
var errCertificate = errors.New("demo: the certificate has another fingerprint")

// pinned trusts one certificate.
func (r *Reader) pinned() *tls.Config {
	return &tls.Config{
		// Not skipped: done below, by fingerprint, as a person would.
		InsecureSkipVerify: true,
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			sum := sha256.Sum256(raw[0])
			shown := strings.ReplaceAll(r.account.Local.Fingerprint, ":", "")
			if !strings.EqualFold(shown, fmt.Sprintf("%x", sum)) {
				return errCertificate
			}
			return nil
		},
	}
}

// Open opens a mail: it asks for every address on the permitted site that
// stands in the mail's HTML, as a mail program does, and says how many it asked
// for. Links are not followed by opening a mail.
func (r *Reader) Open(ctx context.Context, raw []byte) (int, error) {
	addresses, err := r.Addresses(raw)
	if err != nil {
		return 0, err
	}
	loads := slices.DeleteFunc(addresses, func(a string) bool { return strings.HasPrefix(a, r.origin+"/l/") })
	for _, address := range loads {
		if err := r.load(ctx, address); err != nil {
			return 0, err
		}
	}
	return len(loads), nil
}

// load asks for one address and reads what comes.
func (r *Reader) load(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("reading an address of the mail: %w", err)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return fmt.Errorf("loading a picture: %w", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return fmt.Errorf("loading a picture: %w", err)
	}
	return nil
}

// Addresses returns the addresses on the permitted site in a mail's HTML, each
// once.
func (r *Reader) Addresses(raw []byte) ([]string, error) {
	html, err := htmlOf(raw)
	if err != nil {
		return nil, err
	}
	site := regexp.MustCompile(regexp.QuoteMeta(r.origin) + `/[A-Za-z0-9/_]+`)
	var found []string
	for _, address := range site.FindAll(html, -1) {
		found = append(found, string(address))
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// htmlOf returns the decoded HTML of a mail, that of enclosed mails included.
func htmlOf(raw []byte) ([]byte, error) {
	entity, err := message.Read(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("reading mail: %w", err)
	}
	var out []byte
	err = entity.Walk(func(_ []int, part *message.Entity, err error) error {
		if err != nil {
			return err
		}
		mediaType, _, _ := part.Header.ContentType() // "" for none
		if mediaType != "text/html" && mediaType != "message/rfc822" {
			return nil
		}
		body, err := io.ReadAll(part.Body)
		if err == nil && mediaType == "message/rfc822" {
			body, err = htmlOf(body)
		}
		out = append(out, body...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading mail: %w", err)
	}
	return out, nil
}
