package dkim

import (
	"errors"
	"fmt"
	"time"
)

// A Result is what one signature of a mail comes to, with the key that was answered.
type Result struct {
	// Domain is d=, Selector s=, Name where the key is.
	Domain   string `json:"domain"`
	Selector string `json:"selector"`
	Name     string `json:"name"`
	// Headers are the fields that it covers.
	Headers []string `json:"headers"`
	// WholeBody says that it covers the body to its end (no l=).
	WholeBody bool `json:"whole_body"`
	// Signed and Expires are t= and x=, zero if they are not given.
	Signed  time.Time `json:"signed,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
	// Result is "pass", "fail", or "unknown" where no key was had. It does not weigh
	// what the signature leaves out: that is for whoever reads it.
	Result string `json:"result"`
	// Why says why not.
	Why string `json:"why,omitempty"`
}

// Names are where the keys of a mail's signatures are, each once, at most as many as
// are looked at.
func Names(raw []byte) []string {
	var names []string
	seen := make(map[string]bool)
	for i, f := range signatures(raw) {
		s, err := parse(f.value)
		if i == maxSignatures {
			break
		}
		name := s.selector + "._domainkey." + s.domain
		if err != nil || s.domain == "" || !plainSelector(s.selector) || seen[name] {
			continue
		}
		seen[name] = true
		names = append(names, name)
	}
	return names
}

// Check says what each signature of a mail comes to by the keys that were answered,
// of whatever domain they are. Key returns the record at a name, "" for none.
func Check(raw []byte, key func(name string) string) []Result {
	results := []Result{}
	for i, f := range signatures(raw) {
		if i == maxSignatures {
			break
		}
		s, err := parse(f.value)
		r := Result{Domain: s.domain, Selector: s.selector, Headers: s.headers, WholeBody: !s.partial, Signed: unix(s.signed), Expires: unix(s.expires)}
		switch {
		case err != nil:
			r.Result, r.Why = "fail", err.Error()
		case s.domain == "" || !plainSelector(s.selector):
			r.Result, r.Why = "fail", fmt.Sprintf("%v: it names no key", ErrRefused)
		default:
			r.Name = s.selector + "._domainkey." + s.domain
			r.Result, r.Why = outcome(raw, f, s, key(r.Name))
		}
		results = append(results, r)
	}
	return results
}

// outcome verifies one signature.
func outcome(raw []byte, f field, s signature, record string) (result, why string) {
	if record == "" {
		return "unknown", ErrKey.Error()
	}
	if err := verify(raw, f, s, record); err != nil {
		if errors.Is(err, errOther) {
			return "fail", ErrInvalid.Error()
		}
		return "fail", err.Error()
	}
	return "pass", ""
}

// unix is a time of a tag, zero if it is not given.
func unix(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
