package leak

import (
	"net/mail"
	"strings"
)

// A subject is one text that is looked for.
type subject struct {
	what, variant, text string
	// weak says that the text by itself proves nothing.
	weak bool
	// rank says how far forms of it are followed: 0 only as it is and hashed,
	// 1 in likely forms two layers deep, 2 in all forms.
	rank int
}

// maxRecipients is how many addresses one reader may have.
const maxRecipients = 16

// subjects returns what is looked for, the weightiest first.
func subjects(recipients []string) []subject {
	var out []subject
	seen := make(map[string]bool)
	add := func(s subject) {
		if key := s.text; !seen[key] && len(s.text) >= 3 {
			seen[key] = true
			out = append(out, s)
		}
	}
	var parts []subject
	for i, r := range recipients[:min(len(recipients), maxRecipients)] {
		name, address := split(r)
		local, domain, ok := strings.Cut(address, "@")
		if !ok || local == "" || domain == "" || len(address) > 254 {
			continue
		}
		what := "address"
		if i > 0 {
			what = "alias"
		}
		whole(what, address, add)
		if what == "alias" {
			parts = append(parts, locals("alias", local, domain)...)
		} else {
			parts = append(parts, locals("local part", local, domain)...)
		}
		parts = append(parts, names(name)...)
		if i == 0 {
			parts = append(parts, subject{what: "domain", text: strings.ToLower(domain), weak: true})
		}
	}
	for _, p := range parts {
		add(p)
	}
	return out
}

// split takes a name from before an address.
func split(recipient string) (name, address string) {
	recipient = strings.TrimSpace(recipient)
	if strings.IndexByte(recipient, '<') >= 0 {
		if a, err := mail.ParseAddress(recipient); err == nil {
			return a.Name, a.Address
		}
	}
	return "", recipient
}

// whole gives the ways in which an address is written before anything is made
// of it. Senders hash it in lower case, trimmed; some forget either, and some
// hash the line end that a shell adds.
func whole(what, address string, add func(subject)) {
	lower := strings.ToLower(address)
	add(subject{what: what, text: lower, rank: 2})
	add(subject{what: what, variant: "as written", text: address, rank: 2})
	add(subject{what: what, variant: "upper case", text: strings.ToUpper(address), rank: 1})
	add(subject{what: what, variant: "with newline", text: lower + "\n", rank: 1})
	add(subject{what: what, variant: "with line end", text: lower + "\r\n"})
	add(subject{what: what, variant: "with blank", text: lower + " "})
	add(subject{what: what, variant: "with blank", text: " " + lower})
	local, domain, _ := strings.Cut(lower, "@")
	for _, bare := range bareLocals(local, domain) {
		add(subject{what: what, variant: "without tag", text: bare + "@" + domain, rank: 1})
		if domain == "googlemail.com" {
			add(subject{what: what, variant: "without tag", text: bare + "@gmail.com", rank: 1})
		}
	}
}

// bareLocals returns a local part without its plus-tag, and without dots where
// the provider does not tell them apart.
func bareLocals(local, domain string) []string {
	var out []string
	bare, _, tagged := strings.Cut(local, "+")
	if tagged && bare != "" {
		out = append(out, bare)
	}
	if domain == "gmail.com" || domain == "googlemail.com" {
		if flat := strings.ReplaceAll(bare, ".", ""); flat != bare && flat != "" {
			out = append(out, flat)
		}
	}
	return out
}

// locals gives a local part, and what is left of it without tag and dots.
func locals(what, local, domain string) []subject {
	lower := strings.ToLower(local)
	if len(lower) < 4 || isRole(lower) {
		return nil
	}
	out := []subject{{what: what, text: lower, weak: isWordLike(lower), rank: 1}}
	if local != lower {
		out = append(out, subject{what: what, variant: "as written", text: local, weak: isWordLike(lower)})
	}
	for _, bare := range bareLocals(lower, domain) {
		if len(bare) >= 4 && !isRole(bare) {
			out = append(out, subject{what: what, variant: "without tag", text: bare, weak: isWordLike(bare)})
		}
	}
	return out
}

// isRole says whether a local part is that of a function: the word stands in
// many addresses for its own sake (RFC 2142 names some).
func isRole(local string) bool {
	switch local {
	case "info", "mail", "email", "news", "newsletter", "contact", "kontakt", "office", "admin", "hello", "support", "sales",
		"service", "services", "press", "jobs", "team", "test", "user", "users", "home", "post", "shop", "store", "marketing", "billing",
		"abuse", "webmaster", "postmaster", "hostmaster", "noreply", "accounts", "account", "help", "subscribe", "unsubscribe", "list", "lists":
		return true
	}
	return false
}

// isWordLike says whether a local part could stand in an address for its own
// sake: letters alone, too few of them, a short number, or the name of a function
// with a number or a year ("news2026").
func isWordLike(local string) bool {
	word := strings.Trim(local, "0123456789._-")
	switch {
	case len(local) < 6, word == local && strings.Trim(local, "abcdefghijklmnopqrstuvwxyz") == "":
		return true
	case word == "":
		return len(local) < 8
	}
	return isRole(word)
}

// names gives the ways in which a name of two words or more is written.
func names(name string) []subject {
	words := strings.Fields(strings.ToLower(name))
	if len(words) < 2 || len(strings.Join(words, "")) < 8 || len(name) > 100 || strings.Contains(name, "@") {
		return nil
	}
	var out []subject
	for _, between := range []string{" ", "+", "_", ".", "-"} {
		out = append(out, subject{what: "name", text: strings.Join(words, between)})
	}
	return out
}
