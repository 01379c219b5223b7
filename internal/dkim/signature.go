package dkim

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	msgauth "github.com/emersion/go-msgauth/dkim"
	"golang.org/x/net/idna"

	"github.com/unseen-mail/unseen/detect/message"
)

// A field is one DKIM-Signature of a message.
type field struct {
	// start and end are where it stands, its line end included.
	start, end int
	value      string
}

// A signature is what one says of itself (RFC 6376, section 3.5).
type signature struct {
	domain, selector string
	// identity is the domain of i=, "" if it is not given.
	identity string
	// partial says that it has l=.
	partial bool
	// expires is x=, 0 if it is not given; signed is t=.
	expires, signed int64
	headers         []string
}

// signatures returns the DKIM-Signature fields of a message.
func signatures(raw []byte) []field {
	var list []field
	end := message.HeaderEnd(raw)
	for at := 0; at < end; {
		next := fieldEnd(raw[:end], at)
		name, value, ok := bytes.Cut(raw[at:next], []byte(":"))
		if ok && strings.EqualFold(string(bytes.TrimRight(name, " \t")), "DKIM-Signature") {
			list = append(list, field{start: at, end: next, value: string(value)})
		}
		at = next
	}
	return list
}

// fieldEnd returns where the field at a place ends: before the next line that does
// not begin with white space (RFC 5322, section 2.2.3).
func fieldEnd(header []byte, at int) int {
	for {
		n := bytes.IndexByte(header[at:], '\n')
		if n < 0 {
			return len(header)
		}
		if at += n + 1; at >= len(header) || header[at] != ' ' && header[at] != '\t' {
			return at
		}
	}
}

// tags reads a list of tags (RFC 6376, section 3.2). One that stands twice makes
// the list none.
func tags(text string) (map[string]string, error) {
	list := make(map[string]string)
	for part := range strings.SplitSeq(text, ";") {
		name, value, ok := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		if !ok && name == "" {
			continue
		}
		if _, twice := list[name]; twice || !ok {
			return nil, fmt.Errorf("%w: tags cannot be read", ErrRefused)
		}
		list[name] = strings.Join(strings.Fields(value), "")
	}
	return list, nil
}

// parse reads what a signature says of itself.
func parse(value string) (signature, error) {
	list, err := tags(value)
	if err != nil {
		return signature{}, err
	}
	var s signature
	// RFC 8616, section 5: d= may be in U-labels; the DNS has A-labels.
	if s.domain, err = idna.Lookup.ToASCII(strings.ToLower(list["d"])); err != nil {
		return s, fmt.Errorf("%w: its domain is none", ErrRefused)
	}
	s.selector = strings.ToLower(list["s"])
	_, s.identity, _ = strings.Cut(strings.ToLower(list["i"]), "@")
	_, s.partial = list["l"]
	s.headers = strings.Split(strings.ToLower(list["h"]), ":")
	for _, of := range []struct {
		tag string
		to  *int64
	}{{"x", &s.expires}, {"t", &s.signed}} {
		if text := list[of.tag]; text != "" {
			if *of.to, err = strconv.ParseInt(text, 10, 64); err != nil || *of.to <= 0 {
				return s, fmt.Errorf("%w: its time cannot be read", ErrRefused)
			}
		}
	}
	return s, nil
}

// check refuses what does not count, before anybody is asked for a key.
func (s signature) check(now time.Time) error {
	switch {
	case s.domain == "" || !plainSelector(s.selector):
		return fmt.Errorf("%w: it names no key", ErrRefused)
	case s.partial:
		// What comes after l= octets is anybody's (RFC 6376, section 8.2).
		return fmt.Errorf("%w: it covers a part of the body only", ErrRefused)
	case s.expires > 0 && now.Unix() > s.expires:
		return fmt.Errorf("%w: it has expired", ErrRefused)
	case s.expires > 0 && s.signed >= s.expires:
		return fmt.Errorf("%w: it expired before it was made", ErrRefused)
	}
	if !slices.Contains(s.headers, "from") {
		return fmt.Errorf("%w: it does not cover From", ErrRefused)
	}
	return nil
}

// plainSelector says whether a selector can be asked for: one or more labels (RFC
// 6376, section 3.1).
func plainSelector(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// checkKey refuses the key of a domain that is testing, and one that does not let
// its names below sign (RFC 6376, section 3.6.1).
func checkKey(record string, s signature) error {
	list, err := tags(record)
	if err != nil {
		return fmt.Errorf("%w: it cannot be read", ErrKey)
	}
	for flag := range strings.SplitSeq(list["t"], ":") {
		switch flag {
		case "y":
			return fmt.Errorf("%w: the domain is testing", ErrKey)
		case "s":
			if s.identity != "" && s.identity != s.domain {
				return fmt.Errorf("%w: it is for the domain itself", ErrKey)
			}
		}
	}
	if list["p"] == "" {
		return fmt.Errorf("%w: it was revoked", ErrKey)
	}
	return nil
}

// errOther is what a key of another name is answered with.
var errOther = errors.New("dkim: another key was asked for")

// verify checks one signature of a message against a key. The other signatures are
// left out, so that none of their keys is asked for; one that this one covers
// stays (RFC 6376, section 3.7 signs them like any field).
func verify(raw []byte, f field, s signature, key string) error {
	one := raw
	if !slices.Contains(s.headers, "dkim-signature") {
		one = only(raw, f)
	}
	name := s.selector + "._domainkey." + s.domain
	list, err := msgauth.VerifyWithOptions(bytes.NewReader(one), &msgauth.VerifyOptions{
		LookupTXT: func(asked string) ([]string, error) {
			ascii, err := idna.Lookup.ToASCII(strings.ToLower(asked))
			if err != nil && strings.EqualFold(asked, name) {
				ascii = name // a selector may have an underscore
			}
			if ascii != name && !strings.EqualFold(asked, name) {
				return nil, errOther
			}
			return []string{key}, nil
		},
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	err = errOther
	for _, v := range list {
		d, wrong := idna.Lookup.ToASCII(strings.ToLower(v.Domain))
		if wrong != nil || d != s.domain {
			continue
		}
		if err = v.Err; err == nil {
			return nil
		}
	}
	return fmt.Errorf("%w: %w", ErrInvalid, err)
}

// only returns the message with one of its signatures.
func only(raw []byte, keep field) []byte {
	out := make([]byte, 0, len(raw))
	at := 0
	for _, f := range signatures(raw) {
		if f.start != keep.start {
			out = append(out, raw[at:f.start]...)
			at = f.end
		}
	}
	return append(out, raw[at:]...)
}
