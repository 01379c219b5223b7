package account

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/unseen-mail/unseen/internal/public"
)

// maxAutoconfig is the most octets of a page of settings.
const maxAutoconfig = 256 << 10

// ErrAutoconfig is a page of settings that cannot be read.
var ErrAutoconfig = errors.New("account: not a page of mail settings")

// clientConfig is the form of Thunderbird's provider database, version 1.1.
type clientConfig struct {
	XMLName   xml.Name `xml:"clientConfig"`
	Providers []struct {
		Incoming []endpoint `xml:"incomingServer"`
		Outgoing []endpoint `xml:"outgoingServer"`
		Enable   []struct {
			URL string `xml:"visiturl,attr"`
		} `xml:"enable"`
	} `xml:"emailProvider"`
}

// endpoint is a server in it.
type endpoint struct {
	Type   string   `xml:"type,attr"`
	Host   string   `xml:"hostname"`
	Port   int      `xml:"port"`
	Socket string   `xml:"socketType"`
	User   string   `xml:"username"`
	Auth   []string `xml:"authentication"`
}

// ParseAutoconfig reads a page of settings for a domain. Servers that are spoken
// to without TLS are left out; the order is kept, but for TLS from the first
// octet, which goes first (RFC 8314, section 3).
func ParseAutoconfig(page []byte, domain string) (Offer, error) {
	var c clientConfig
	if err := xml.Unmarshal(page, &c); err != nil {
		return Offer{}, fmt.Errorf("%w: %w", ErrAutoconfig, err)
	}
	var o Offer
	for _, p := range c.Providers {
		for _, e := range p.Incoming {
			if o.POP = o.POP || e.Type == "pop3"; e.Type == "imap" && o.take(&o.IMAP, e, IMAP, domain) {
				o.OAuth = o.OAuth || e.oauth()
				o.LocalPart = o.LocalPart || e.User == "%EMAILLOCALPART%"
			}
		}
		for _, e := range p.Outgoing {
			if e.Type == "smtp" {
				o.take(&o.SMTP, e, SMTP, domain)
			}
		}
		for _, e := range p.Enable {
			if u, err := url.Parse(e.URL); err == nil && u.Scheme == "https" && o.Enable == "" {
				o.Enable = e.URL
			}
		}
	}
	if len(o.IMAP) == 0 {
		return o, ErrNotFound
	}
	return o, nil
}

// take adds a server, and says whether it can be used.
func (o *Offer) take(to *[]Server, e endpoint, k Kind, domain string) bool {
	how := map[string]TLS{"SSL": Implicit, "STARTTLS": StartTLS}[strings.TrimSpace(e.Socket)]
	if how == "" {
		return false
	}
	s, err := Server{Host: strings.ReplaceAll(e.Host, "%EMAILDOMAIN%", domain), Port: e.Port, TLS: how}.Normal(k)
	if err != nil || strings.Contains(s.Host, "%") {
		return false
	}
	at := len(*to)
	if how == Implicit {
		for at > 0 && (*to)[at-1].TLS != Implicit {
			at--
		}
	}
	*to = append(*to, Server{})
	copy((*to)[at+1:], (*to)[at:])
	(*to)[at] = s
	return true
}

// oauth says whether a server is logged in to by OAuth.
func (e *endpoint) oauth() bool {
	for _, a := range e.Auth {
		if strings.EqualFold(strings.TrimSpace(a), "OAuth2") {
			return true
		}
	}
	return false
}

// settings asks for pages of settings until one can be used. The mail address is
// not sent along, although the form has a place for it.
func (f *Finder) settings(ctx context.Context, pages ...string) (Offer, error) {
	var last error
	for _, page := range pages {
		o, err := f.page(ctx, page)
		if err == nil {
			return o, nil
		}
		if last == nil || !errors.Is(err, ErrNotFound) {
			last = err
		}
	}
	return Offer{}, last
}

// page fetches one page of settings.
func (f *Finder) page(ctx context.Context, page string) (Offer, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	resp, err := f.follow(ctx, page)
	if err != nil {
		return Offer{}, fmt.Errorf("asking for settings: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return Offer{}, ErrNotFound
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAutoconfig))
	if err != nil {
		return Offer{}, fmt.Errorf("asking for settings: %w", err)
	}
	asked, err := url.Parse(page)
	if err != nil {
		return Offer{}, fmt.Errorf("asking for settings: %w", err)
	}
	domain := strings.TrimPrefix(asked.Hostname(), "autoconfig.")
	if strings.HasSuffix(asked.Host, "thunderbird.net") {
		domain = page[strings.LastIndexByte(page, '/')+1:]
	}
	return ParseAutoconfig(body, domain)
}

// hops is how many redirects are followed.
const hops = 3

// follow fetches a page, and never without TLS: whoever is on the way could name servers of
// their own. The reader named the domain, so its own page may lie in their network; where
// it leads to is somebody else's word, and goes to the public internet only.
func (f *Finder) follow(ctx context.Context, page string) (*http.Response, error) {
	client, own := f.clients()
	for n := 0; ; n++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("User-Agent", "") // nothing about this program or machine
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		to, err := resp.Location()
		if resp.StatusCode < 300 || resp.StatusCode > 399 || err != nil {
			return resp, nil
		}
		resp.Body.Close()
		if to.Scheme != "https" || to.User != nil || n == hops {
			return nil, ErrNotFound
		}
		page, client = to.String(), own
	}
}

// clients fetch the first page, and those that it leads to. Neither follows anybody.
func (f *Finder) clients() (first, rest *http.Client) {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	first, rest = &http.Client{CheckRedirect: stay}, &http.Client{CheckRedirect: stay, Transport: public.Transport()}
	if f.Client != nil {
		one := *f.Client
		one.CheckRedirect = stay
		first = &one
		if f.Rest == nil {
			rest = first
		}
	}
	if f.Rest != nil {
		rest.Transport = f.Rest
	}
	return first, rest
}
