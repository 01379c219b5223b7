// Package config reads the reader's config.toml. Unseen never writes that
// file; what commands and windows change lives in the store, and a key in
// config.toml wins over it.
//
// A file that does not exist is an empty one. An unknown key, a value of the
// wrong type or out of range is an [Error] that names file, line, key and what
// is allowed; nothing of such a file is used.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Settings are what config.toml says. A nil pointer is a key that is not
// there.
type Settings struct {
	// Pictures is "none" (the default) or "all": whether pictures of every
	// sender are shown, as far as the level lets them.
	Pictures *string
	// Level is "standard" (the default), "own" or "all": what is held.
	Level *string
	// Links is "protect" (the default) or "leave": what becomes of tracked links
	// in mail that is fetched for the first time.
	Links string
	// Sent is "address" (the default) or "enclose": how a picture that may be shown goes
	// along with what quotes it.
	Sent string
	// Data is the data directory, absolute; "" is the usual place.
	Data string
	// GatewayPort is where held loads lead; 0 lets Unseen find one once.
	GatewayPort int
	// Log is what is worth a line on standard error.
	Log slog.Level
	// LapseDays is after how many days a consent given without an end
	// lapses, 183 unless said otherwise; 0 means never.
	LapseDays int
	// Jurisdiction is whose law notices cite: "FR"; "" is that of the country
	// that the system is set to.
	Jurisdiction string
	// Language is what Unseen speaks, as in BCP 47: "fr"; "" is the language that
	// the system is set to.
	Language string
	// Openings is "daily" (the default) or "each": how many openings of a mail a
	// granted tracker is told of in a day.
	Openings string
	// Lists are the addresses of lists that "unseen rules update" fetches; none
	// are fetched otherwise.
	Lists []string
	// Proxy is about the proxies that the network wants, or the reader has.
	Proxy Proxy
	// OAuth are the reader's own clients for logins by OAuth, by the name of a login of
	// the catalogue or of an IMAP server.
	OAuth map[string]OAuth
	// PasswordCommands print the passwords of accounts, by address, for what Unseen reads
	// itself: see [Settings.Command].
	PasswordCommands map[string]string
}

// Command is the command that prints the password of an account, "" if none is named.
func (s *Settings) Command(address string) string {
	return s.PasswordCommands[strings.ToLower(address)]
}

// An OAuth is a client of the reader's own, and where it logs in if the catalogue does
// not know.
type OAuth struct {
	// ClientID names the client, Secret is what a few providers give with it.
	ClientID, Secret string
	// Authorize, Device, Token, Revoke, Issuer and Scopes are as in the catalogue; ""
	// is what stands there.
	Authorize, Device, Token, Revoke, Issuer string
	// Scopes are what is asked for.
	Scopes []string
}

// LogValue keeps the secret out of the log.
func (o OAuth) LogValue() slog.Value { return slog.StringValue("…") }

// ByPAC is an upstream by which the reader's own file is asked for each connection.
const ByPAC = "pac"

// A Proxy is what config.toml says of proxies.
type Proxy struct {
	// Upstream is the proxy that the network wants to be used for mail servers,
	// "socks5://host:port", "http://host:port" or "https://host:port"; [ByPAC] is what
	// the file of PAC says, and "" is none.
	Upstream string
	// PAC is the reader's own file of proxy auto-configuration, "" for none.
	PAC string
	// Intercept are the hosts that the web proxy opens; nil leaves them to the command.
	Intercept []string
}

// Defaults returns the settings of an empty file.
func Defaults() Settings {
	return Settings{Log: slog.LevelWarn, LapseDays: lapseDays, Openings: "daily", Links: "protect", Sent: "address"}
}

// lapseDays is six months: after that a reader is asked anew.
const lapseDays = 183

// Load reads a file.
func Load(path string) (Settings, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Defaults(), nil
	}
	if err != nil {
		return Settings{}, &Error{File: path, Text: cause(err)}
	}
	return Parse(path, string(text))
}

// Parse reads the text of a file; path is for errors.
func Parse(path, text string) (Settings, error) {
	values := make(map[string]any)
	if _, err := toml.Decode(text, &values); err != nil {
		return Settings{}, syntaxError(path, err)
	}
	s := Defaults()
	known := rules()
	for _, key := range slices.Sorted(maps.Keys(values)) {
		at := slices.IndexFunc(known, func(r rule) bool { return r.key == key })
		if at < 0 {
			return Settings{}, &Error{File: path, Line: lineOf(text, key), Key: key,
				Text: fmt.Sprintf("there is no key %q", key), Allowed: strings.Join(Keys(), ", ")}
		}
		if !known[at].set(&s, values[key]) {
			return Settings{}, &Error{File: path, Line: lineOf(text, key), Key: key,
				Text: key + " cannot be " + written(values[key]), Allowed: known[at].allowed}
		}
	}
	return s, nil
}
