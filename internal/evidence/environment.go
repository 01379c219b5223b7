package evidence

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// An Environment says where and how a bag was made, by the list of AFNOR NF
// Z67-147 as far as it fits a mail that was read and not a page that was fetched.
type Environment struct {
	// Tool is the program, System the operating system and its architecture, Kernel
	// its kernel, Patched the day of its newest package, "" if that is not known.
	Tool    Tool   `json:"tool"`
	System  string `json:"system"`
	Kernel  string `json:"kernel"`
	Patched string `json:"patched"`
	// Begun is when the bag was begun, Clock the time of the machine when the messages
	// were examined, in UTC, and Zone its time zone.
	Begun time.Time `json:"begun"`
	Clock time.Time `json:"clock"`
	Zone  string    `json:"zone"`
	// Synchronised is what the system says of its clock: "yes", "no" or "unknown".
	// Nobody was asked for the time: that would have taken a request.
	Synchronised string `json:"clock_synchronised"`
	// MaxError is how far off the system says its clock may be, in seconds, -1 if it
	// does not say.
	MaxError float64 `json:"clock_max_error_seconds"`
	// Addresses are those of the machine on its own networks. The one that others see
	// is not known here: that would have taken a request.
	Addresses []string `json:"addresses"`
	// Resolvers are the name servers that the system asks, Proxies settings of it that
	// lead programs through others.
	Resolvers []string `json:"resolvers"`
	Proxies   []string `json:"proxy_settings"`
	// Provider is who connects the machine, which the complainant may fill in.
	Provider string `json:"internet_provider"`
	// Browser says which was used, and what it had kept.
	Browser string `json:"browser_caches_cookies"`
	// Proxy says that Unseen stands between mail program and server, and Octets
	// what that means for these messages.
	Proxy  string `json:"proxy"`
	Octets string `json:"octets"`
	// Network says what was asked of it.
	Network string `json:"network"`
}

// environment describes this machine.
func (c *Case) environment() Environment {
	now := c.opt.Now()
	zone, _ := now.Zone()
	e := Environment{
		Tool: c.opt.Tool, System: runtime.GOOS + "/" + runtime.GOARCH + " " + systemName(), Kernel: kernelName(), Patched: patched(),
		Begun: c.begun.UTC(), Clock: now.UTC(), Zone: zone, Addresses: addresses(), Resolvers: resolvers("/etc/resolv.conf"), Proxies: proxies(os.Getenv),
		Provider: "[filled in by the complainant]",
		Browser:  "None was used: nothing in these messages was loaded, so there was no cache and no cookie to be emptied.",
		Proxy:    "Unseen may stand between the complainant's mail program and mail server and replace addresses there; served.json says where it did, if it was asked.",
		Octets:   "The messages in this bag were read from where custody.jsonl says and are as they were read. Messages with addresses of Unseen in them are refused.",
		Network:  "No address in a message was opened to make this bag. network.json lists the requests that were made, if any.",
	}
	e.Synchronised, e.MaxError = clockState()
	return e
}

// addresses are those of the machine, without loopback.
func addresses() []string {
	list := []string{}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return list
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			list = append(list, n.String())
		}
	}
	return list
}

// resolvers are those of resolv.conf(5).
func resolvers(file string) []string {
	list := []string{}
	text, err := os.ReadFile(file)
	if err != nil {
		return list
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "nameserver" {
			list = append(list, fields[1])
		}
	}
	return list
}

// proxies are the variables that lead programs through others, without passwords.
func proxies(env func(string) string) []string {
	list := []string{}
	for _, name := range []string{"http_proxy", "https_proxy", "all_proxy"} {
		for _, name := range []string{name, strings.ToUpper(name)} {
			value := env(name)
			if at := strings.LastIndexByte(value, '@'); at >= 0 {
				value = value[at+1:]
			}
			if one := name + "=" + value; value != "" && !slices.Contains(list, one) {
				list = append(list, one)
			}
		}
	}
	return list
}

// patched is the day on which the system's list of packages last changed.
func patched() string {
	for _, file := range []string{"/var/lib/dpkg/status", "/var/lib/rpm/rpmdb.sqlite", "/var/lib/pacman/local"} {
		if info, err := os.Stat(filepath.FromSlash(file)); err == nil {
			return info.ModTime().UTC().Format(time.DateOnly)
		}
	}
	return ""
}
