package dkim

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// An Answer is what the DNS said of the name of a key, as it was said: whoever doubts
// a signature later can look at the message itself, when the key is long gone.
type Answer struct {
	// Name is what was asked for, of type TXT.
	Name string `json:"name"`
	// Resolver is who was asked, At when the answer came, in UTC.
	Resolver string    `json:"resolver"`
	At       time.Time `json:"at"`
	// Authentic says that the resolver says that it checked the answer by DNSSEC (AD,
	// RFC 4035, section 3.2.3). It is the resolver's word, and that of the network on
	// the way to it.
	Authentic bool `json:"dnssec_ad"`
	// Code is the answer's: "NOERROR", "NXDOMAIN".
	Code string `json:"rcode"`
	// Records are the texts, each joined from its pieces (RFC 6376, section 3.6.2.2).
	Records []string `json:"records"`
	// Wire is the answer as it came, in base64.
	Wire string `json:"wire_base64"`
}

// askPatience is how long an answer is waited for.
const askPatience = 5 * time.Second

// Ask asks one name server for the key of a signature, and wants signatures of the
// DNS with it (DO, RFC 4035, section 3.2.1). Only the caller knows whether it may.
func Ask(ctx context.Context, server, name string, now func() time.Time) (Answer, error) {
	a := Answer{Name: name, Resolver: server, Records: []string{}}
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), dns.TypeTXT)
	q.AuthenticatedData = true
	q.SetEdns0(1232, true)
	client := dns.Client{Timeout: askPatience}
	said, _, err := client.ExchangeContext(ctx, q, server)
	if err == nil && said.Truncated {
		client.Net = "tcp"
		said, _, err = client.ExchangeContext(ctx, q, server)
	}
	if err != nil {
		return a, fmt.Errorf("asking for a key: %w", err)
	}
	a.At, a.Authentic, a.Code = now().UTC(), said.AuthenticatedData, dns.RcodeToString[said.Rcode]
	for _, record := range said.Answer {
		if text, ok := record.(*dns.TXT); ok {
			a.Records = append(a.Records, strings.Join(text.Txt, ""))
		}
	}
	wire, err := said.Pack()
	if err != nil {
		return a, fmt.Errorf("keeping an answer: %w", err)
	}
	a.Wire = base64.StdEncoding.EncodeToString(wire)
	return a, nil
}
