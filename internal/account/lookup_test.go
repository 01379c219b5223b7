package account_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/public"
)

// records answers for service records from a table, by service.
type records map[string][]*net.SRV

func (r records) LookupSRV(_ context.Context, service, _, name string) (string, []*net.SRV, error) {
	if list, ok := r[service]; ok {
		return name, list, nil
	}
	if r["error"] != nil {
		return "", nil, &net.DNSError{Err: "server misbehaving", Name: name}
	}
	return "", nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// written is an offer in one line.
func written(o account.Offer) string {
	var b strings.Builder
	for _, s := range o.IMAP {
		fmt.Fprintf(&b, "imap %s %s; ", s.Addr(), s.TLS)
	}
	for _, s := range o.SMTP {
		fmt.Fprintf(&b, "smtp %s %s; ", s.Addr(), s.TLS)
	}
	return fmt.Sprintf("%spop=%t oauth=%t local=%t enable=%q", b.String(), o.POP, o.OAuth, o.LocalPart, o.Enable)
}

func TestAskDNS(t *testing.T) {
	for name, c := range map[string]struct {
		records records
		want    string
		err     error
	}{
		"all four": {records{
			"imaps": {{Target: "mail.a.example.", Port: 993}}, "imap": {{Target: "mail.a.example.", Port: 143}},
			"submissions": {{Target: "out.a.example.", Port: 465}}, "submission": {{Target: "out.a.example.", Port: 587}},
		}, `imap mail.a.example:993 implicit; imap mail.a.example:143 starttls; smtp out.a.example:465 implicit; smtp out.a.example:587 starttls; `, nil},
		"no submission":    {records{"imaps": {{Target: "m.a.example.", Port: 9993}}}, "imap m.a.example:9993 implicit; ", nil},
		"service refused":  {records{"imaps": {{Target: ".", Port: 0}}, "imap": {{Target: "m.a.example.", Port: 143}}}, "imap m.a.example:143 starttls; ", nil},
		"nothing":          {records{}, "", account.ErrNotFound},
		"only refused":     {records{"imaps": {{Target: "."}}, "imap": {{Target: "."}}}, "", account.ErrNotFound},
		"a host that none": {records{"imaps": {{Target: "a b.", Port: 993}}}, "", account.ErrNotFound},
		"no answer":        {records{"error": {}}, "", new(net.DNSError)},
	} {
		t.Run(name, func(t *testing.T) {
			f := &account.Finder{Resolver: c.records}
			o, err := f.Ask(context.Background(), account.DNS, "A.example")
			var dns *net.DNSError
			if c.err != nil {
				if !errors.Is(err, c.err) && !errors.As(err, &dns) {
					t.Errorf("error is %v, want %v", err, c.err)
				}
				return
			}
			if got := written(o); err != nil || !strings.HasPrefix(got, c.want+"pop") {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
}

const page = `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="a.example">
<domain>a.example</domain>
<incomingServer type="pop3"><hostname>pop.a.example</hostname><port>995</port><socketType>SSL</socketType></incomingServer>
<incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>143</port><socketType>STARTTLS</socketType></incomingServer>
<incomingServer type="imap"><hostname>imap.a.example</hostname><port>143</port><socketType>plain</socketType></incomingServer>
<incomingServer type="imap"><hostname>imap.a.example</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILLOCALPART%</username><authentication>OAuth2</authentication><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>out.a.example</hostname><port>587</port><socketType>STARTTLS</socketType></outgoingServer>
<enable visiturl="https://help.a.example/imap"/></emailProvider></clientConfig>`

const pageSays = `imap imap.a.example:993 implicit; imap imap.a.example:143 starttls; smtp out.a.example:587 starttls; pop=true oauth=true local=true enable="https://help.a.example/imap"`

func TestParseAutoconfig(t *testing.T) {
	o, err := account.ParseAutoconfig([]byte(page), "a.example")
	if got := written(o); err != nil || got != pageSays {
		t.Errorf("got %s, %v", got, err)
	}
	for name, c := range map[string]struct {
		page string
		err  error
	}{
		"no XML":        {"<html>", account.ErrAutoconfig},
		"another page":  {"<html></html>", account.ErrAutoconfig},
		"nothing":       {"<clientConfig/>", account.ErrNotFound},
		"POP3 alone":    {strings.ReplaceAll(page, `type="imap"`, `type="exchange"`), account.ErrNotFound},
		"other markers": {strings.NewReplacer("imap.a.example", "%OTHER%", "imap.%EMAILDOMAIN%", "%X%").Replace(page), account.ErrNotFound},
	} {
		if _, err := account.ParseAutoconfig([]byte(c.page), "a.example"); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// web answers from a table of addresses.
type web map[string]string

func (w web) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("User-Agent") != "" || r.URL.RawQuery != "" {
		return nil, errors.New("it was told more than the domain")
	}
	body, ok := w[r.URL.String()]
	code := http.StatusOK
	if !ok {
		code = http.StatusNotFound
	}
	return &http.Response{StatusCode: code, Body: io.NopCloser(strings.NewReader(body)), Request: r, Header: http.Header{}}, nil
}

// Each source is asked at its own address, and told the domain alone.
func TestAskPages(t *testing.T) {
	for name, c := range map[string]struct {
		from account.Source
		web  web
		ok   bool
	}{
		"provider":                {account.Provider, web{"https://autoconfig.a.example/mail/config-v1.1.xml": page}, true},
		"provider, second place":  {account.Provider, web{"https://a.example/.well-known/autoconfig/mail/config-v1.1.xml": page}, true},
		"provider without a page": {account.Provider, web{"https://autoconfig.thunderbird.net/v1.1/a.example": page}, false},
		"database":                {account.Database, web{"https://autoconfig.thunderbird.net/v1.1/a.example": page}, true},
		"database without it":     {account.Database, web{"https://autoconfig.a.example/mail/config-v1.1.xml": page}, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := &account.Finder{Client: &http.Client{Transport: c.web}}
			o, err := f.Ask(context.Background(), c.from, "a.example")
			if c.ok && (err != nil || written(o) != pageSays) {
				t.Errorf("got %s, %v", written(o), err)
			}
			if !c.ok && !errors.Is(err, account.ErrNotFound) {
				t.Errorf("error is %v", err)
			}
		})
	}
	if _, err := new(account.Finder).Ask(context.Background(), "guess", "a.example"); !errors.Is(err, account.ErrServer) {
		t.Errorf("unknown source: %v", err)
	}
}

// moved answers with a redirect to somewhere.
type moved string

func (m moved) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusMovedPermanently, Body: io.NopCloser(strings.NewReader("")), Request: r, Header: http.Header{"Location": {string(m)}}}, nil
}

// A page of settings may lead elsewhere on the public internet, and not into the reader's
// network, back to plain HTTP, or round and round.
func TestAskRedirects(t *testing.T) {
	lan := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("a service of this machine was asked")
		_, _ = io.WriteString(w, page)
	}))
	defer lan.Close()
	lan.Config.ErrorLog = log.New(io.Discard, "", 0)
	for name, c := range map[string]struct {
		to   string
		rest http.RoundTripper
		ok   bool
	}{
		"elsewhere":    {"https://settings.b.example/x", web{"https://settings.b.example/x": page}, true},
		"this machine": {lan.URL + "/x", nil, false},
		"the router":   {"https://192.168.0.1/x", nil, false},
		"link-local":   {"https://[fe80::1]/x", nil, false},
		"plain HTTP":   {"http://settings.b.example/x", web{"http://settings.b.example/x": page}, false},
		"with a user":  {"https://u:p@settings.b.example/x", web{"https://u:p@settings.b.example/x": page}, false},
		"for ever":     {"https://settings.b.example/x", moved("https://settings.b.example/x"), false},
	} {
		t.Run(name, func(t *testing.T) {
			rest := c.rest
			if rest == nil {
				rest = public.Transport()
			}
			f := &account.Finder{Client: &http.Client{Transport: moved(c.to)}, Rest: rest}
			o, err := f.Ask(t.Context(), account.Provider, "a.example")
			if c.ok != (err == nil) || c.ok && len(o.IMAP) == 0 {
				t.Errorf("says %v, %s", err, written(o))
			}
		})
	}
}

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		host, domain string
		want         bool
	}{{"mail.a.example", "A.example", true}, {"a.example", "a.example", true}, {"a.example.evil.example", "a.example", false}, {"xa.example", "a.example", false}} {
		if account.Within(c.host, c.domain) != c.want {
			t.Errorf("Within(%q, %q) is %t", c.host, c.domain, !c.want)
		}
	}
}

// FuzzParseAutoconfig checks that what a stranger's page says is never a server
// without TLS, or one that could not be dialled.
func FuzzParseAutoconfig(f *testing.F) {
	f.Add([]byte(page))
	f.Add([]byte("<clientConfig><emailProvider><incomingServer type='imap'><port>-1</port></incomingServer></emailProvider></clientConfig>"))
	f.Add([]byte("<!DOCTYPE x [<!ENTITY a 'b'>]><clientConfig>&a;</clientConfig>"))
	f.Fuzz(func(t *testing.T, page []byte) {
		o, err := account.ParseAutoconfig(page, "a.example")
		if err == nil && len(o.IMAP) == 0 {
			t.Error("nothing was found, and no error")
		}
		for _, s := range append(o.IMAP, o.SMTP...) {
			if s.TLS != account.Implicit && s.TLS != account.StartTLS || s.Host == "" || s.Port < 1 || s.Port > 65535 {
				t.Errorf("took %+v", s)
			}
		}
	})
}
