package socks_test

import (
	"context"
	"io"
	"net"
	"testing"

	"golang.org/x/net/proxy"

	"github.com/unseen-mail/unseen/proxy/socks"
)

// Where a login is wanted, whoever has the password gets on, under the name that they
// gave, and nobody else.
func TestLogin(t *testing.T) {
	at := serve(t, socks.Config{
		Login: func(name, password string) bool { return name != "" && password == "secret" },
		Route: func(_ context.Context, target socks.Target) (socks.Handler, error) {
			return func(_ context.Context, c net.Conn) {
				_, _ = io.WriteString(c, target.Name+" at "+target.Address())
				c.Close()
			}, nil
		},
	})
	d, err := proxy.SOCKS5("tcp", at, &proxy.Auth{User: "7.12", Password: "secret"}, proxy.Direct)
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Dial("tcp", "a.example:80")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, _ := io.ReadAll(c); string(got) != "7.12 at a.example:80" {
		t.Errorf("it says %q", got)
	}
	const request = "\x05\x01\x00\x03\x09a.example\x00\x50"
	for name, c := range map[string]struct{ said, want string }{
		"no login offered":        {"\x05\x01\x00" + request, "\x05\xff"},
		"a wrong password":        {"\x05\x01\x02\x01\x047.12\x05wrong" + request, "\x05\x02\x01\x01"},
		"no password":             {"\x05\x01\x02\x01\x047.12\x00" + request, "\x05\x02\x01\x01"},
		"no name":                 {"\x05\x01\x02\x01\x00\x06secret" + request, "\x05\x02\x01\x01"},
		"another version":         {"\x05\x01\x02\x05\x047.12\x06secret" + request, "\x05\x02"},
		"broken off in the name":  {"\x05\x01\x02\x01\x047.", "\x05\x02"},
		"broken off after it":     {"\x05\x01\x02\x01\x047.12", "\x05\x02"},
		"the request, not asked":  {"\x05\x01\x02" + request, "\x05\x02"},
		"good, and no connection": {"\x05\x01\x02\x01\x047.12\x06secret\x05\x02\x00\x03\x09a.example\x00\x50", "\x05\x02\x01\x00\x05\x07\x00\x01\x00\x00\x00\x00\x00\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := exchange(t, at, c.said); got != c.want {
				t.Errorf("answer is %q, want %q", got, c.want)
			}
		})
	}
}
