// Package dkim verifies the signatures of a mail (RFC 6376) when the reader asks
// for it, for mailboxes whose provider does not say who a mail is from.
//
// It is asked for one mail by one domain, and counts only signatures of that
// domain or one that belongs to it as DMARC sees it. It reads the original octets:
// what the relay rewrote verifies for nobody.
//
// To verify, a key has to be had from the DNS, and whoever runs the domain can see
// that somebody asked. So nothing is asked for a domain that the reader allowed
// nothing, nor when a mail is opened: the caller decides when, Allowed for whom.
// The first key of a domain and selector is pinned, and no question about them is
// asked again. A selector can be made for one reader alone; of one domain only a
// few are asked for.
//
// What is stricter than RFC 6376: a signature that does not cover the whole body
// (l=), one with a key under 1024 bits (RFC 8301, section 3.2), one of a domain
// that is still testing (t=y), and a mail that has From twice (RFC 6376, section
// 8.15) are refused.
package dkim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
)

var (
	// ErrNotAllowed is a domain that the reader allowed nothing.
	ErrNotAllowed = errors.New("dkim: nothing is allowed to the domain")
	// ErrFrom is a mail whose From is not one mailbox of the domain.
	ErrFrom = errors.New("dkim: not from the domain")
	// ErrUnsigned is a mail without a signature that counts.
	ErrUnsigned = errors.New("dkim: no signature of the domain")
	// ErrRefused is a signature that does not count, though it may verify.
	ErrRefused = errors.New("dkim: signature refused")
	// ErrKey is a key that could not be had, or is none.
	ErrKey = errors.New("dkim: no key")
	// ErrInvalid is a signature that does not verify.
	ErrInvalid = errors.New("dkim: signature does not verify")
)

const (
	// maxSignatures is how many signatures of a mail are looked at.
	maxSignatures = 10
	// maxSelectors is how many keys of one domain are asked for.
	maxSelectors = 8
)

// Pins keeps the keys that were seen, for ever.
type Pins interface {
	// Pinned returns the record of a domain and selector, "" if none is kept.
	Pinned(ctx context.Context, domain, selector string) (string, error)
	// Pin keeps one, and returns how it stands: what was pinned first stays.
	Pin(ctx context.Context, domain, selector, record string) (string, error)
	// Selectors says how many are kept of a domain.
	Selectors(ctx context.Context, domain string) (int, error)
}

// A Verifier verifies mails.
type Verifier struct {
	// LookupTXT asks the DNS, as [net.Resolver] does.
	LookupTXT func(ctx context.Context, name string) ([]string, error)
	// Pins keeps the keys.
	Pins Pins
	// Allowed says whether the reader allowed something to the organisational
	// domain; without it nothing is asked.
	Allowed func(domain string) bool
	// Now is the time by which signatures expire; nil is the clock.
	Now func() time.Time
}

// A Proof says by what a mail was found to be its domain's.
type Proof struct {
	// Domain is d=, Selector is s=.
	Domain, Selector string
	// Key is the record that verified it, Asked that it was asked for just now.
	Key   string
	Asked bool
}

// Verify says whether a raw message is from a domain: that of its only From.
func (v *Verifier) Verify(ctx context.Context, raw []byte, domain string) (Proof, error) {
	if v.Allowed == nil || !v.Allowed(sender.OrgDomain(domain)) {
		return Proof{}, ErrNotAllowed
	}
	header := message.Header(raw)
	from := sender.Mailboxes(header.Get("From"))
	if len(header.All("From")) != 1 || len(from) != 1 || !strings.HasSuffix(from[0], "@"+domain) {
		return Proof{}, ErrFrom
	}
	fields := signatures(raw)
	if len(fields) > maxSignatures {
		return Proof{}, fmt.Errorf("%w: %d of them", ErrRefused, len(fields))
	}
	err := ErrUnsigned
	for _, f := range fields {
		s, wrong := parse(f.value)
		if wrong != nil || !sender.Aligned(s.domain, domain) {
			continue
		}
		proof, failed := v.one(ctx, raw, f, s)
		if failed == nil {
			return proof, nil
		}
		err = failed
	}
	return Proof{}, err
}

// one verifies one signature.
func (v *Verifier) one(ctx context.Context, raw []byte, f field, s signature) (Proof, error) {
	if err := s.check(v.now()); err != nil {
		return Proof{}, err
	}
	key, asked, err := v.key(ctx, s)
	if err != nil {
		return Proof{}, err
	}
	if err := checkKey(key, s); err != nil {
		return Proof{}, err
	}
	if err := verify(raw, f, s, key); err != nil {
		return Proof{}, err
	}
	return Proof{Domain: s.domain, Selector: s.selector, Key: key, Asked: asked}, nil
}

func (v *Verifier) now() time.Time {
	if v.Now != nil {
		return v.Now()
	}
	return time.Now()
}

// key returns the key record of a signature: the pinned one, or that of the DNS.
func (v *Verifier) key(ctx context.Context, s signature) (record string, asked bool, err error) {
	record, err = v.Pins.Pinned(ctx, s.domain, s.selector)
	if err != nil || record != "" {
		return record, false, err
	}
	n, err := v.Pins.Selectors(ctx, s.domain)
	if err != nil {
		return "", false, err
	}
	if n >= maxSelectors {
		return "", false, fmt.Errorf("%w: %d others of the domain were asked for", ErrKey, n)
	}
	records, err := v.LookupTXT(ctx, s.selector+"._domainkey."+s.domain)
	switch {
	case err != nil:
		return "", true, fmt.Errorf("%w: %w", ErrKey, err)
	case len(records) != 1:
		// RFC 6376, section 3.6.2.2: with more than one, nothing is said.
		return "", true, fmt.Errorf("%w: %d records", ErrKey, len(records))
	}
	if err := checkKey(records[0], s); err != nil {
		return "", true, err
	}
	record, err = v.Pins.Pin(ctx, s.domain, s.selector, records[0])
	return record, true, err
}
