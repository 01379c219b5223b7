// Package alias asks which host names are other names of somebody else's (CNAME, RFC
// 1035, section 3.3.1): a tracker on "click.shop.example" may be run by a company
// that nobody sees in its address.
//
// # What holds
//
// It asks when it is called, and whom it is told to ask: it is for batches that the
// reader wanted, never for a mail that is opened. A name that may carry an identifier
// is not asked for, nor is one that a name leads to: whoever runs its servers would
// learn of one reader. Names are asked for in an order that says nothing of the mails
// that they stand in.
//
// It keeps nothing.
package alias

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/unseen-mail/unseen/detect/signal"
	"github.com/unseen-mail/unseen/detect/template"
)

const (
	// maxHops is how many names lead on from one another.
	maxHops = 5
	// patience is how long one answer is waited for.
	patience = 4 * time.Second
	// together is how many questions are under way at once.
	together = 4
)

var (
	// ErrNoResolver is a system that does not say whom it asks.
	ErrNoResolver = errors.New("alias: no resolver is known")
	// ErrAnswer is an answer that says nothing.
	ErrAnswer = errors.New("alias: no answer")
)

// An Answer is what is known of one name.
type Answer struct {
	// Host is the name that was asked for.
	Host string
	// Target is the last name that it leads to, "" if it is a name of its own.
	Target string
	// Err is why nothing is known of it.
	Err error
}

// System returns the address of the name server that this system asks first.
func System() (string, error) {
	config, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoResolver, err)
	}
	if len(config.Servers) == 0 {
		return "", ErrNoResolver
	}
	return net.JoinHostPort(config.Servers[0], config.Port), nil
}

// Server reads the address of a name server: an IP address, with or without a port.
func Server(text string) (string, error) {
	if at, err := netip.ParseAddrPort(text); err == nil {
		return at.String(), nil
	}
	at, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return "", fmt.Errorf("reading address of name server: %w", err)
	}
	return net.JoinHostPort(at.String(), "53"), nil
}

// minNumber is how many digits a number in a name has that may be a person's.
const minNumber = 5

// Askable says whether a host may be asked for: it is a name of the public internet,
// and no part of it looks like an identifier.
func Askable(host string) bool {
	labels := strings.Split(host, ".")
	if _, err := netip.ParseAddr(host); err == nil || len(labels) < 2 || len(host) > 253 {
		return false
	}
	switch labels[len(labels)-1] {
	case "local", "localhost", "internal", "lan", "home", "onion", "arpa":
		return false
	}
	for _, l := range labels {
		if !named(l) {
			return false
		}
	}
	return true
}

// named says whether a label is well formed and looks like what people or machines
// are called, and like no identifier.
func named(label string) bool {
	if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return false
	}
	if _, strength := signal.Grade(label); strength >= signal.Fair {
		return false
	}
	digits := 0
	for _, piece := range strings.FieldsFunc(label, func(r rune) bool { return r == '-' || r == '_' }) {
		switch template.KindOf(piece) {
		case template.Hex, template.Random, template.UUID:
			return false
		}
	}
	for i := range len(label) {
		if label[i] >= '0' && label[i] <= '9' {
			digits++
		}
	}
	return digits < minNumber
}

// A Resolver asks one name server.
type Resolver struct {
	// Server is its address with its port.
	Server string
}

// Ask asks for names, and tells of each, in any order. It returns when all is told,
// or ctx is over. Names that are not to be asked for are passed over.
func (r *Resolver) Ask(ctx context.Context, hosts []string, told func(Answer)) error {
	hosts = slices.DeleteFunc(slices.Clone(hosts), func(h string) bool { return !Askable(h) })
	rand.Shuffle(len(hosts), func(i, j int) { hosts[i], hosts[j] = hosts[j], hosts[i] })
	queue := make(chan string)
	var work sync.WaitGroup
	var mu sync.Mutex // guards telling
	for range min(together, len(hosts)) {
		work.Go(func() {
			for host := range queue {
				answer := r.one(ctx, host)
				mu.Lock()
				told(answer)
				mu.Unlock()
			}
		})
	}
	defer work.Wait()
	defer close(queue)
	for _, host := range hosts {
		select {
		case queue <- host:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// one follows a name as far as it leads, a few names at most.
func (r *Resolver) one(ctx context.Context, host string) Answer {
	out, at := Answer{Host: host}, host
	for range maxHops {
		next, err := r.next(ctx, at)
		if err != nil && out.Target == "" {
			out.Err = err
		}
		if err != nil || next == "" || next == host {
			break
		}
		if out.Target, at = next, next; !Askable(next) {
			break
		}
	}
	return out
}

// next asks what a name is another name of, "" for nothing.
func (r *Resolver) next(ctx context.Context, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), dns.TypeCNAME)
	client := dns.Client{Timeout: patience}
	answer, _, err := client.ExchangeContext(ctx, q, r.Server)
	if err == nil && answer.Truncated {
		client.Net = "tcp"
		answer, _, err = client.ExchangeContext(ctx, q, r.Server)
	}
	switch {
	case err != nil:
		return "", fmt.Errorf("asking for a name: %w", err)
	case answer.Rcode != dns.RcodeSuccess && answer.Rcode != dns.RcodeNameError:
		return "", fmt.Errorf("%w: %s", ErrAnswer, dns.RcodeToString[answer.Rcode])
	}
	for _, record := range answer.Answer {
		if c, ok := record.(*dns.CNAME); ok && strings.EqualFold(strings.TrimSuffix(c.Hdr.Name, "."), name) {
			return strings.ToLower(strings.TrimSuffix(c.Target, ".")), nil
		}
	}
	return "", nil
}
