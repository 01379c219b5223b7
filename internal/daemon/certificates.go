package daemon

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/proxy/localcert"
)

// certificates are those of the local legs.
type certificates struct {
	// own is self-signed, and shown as long as there is no authority.
	own     *localcert.Leaf
	keyring *localcert.Keyring
}

// openCertificates reads what there is in a directory, and makes the self-signed one.
func openCertificates(dir string) (*certificates, error) {
	own, err := localcert.Load(dir, time.Now())
	if err != nil {
		return nil, err
	}
	keyring, err := localcert.OpenKeyring(dir)
	if err != nil {
		return nil, err
	}
	return &certificates{own: own, keyring: keyring}, nil
}

// local is the certificate for this machine.
func (c *certificates) local() *localcert.Leaf {
	if signed, err := c.keyring.Local(time.Now()); err == nil && signed != nil {
		return signed
	}
	return c.own
}

// fingerprint is that of the certificate for this machine.
func (c *certificates) fingerprint() string { return c.local().Fingerprint() }

// config is for the local leg: a program that asks for a mail host by its name is
// shown a certificate for it, if there is an authority; all others one for this
// machine.
func (c *certificates) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		name := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
		if name != "" && !localcert.Here(name) {
			if leaf, err := c.keyring.Leaf(name, time.Now()); err == nil {
				return leaf, nil
			}
		}
		return &c.local().Certificate, nil
	}}
}

// mailHost is a server's name as certificates and programs write it.
func mailHost(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// standIns are the hosts that this machine stands in for, in the order of the
// accounts: their mail servers.
func (d *Daemon) standIns() []string {
	var hosts []string
	add := func(s *store.Server) {
		host := mailHost(s.Host)
		if !localcert.Here(host) && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	for _, r := range d.relays.list() {
		add(&r.account.IMAP)
		if r.account.SMTP != nil {
			add(r.account.SMTP)
		}
	}
	return hosts
}

// certified are all hosts that need a certificate: mail servers, and what the reader has
// opened by the web proxy.
func (d *Daemon) certified() []string {
	hosts := d.standIns()
	named, _ := d.web.named()
	for _, host := range named {
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// authorities says which local authorities there are.
func (d *Daemon) authorities(context.Context) (api.Authorities, error) {
	hosts, ring := d.certified(), d.relays.certs.keyring
	out := api.Authorities{List: []api.Authority{}, Hosts: hosts, Missing: ring.Missing(hosts, time.Now()), Exposed: ring.Exposed()}
	for _, a := range ring.Authorities() {
		out.List = append(out.List, api.Authority{
			Name: a.Name(), Certificate: string(a.PEM()), Fingerprint: a.Fingerprint(), Hosts: a.Hosts(), Until: a.Until(),
		})
	}
	return out, nil
}

// coverHosts makes the authorities that are missing.
func (d *Daemon) coverHosts(ctx context.Context) (api.Authorities, error) {
	if _, err := d.relays.certs.keyring.Cover(d.certified(), time.Now()); err != nil {
		return api.Authorities{}, fmt.Errorf("covering hosts: %w", err)
	}
	return d.authorities(ctx)
}

// removeAuthorities deletes the authorities with their keys. From the next
// connection on this machine stands in for nobody.
func (d *Daemon) removeAuthorities(ctx context.Context) (api.Authorities, error) {
	if err := d.relays.certs.keyring.Remove(); err != nil {
		return api.Authorities{}, err
	}
	return d.authorities(ctx)
}
