package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A rule says what one key may be.
type rule struct {
	key string
	// allowed ends the sentence "allowed: ...".
	allowed string
	// set takes the value over, or says that it cannot be.
	set func(s *Settings, value any) bool
}

// rules are all keys, in the order of the sample.
func rules() []rule {
	return []rule{
		{"pictures", `"none" or "all"`, func(s *Settings, v any) bool {
			return oneOf(&s.Pictures, v, "none", "all")
		}},
		{"level", `"standard", "own" or "all"`, func(s *Settings, v any) bool {
			return oneOf(&s.Level, v, "standard", "own", "all")
		}},
		{"links", `"protect" or "leave"`, func(s *Settings, v any) bool { return wordOf(&s.Links, v, "protect", "leave") }},
		{"sent_pictures", `"address" or "enclose"`, func(s *Settings, v any) bool { return wordOf(&s.Sent, v, "address", "enclose") }},
		{"gateway_port", "a number from 1024 to 65535", func(s *Settings, v any) bool {
			return within(&s.GatewayPort, v, 1024, 65535)
		}},
		{"data", `a path from the root, such as "/home/you/mail/unseen"`, func(s *Settings, v any) bool {
			path, ok := v.(string)
			s.Data = path
			return ok && filepath.IsAbs(path)
		}},
		{"lapse_days", "a number from 0 (never) to 3650", func(s *Settings, v any) bool {
			return within(&s.LapseDays, v, 0, 3650)
		}},
		{"jurisdiction", "a country, as " + strings.Join(purpose.Jurisdictions(), ", "), func(s *Settings, v any) bool {
			name, _ := v.(string)
			s.Jurisdiction = strings.ToUpper(name)
			return slices.Contains(purpose.Jurisdictions(), s.Jurisdiction)
		}},
		{"language", "a language, as " + strings.Join(words.Languages(), ", "), func(s *Settings, v any) bool {
			s.Language, _ = v.(string)
			return slices.Contains(words.Languages(), s.Language)
		}},
		{"openings", `"daily" or "each"`, func(s *Settings, v any) bool { return wordOf(&s.Openings, v, "daily", "each") }},
		{"rules", `lists = ["https://..."], the addresses of at most 32 lists`, func(s *Settings, v any) bool {
			table, ok := v.(map[string]any)
			return ok && addresses(&s.Lists, table["lists"]) && len(table) == 1
		}},
		{"proxy", `upstream = "socks5://host:port", "http://host:port", "https://host:port" or "pac", pac = "/path/to/a/file", intercept = ["img.shop.example"]`, func(s *Settings, v any) bool {
			table, ok := v.(map[string]any)
			return ok && proxies(&s.Proxy, table)
		}},
		{"oauth", `for each server "mail.example.org" = { client_id = "..." }, and where it logs in by https: authorize, token, scopes`, func(s *Settings, v any) bool {
			table, ok := v.(map[string]any)
			return ok && clients(&s.OAuth, table)
		}},
		{"password_command", `"anna@example.org" = "pass show mail/anna" for each account`, func(s *Settings, v any) bool {
			table, ok := v.(map[string]any)
			return ok && commands(&s.PasswordCommands, table)
		}},
		{"log", `"debug", "info", "warn" or "error"`, func(s *Settings, v any) bool {
			name, _ := v.(string)
			level, ok := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}[name]
			s.Log = level
			return ok
		}},
	}
}

// Keys returns the keys of config.toml, in the order of the sample.
func Keys() []string {
	var keys []string
	for _, r := range rules() {
		keys = append(keys, r.key)
	}
	return keys
}

// oneOf takes over a word that is among those allowed.
func oneOf(to **string, v any, allowed ...string) bool {
	word, ok := v.(string)
	*to = &word
	return ok && slices.Contains(allowed, word)
}

// wordOf takes over a word that is among those allowed, of a key that has a default.
func wordOf(to *string, v any, allowed ...string) bool {
	*to, _ = v.(string)
	return slices.Contains(allowed, *to)
}

// within takes over a number between two others.
func within(to *int, v any, least, most int64) bool {
	n, ok := v.(int64)
	*to = int(n)
	return ok && least <= n && n <= most
}

// addresses takes over a list of different https addresses.
func addresses(to *[]string, v any) bool {
	list, ok := v.([]any)
	if !ok || len(list) > 32 {
		return false
	}
	*to = nil
	for _, one := range list {
		address, _ := one.(string)
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || slices.Contains(*to, address) {
			return false
		}
		*to = append(*to, address)
	}
	return true
}

// written shows a value as it may have been written, in one line.
func written(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case int64, float64, bool:
		return fmt.Sprint(v)
	case []any:
		return "a list"
	case map[string]any, []map[string]any:
		return "a table"
	}
	return "that"
}

// proxies takes over what is said of proxies.
func proxies(to *Proxy, table map[string]any) bool {
	for key, v := range table {
		ok := false
		switch key {
		case "upstream":
			to.Upstream, ok = v.(string)
			ok = ok && (to.Upstream == "" || to.Upstream == ByPAC || proxyAddress(to.Upstream))
		case "pac":
			to.PAC, ok = v.(string)
			ok = ok && (to.PAC == "" || filepath.IsAbs(to.PAC))
		case "intercept":
			ok = hosts(&to.Intercept, v)
		}
		if !ok {
			return false
		}
	}
	return to.Upstream != ByPAC || to.PAC != ""
}

// hosts takes over a list of different names of hosts.
func hosts(to *[]string, v any) bool {
	list, ok := v.([]any)
	if !ok || len(list) > 100 {
		return false
	}
	*to = make([]string, 0, len(list))
	for _, one := range list {
		host, _ := one.(string)
		if !Host(host) || slices.Contains(*to, host) {
			return false
		}
		*to = append(*to, host)
	}
	return true
}

// Host says whether a name is one of a host that can be opened: small letters, digits,
// hyphens, and at least one dot (RFC 1123, section 2.1).
func Host(name string) bool {
	labels := strings.Split(name, ".")
	return len(name) <= 253 && len(labels) > 1 && !slices.ContainsFunc(labels, func(l string) bool {
		other := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }
		return l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, other)
	}) && net.ParseIP(name) == nil
}

// commands takes over what prints the passwords of accounts.
func commands(to *map[string]string, table map[string]any) bool {
	*to = make(map[string]string)
	for address, v := range table {
		line, ok := v.(string)
		if !ok || strings.TrimSpace(line) == "" || !strings.Contains(address, "@") {
			return false
		}
		(*to)[strings.ToLower(address)] = line
	}
	return true
}

// proxyAddress says whether an address is one of a proxy.
func proxyAddress(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	_, _, err = net.SplitHostPort(u.Host)
	return err == nil && slices.Contains([]string{"socks5", "http", "https"}, u.Scheme) && u.Hostname() != "" && u.Port() != "" &&
		(u.Path == "" || u.Path == "/") && u.RawQuery == ""
}
