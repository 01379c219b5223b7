// Package chain dials through the proxy that a network wants to be used: SOCKS5
// (RFC 1928) or HTTP CONNECT (RFC 9110, section 9.3.6), which may itself be reached by
// TLS. Names are given to the proxy and
// not resolved here. Connections to this machine itself are made directly.
package chain

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/proxy"
)

// A Dial opens connections.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// ErrRefused means that the proxy would not connect.
var ErrRefused = errors.New("chain: the proxy refuses the connection")

// answerTime is how long a proxy may take to connect.
const answerTime = 20 * time.Second

// Parse checks the address of a proxy: "socks5://host:port", "http://host:port" or
// "https://host:port", with name and password if it wants them.
func Parse(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("reading the address of a proxy: %w", errors.New("it is none"))
	}
	if !slices.Contains([]string{"socks5", "http", "https"}, u.Scheme) || u.Hostname() == "" || u.Port() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return nil, errors.New("reading the address of a proxy: it is not socks5://host:port, http://host:port or https://host:port")
	}
	if _, _, err := net.SplitHostPort(u.Host); err != nil {
		return nil, errors.New("reading the address of a proxy: its host is none")
	}
	return u, nil
}

// Through returns a dialler that goes through a proxy, which next connects to.
func Through(u *url.URL, next Dial) Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if Here(address) {
			return next(ctx, network, address)
		}
		ctx, cancel := context.WithTimeout(ctx, answerTime)
		defer cancel()
		if u.Scheme == "socks5" {
			return dialSOCKS(ctx, u, next, address)
		}
		return dialHTTP(ctx, u, next, address)
	}
}

// First returns a dialler that goes by the first of several ways that leads there, as
// files of proxy configuration name them; nil is the way of next alone. Where there is
// none nothing is connected.
func First(ways []*url.URL, next Dial) Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		errs := []error{ErrRefused}
		for _, u := range ways {
			dial := next
			if u != nil {
				dial = Through(u, next)
			}
			c, err := dial(ctx, network, address)
			if err == nil {
				return c, nil
			}
			if errs = append(errs, err); ctx.Err() != nil {
				break
			}
		}
		return nil, errors.Join(errs[min(1, len(ways)):]...)
	}
}

// Here says whether an address is this machine's. The port may be missing.
func Here(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// forward lets x/net/proxy connect as next does.
type forward struct{ next Dial }

func (f forward) Dial(network, address string) (net.Conn, error) {
	return f.next(context.Background(), network, address)
}

func (f forward) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return f.next(ctx, network, address)
}

func dialSOCKS(ctx context.Context, u *url.URL, next Dial, address string) (net.Conn, error) {
	var auth *proxy.Auth
	if u.User != nil {
		password, _ := u.User.Password()
		auth = &proxy.Auth{User: u.User.Username(), Password: password}
	}
	d, err := proxy.SOCKS5("tcp", u.Host, auth, forward{next})
	if err != nil {
		return nil, fmt.Errorf("preparing the proxy: %w", err)
	}
	c, err := d.(proxy.ContextDialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connecting through the proxy: %w", err)
	}
	return c, nil
}

func dialHTTP(ctx context.Context, u *url.URL, next Dial, address string) (net.Conn, error) {
	c, err := next(ctx, "tcp", u.Host)
	if err != nil {
		return nil, fmt.Errorf("connecting to the proxy: %w", err)
	}
	if u.Scheme == "https" {
		secure := tls.Client(c, &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12})
		if err := secure.HandshakeContext(ctx); err != nil {
			c.Close()
			return nil, fmt.Errorf("beginning TLS with the proxy: %w", err)
		}
		c = secure
	}
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	r, err := ask(c, u, address)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return &buffered{Conn: c, r: r}, nil
}

// ask asks an HTTP proxy to connect.
func ask(c net.Conn, u *url.URL, address string) (*bufio.Reader, error) {
	q := &http.Request{Method: http.MethodConnect, URL: &url.URL{Host: address}, Host: address, Header: http.Header{}}
	if u.User != nil {
		password, _ := u.User.Password()
		secret := base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password))
		q.Header.Set("Proxy-Authorization", "Basic "+secret)
	}
	if err := q.Write(c); err != nil {
		return nil, fmt.Errorf("asking the proxy: %w", err)
	}
	r := bufio.NewReader(c)
	answer, err := http.ReadResponse(r, q)
	if err != nil {
		return nil, fmt.Errorf("asking the proxy: %w", err)
	}
	if answer.StatusCode/100 != 2 {
		return nil, fmt.Errorf("it answers %d: %w", answer.StatusCode, ErrRefused)
	}
	return r, nil
}

// A buffered connection has had octets read ahead.
type buffered struct {
	net.Conn
	r *bufio.Reader
}

// Read implements [net.Conn].
func (b *buffered) Read(p []byte) (int, error) { return b.r.Read(p) }

// CloseWrite passes on that nothing more comes.
func (b *buffered) CloseWrite() error {
	if half, ok := b.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return b.Conn.Close()
}
