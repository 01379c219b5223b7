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
	// Ports are those of mail.
	Ports []int
	// SOCKS is where their mail goes, "127.0.0.1:4280".
	SOCKS string
	// Theirs is the text of the reader's own file, "" for none. It must define
	// FindProxyForURL.
	Theirs string
}

// head and tail stand around the names. The reader's own file keeps its names to itself.
//
// Web addresses of the same hosts are no mail. In Thunderbird 153 the address of a
// connection for receiving begins with "imap:", and that of one for sending is a web
// address with a port of mail, "https://smtp.example.org:465/" (both seen).
const (
	head = `// Written by Unseen. Mail of these servers goes to Unseen and nowhere else.
var unseenHosts = %s;
var unseenPorts = %s;
var unseenTheirs = (function () {
  var FindProxyForURL;
%s
  return typeof FindProxyForURL === "function" ? FindProxyForURL : function () { return "DIRECT"; };
})();
`
	tail = `function FindProxyForURL(url, host) {
  var name = String(host).toLowerCase().replace(/\.$/, "");
  if (unseenHosts.indexOf(name) >= 0) {
    var port = /^[a-z]+:\/\/[^\/]*:([0-9]+)(\/|$)/i.exec(url);
    if (!/^(https?|wss?|ftp):/i.test(url) || port && unseenPorts.indexOf(Number(port[1])) >= 0) {
      return "SOCKS5 %s";
    }
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
	ports, err := json.Marshal(c.Ports)
	if err != nil || c.Ports == nil {
		ports = []byte("[]")
	}
	return fmt.Sprintf(head, names, ports, c.Theirs) + fmt.Sprintf(tail, c.SOCKS)
}

// DataURL returns the file as an address, for programs that take no path.
func DataURL(text string) string {
	return "data:application/x-ns-proxy-autoconfig;base64," + base64.StdEncoding.EncodeToString([]byte(text))
}
