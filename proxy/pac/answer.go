package pac

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ErrAnswer means that a file names no way that can be gone. It does not mean that there
// is none to be used: nothing is connected then.
var ErrAnswer = errors.New("pac: the file names no proxy that can be used")

// maxWays is how many ways of an answer are tried.
const maxWays = 8

// Ways reads what a FindProxyForURL returned, "PROXY a:3128; SOCKS5 b; DIRECT": the
// addresses of proxies in their order, nil for a connection without one. An empty answer
// is one without. PROXY and HTTP are http, HTTPS is https, SOCKS and SOCKS5 are socks5;
// SOCKS4 and what is not known is passed over.
func Ways(answer string) ([]*url.URL, error) {
	if strings.TrimSpace(answer) == "" {
		return []*url.URL{nil}, nil
	}
	var list []*url.URL
	for one := range strings.SplitSeq(answer, ";") {
		u, ok := way(one)
		if ok && len(list) < maxWays {
			list = append(list, u)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("reading an answer: %w", ErrAnswer)
	}
	return list, nil
}

// way reads one way.
func way(text string) (u *url.URL, ok bool) {
	fields := strings.Fields(text)
	if len(fields) == 1 && strings.EqualFold(fields[0], "DIRECT") {
		return nil, true
	}
	if len(fields) != 2 {
		return nil, false
	}
	scheme, port := "", ""
	switch strings.ToUpper(fields[0]) {
	case "PROXY", "HTTP":
		scheme, port = "http", "80"
	case "HTTPS":
		scheme, port = "https", "443"
	case "SOCKS", "SOCKS5":
		scheme, port = "socks5", "1080"
	default:
		return nil, false
	}
	host := fields[1]
	if h, p, err := net.SplitHostPort(host); err == nil {
		host, port = h, p
	}
	host = strings.Trim(host, "[]")
	u, err := url.Parse(scheme + "://" + net.JoinHostPort(host, port))
	if err != nil || u.Hostname() == "" || u.Hostname() != host || u.Port() != port || port == "" || u.User != nil || u.Path != "" {
		return nil, false
	}
	return u, true
}
