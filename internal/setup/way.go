package setup

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
)

// The ways in by one proxy setting for all accounts of a profile.
const (
	// BySOCKS goes by SOCKS for all.
	BySOCKS = "socks"
	// ByPAC goes by the file that Unseen writes: only mail goes to Unseen.
	ByPAC = "pac"
)

// TroubleProxy is a profile that goes by another proxy already; What is which.
const TroubleProxy Trouble = "proxy"

// A Way is how all accounts of a profile come in and keep the names of their servers.
type Way struct {
	// Kind is [BySOCKS] or [ByPAC].
	Kind string
	// SOCKS is where Unseen's proxy for mail listens, File its file of proxy
	// auto-configuration.
	SOCKS, File string
	// Origin is where the pictures of mail lead to.
	Origin string
}

// fileURL is the file as a program is told of it.
func (w *Way) fileURL() string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(w.File)}).String()
}

// Thunderbird's numbers for how it finds a proxy (network.proxy.type).
const (
	proxyByHand = 1
	proxyByFile = 2
)

// The preferences of a proxy.
const (
	prefProxy      = "network.proxy.type"
	prefProxyFile  = "network.proxy.autoconfig_url"
	prefSOCKS      = "network.proxy.socks"
	prefSOCKSPort  = "network.proxy.socks_port"
	prefSOCKSKind  = "network.proxy.socks_version"
	prefSOCKSNames = "network.proxy.socks_remote_dns"
)

// LookWay says what would be changed in a profile for a way in, and which of its accounts
// come in by it. It changes nothing, and Thunderbird may be running.
func LookWay(ctx context.Context, profile string, w Way, locals []Local) (Plan, []Account, error) {
	p, err := readPrefs(profile, prefsName)
	if err == nil && p == nil {
		err = fmt.Errorf("reading preferences: %w", ErrNew)
	}
	if err != nil {
		return Plan{}, nil, err
	}
	user, err := readPrefs(profile, "user.js")
	if err != nil {
		return Plan{}, nil, err
	}
	out := Plan{Way: &w}
	var covered []Account
	for _, a := range p.Accounts(profile) {
		if slices.ContainsFunc(locals, func(l Local) bool { return a.Type == "imap" && reaches(a.Host, a.Port, l.IMAPHost, l.IMAPPort) }) {
			covered, out.Dirs = append(covered, a), append(out.Dirs, a.Dir)
		}
	}
	if len(covered) == 0 {
		out.Trouble = TroubleNone
		return out, nil, nil
	}
	if out.What = otherProxy(p, &w); out.What != "" {
		out.Trouble = TroubleProxy
		return out, covered, nil
	}
	c := changes{prefs: p}
	c.proxy(&w)
	if len(c.list) == 0 {
		out.Trouble = TroubleDone
		return out, covered, nil
	}
	c.list = append(c.list, Change{File: permissionName, Key: w.Origin, New: "image"})
	for _, one := range c.list {
		if user == nil || one.File != prefsName {
			continue
		}
		if _, set := user.Get(one.Key); set {
			out.Trouble, out.What = TroubleUser, one.Key
			return out, covered, nil
		}
	}
	err = permittedNow(ctx, profile, c.list)
	out.Changes = needed(c.list)
	return out, covered, err
}

// otherProxy is the proxy that a profile goes by, if it is none of ours; "" for none.
func otherProxy(p *Prefs, w *Way) string {
	kind, _ := p.Get(prefProxy)
	switch kind.Number() {
	case proxyByFile:
		if file := p.Text(prefProxyFile); file != "" && file != w.fileURL() {
			return file
		}
	case proxyByHand:
		for _, name := range []string{prefSOCKS, "network.proxy.http", "network.proxy.ssl"} {
			port, _ := p.Get(name + "_port")
			at := net.JoinHostPort(p.Text(name), strconv.Itoa(port.Number()))
			if p.Text(name) != "" && (name != prefSOCKS || at != w.SOCKS) {
				return at
			}
		}
	}
	return ""
}

// proxy is the setting itself.
func (c *changes) proxy(w *Way) {
	if w.Kind == ByPAC {
		c.pref(prefProxyFile, Text(w.fileURL()))
		c.pref(prefProxy, Number(proxyByFile))
		return
	}
	host, port, err := net.SplitHostPort(w.SOCKS)
	number, also := strconv.Atoi(port)
	if errors.Join(err, also) != nil {
		return // it is ours, and is one
	}
	// What waits there for a proxy by hand would count now.
	for _, name := range []string{"network.proxy.http", "network.proxy.ssl"} {
		if c.prefs.Text(name) != "" {
			c.pref(name, Text(""))
		}
	}
	c.pref(prefSOCKS, Text(host))
	c.pref(prefSOCKSPort, Number(number))
	if kind, set := c.prefs.Get(prefSOCKSKind); set && kind.Number() != 5 {
		c.pref(prefSOCKSKind, Number(5))
	}
	// Names go to the proxy: Unseen knows mail servers by them, and nobody else is asked.
	c.pref(prefSOCKSNames, "true")
	c.pref(prefProxy, Number(proxyByHand))
}
