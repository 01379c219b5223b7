package setup

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// Files of a profile that are changed.
const (
	prefsName      = "prefs.js"
	overridesName  = "cert_override.txt"
	permissionName = "permissions.sqlite"
	// filtersName lies with an account's mail, searchesName in the profile.
	filtersName  = "msgFilterRules.dat"
	searchesName = "virtualFolders.dat"
)

// A Change is one thing that is set in a profile.
type Change struct {
	// File is the file it is in, within the profile.
	File string `json:"file"`
	// Key is the preference; of a certificate "host:port"; of a permission the
	// origin; of other files the text that is replaced.
	Key string `json:"key"`
	// Old is what stood there, nil if nothing did.
	Old *string `json:"old"`
	// New is what is set.
	New string `json:"new"`
}

// A Trouble is a reason why an account cannot be set up.
type Trouble string

const (
	// TroubleNone is no account in the profile that is this one.
	TroubleNone Trouble = "none"
	// TroubleOAuth is a login by OAuth, which Thunderbird offers by the name of
	// the server alone.
	TroubleOAuth Trouble = "oauth"
	// TroubleTwice is another account of the same login name that has moved to
	// this machine already: Thunderbird tells accounts apart by user and host, not
	// by port.
	TroubleTwice Trouble = "twice"
	// TroubleUser is a preference that user.js sets again at each start.
	TroubleUser Trouble = "user.js"
	// TroubleDone is an account that is set up already.
	TroubleDone Trouble = "done"
)

// A Plan is what would be changed in a profile for one account.
type Plan struct {
	// Local is the account, Account the one in the profile.
	Local   Local
	Account Account
	// Changes are all of them, nil where there is a Trouble.
	Changes []Change
	// Trouble says why not, "" if nothing is in the way. What names the
	// preference that it is about.
	Trouble Trouble
	What    string
	// Way is the way in if the plan is for all accounts of the profile; Local and Account
	// are empty then.
	Way *Way
	// Dirs are where the accounts that come in by it keep mail.
	Dirs []string
	// Trusted are the certificates that the profile is made to trust with it, by name.
	Trusted []string
	// TurnedOn says that Unseen's proxy was turned on for it.
	TurnedOn bool
}

// plan makes the plan of an account from the preferences of a profile, and those
// of its user.js, which may be nil.
func plan(profile string, p, user *Prefs, l Local) Plan {
	out := Plan{Local: l}
	accounts := p.Accounts(profile)
	at := slices.IndexFunc(accounts, func(a Account) bool { return a.serves(&l) })
	if at < 0 {
		out.Trouble = TroubleNone
		return out
	}
	a := accounts[at]
	out.Account = a
	switch {
	case a.Behind([]Local{l}):
		out.Trouble = TroubleDone
		return out
	case a.OAuth:
		out.Trouble = TroubleOAuth
		return out
	}
	for _, other := range accounts {
		if other.Server != a.Server && other.Host == Host && other.Type == a.Type && other.User == a.User {
			out.Trouble = TroubleTwice
			return out
		}
	}
	c := changes{prefs: p}
	c.server(a, l)
	c.sending(a, l)
	c.folders(a)
	c.trust(l)
	if out.Changes = c.list; user != nil {
		for _, one := range c.list {
			if _, set := user.Get(one.Key); set && one.File == prefsName {
				out.Trouble, out.What, out.Changes = TroubleUser, one.Key, nil
				return out
			}
		}
	}
	return out
}

// changes gathers what is to be set.
type changes struct {
	prefs *Prefs
	list  []Change
}

// pref notes a preference that is to be set, if it is not so already.
func (c *changes) pref(key string, v Value) {
	old, had := c.prefs.Get(key)
	if had && old == v {
		return
	}
	one := Change{File: prefsName, Key: key, New: string(v)}
	if had {
		text := string(old)
		one.Old = &text
	}
	c.list = append(c.list, one)
}

// startTLS is Thunderbird's number for STARTTLS.
const startTLS = 2

// server is where mail comes from.
func (c *changes) server(a Account, l Local) {
	at := "mail.server." + a.Server + "."
	c.pref(at+"hostname", Text(Host))
	c.pref(at+"port", Number(l.IMAP))
	c.pref(at+"socketType", Number(startTLS))
}

// sending is where it goes to, where the account sends through the server that
// Unseen relays.
func (c *changes) sending(a Account, l Local) {
	for _, smtp := range a.SMTP {
		at := "mail.smtpserver." + smtp + "."
		port, _ := c.prefs.Get(at + "port")
		if l.SMTP == 0 || !reaches(c.prefs.Text(at+"hostname"), port.Number(), l.SMTPHost, l.SMTPPort) {
			continue
		}
		c.pref(at+"hostname", Text(Host))
		c.pref(at+"port", Number(l.SMTP))
		c.pref(at+"try_ssl", Number(startTLS))
	}
}

// folders are the preferences that name a folder of the account, as the place for
// sent mail does: they hold the name of the server.
func (c *changes) folders(a Account) {
	old, to := folderRoots(a)
	for _, name := range c.prefs.Names() {
		text := c.prefs.Text(name)
		if strings.HasPrefix(text, old+"/") || text == old {
			c.pref(name, Text(to+strings.TrimPrefix(text, old)))
		}
	}
}

// folderRoots are how folders of an account are named before and after.
func folderRoots(a Account) (old, to string) {
	user := "imap://" + escaped(a.User) + "@"
	return user + a.Host, user + Host
}

// escaped writes a user name as Thunderbird does in the address of a folder.
func escaped(user string) string {
	var out strings.Builder
	for _, c := range []byte(user) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~!'()*", c) >= 0 {
			out.WriteByte(c)
			continue
		}
		fmt.Fprintf(&out, "%%%02X", c)
	}
	return out.String()
}

// trust is the certificate at each of the ports, and the pictures from Unseen.
func (c *changes) trust(l Local) {
	for _, port := range []int{l.IMAP, l.SMTP} {
		if port != 0 {
			c.list = append(c.list, Change{File: overridesName, Key: net.JoinHostPort(Host, strconv.Itoa(port)), New: l.Fingerprint})
		}
	}
	c.list = append(c.list, Change{File: permissionName, Key: l.Origin, New: "image"})
}
