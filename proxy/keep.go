package proxy

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// minFresh is how long a copy is shown at least, whatever its origin says:
	// asking again would tell the sender of another opening.
	minFresh = 7 * 24 * time.Hour
	// maxFresh bounds what an origin can ask for.
	maxFresh = 365 * 24 * time.Hour
)

// A Copy is a picture that is the same for everybody, kept so that ten openings
// are one request.
type Copy struct {
	// Type is the media type that the gateway found by the octets.
	Type string
	// Body is the picture. It is never changed.
	Body []byte
	// Fetched is when it was asked for, and Until how long it is fresh. A
	// stale copy is shown if its origin cannot be reached.
	Fetched, Until time.Time
}

// A Keeper keeps copies by the address that the mail names. It is called from
// many goroutines at once and may forget what it likes.
type Keeper interface {
	// Get returns a copy, fresh or stale.
	Get(url string) (Copy, bool)
	// Put keeps a copy. It may retain c.Body.
	Put(url string, c Copy)
}

// freshness returns how long an answer is to be shown again (RFC 9111, section
// 4.2.1). Directives against storing are not followed: the copy stays on the
// reader's machine and is what any reader of the mail would see.
func freshness(h http.Header, now time.Time) time.Duration {
	fresh := time.Duration(0)
	if age, ok := maxAge(h); ok {
		fresh = age
	} else if at, err := http.ParseTime(h.Get("Expires")); err == nil {
		fresh = at.Sub(now)
	}
	return min(max(fresh, minFresh), maxFresh)
}

// maxAge reads the first max-age of Cache-Control (RFC 9111, section 5.2.2.1).
func maxAge(h http.Header) (time.Duration, bool) {
	for _, line := range h.Values("Cache-Control") {
		for field := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
			if !strings.EqualFold(name, "max-age") {
				continue
			}
			n, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31)
			if err != nil {
				return 0, false
			}
			return time.Duration(n) * time.Second, true
		}
	}
	return 0, false
}
