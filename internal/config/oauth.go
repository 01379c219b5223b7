package config

import (
	"net/url"
	"strings"
)

// clients takes over the reader's clients for logins by OAuth.
func clients(to *map[string]OAuth, table map[string]any) bool {
	*to = nil
	for name, v := range table {
		fields, ok := v.(map[string]any)
		if !ok || name == "" {
			return false
		}
		one, ok := client(fields)
		if !ok {
			return false
		}
		if *to == nil {
			*to = make(map[string]OAuth)
		}
		(*to)[strings.ToLower(name)] = one
	}
	return true
}

// client reads one of them.
func client(fields map[string]any) (OAuth, bool) {
	var o OAuth
	secure := map[string]*string{"authorize": &o.Authorize, "device": &o.Device, "token": &o.Token, "revoke": &o.Revoke, "issuer": &o.Issuer}
	for key, v := range fields {
		if key == "scopes" {
			list, ok := v.([]any)
			for _, one := range list {
				scope, is := one.(string)
				ok = ok && is && scope != "" && !strings.ContainsAny(scope, " \t\r\n")
				o.Scopes = append(o.Scopes, scope)
			}
			if !ok {
				return o, false
			}
			continue
		}
		text, ok := v.(string)
		switch at := secure[key]; {
		case !ok || text == "":
			return o, false
		case key == "client_id":
			o.ClientID = text
		case key == "client_secret":
			o.Secret = text
		case at == nil || !overTLS(text):
			return o, false
		default:
			*at = text
		}
	}
	return o, o.ClientID != ""
}

// overTLS says whether an address is one that codes and tokens may go to (RFC 6749,
// sections 3.1 and 3.2).
func overTLS(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.Fragment == ""
}
