// Package pac writes the file by which a mail program finds the proxy for its mail: a
// proxy auto-configuration file, whose FindProxyForURL is asked for each connection.
//
// Mail of the hosts named goes to the SOCKS port and nowhere else: there is no DIRECT
// beside it, so that where nobody listens on that port no mail goes round it. All else
// goes as it went before: as the reader's own file says, or directly.
//
// The file holds the names of the reader's mail servers. It is meant to be read from
// disk, or from a data: URL, and not to be served: a program that cannot fetch its file
// goes directly, which is what must not happen while nobody is there to serve it.
package pac

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// Config says what a file holds.
type Config struct {
	// Hosts are the mail servers, by name.
	Hosts []string
	// SOCKS is where their mail goes, "127.0.0.1:4280".
	SOCKS string
	// Theirs is the text of the reader's own file, "" for none. It must define
	// FindProxyForURL.
	Theirs string
}

// head and tail stand around the names. The reader's own file keeps its names to itself. Web addresses of the same hosts are no mail; in
// Thunderbird the address of a connection for mail begins with "imap:", "smtp:" and the
// like.
const (
	head = `// Written by Unseen. Mail of these servers goes to Unseen and nowhere else.
var unseenHosts = %s;
var unseenTheirs = (function () {
  var FindProxyForURL;
%s
  return typeof FindProxyForURL === "function" ? FindProxyForURL : function () { return "DIRECT"; };
})();
`
	tail = `function FindProxyForURL(url, host) {
  var name = String(host).toLowerCase().replace(/\.$/, "");
  if (unseenHosts.indexOf(name) >= 0 && !/^(https?|wss?|ftp):/i.test(url)) {
    return "SOCKS5 %s";
  }
  return unseenTheirs(url, host);
}
`
)

// Text returns the file.
func Text(c Config) string {
	hosts := make([]string, len(c.Hosts))
	for i, h := range c.Hosts {
		hosts[i] = strings.ToLower(strings.TrimSuffix(h, "."))
	}
	names, err := json.Marshal(hosts)
	if err != nil {
		names = []byte("[]") // strings can always be written
	}
	return fmt.Sprintf(head, names, c.Theirs) + fmt.Sprintf(tail, c.SOCKS)
}

// DataURL returns the file as an address, for programs that take no path.
func DataURL(text string) string {
	return "data:application/x-ns-proxy-autoconfig;base64," + base64.StdEncoding.EncodeToString([]byte(text))
}
