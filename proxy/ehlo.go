package proxy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// relayed are the extensions that work through the relay as they are: they add
// parameters to MAIL and RCPT, or nothing at all. CHUNKING and PIPELINING are
// the relay's own. All others are not offered: known ones because what they bring
// cannot be sent to every server (BINARYMIME, RFC 3030) or never passes here
// (BURL, RFC 4468), or because they speak of the server's own leg (STARTTLS),
// unknown ones because they might change the talk.
func relayed(keyword string) bool {
	return slices.Contains([]string{
		"8BITMIME", "DSN", "ENHANCEDSTATUSCODES", "SMTPUTF8", "DELIVERBY",
		"MT-PRIORITY", "FUTURERELEASE", "REQUIRETLS", "RRVS", "LIMITS", "HELP", "NO-SOLICITING",
	}, keyword)
}

// filterEHLO turns the server's answer to EHLO into the relay's own (RFC 5321,
// section 4.1.1.1). Limit is the relay's own; the smaller one of it and the
// server's is returned and offered.
func filterEHLO(r reply, limit int64, startTLS bool) (reply, int64) {
	out := reply{code: r.code, lines: r.lines[:1:1]}
	for _, line := range r.lines[1:] {
		keyword, rest := splitKeyword(line)
		switch {
		case keyword == "SIZE":
			limit = smaller(limit, rest)
		case keyword == "AUTH":
			if kept := mechanisms(rest); kept != "" {
				out.lines = append(out.lines, "AUTH "+kept)
			}
		case relayed(keyword):
			out.lines = append(out.lines, line)
		}
	}
	out.lines = append(out.lines, "PIPELINING", "CHUNKING", fmt.Sprintf("SIZE %d", limit))
	if startTLS {
		out.lines = append(out.lines, "STARTTLS")
	}
	return out, limit
}

// splitKeyword takes a line of an EHLO answer apart.
func splitKeyword(line string) (keyword, rest string) {
	keyword, rest, _ = strings.Cut(line, " ")
	return strings.ToUpper(keyword), rest
}

// mechanisms drops those that are bound to the TLS channel (RFC 5929): the
// client's channel ends here, and a server would take it for an attack.
func mechanisms(list string) string {
	names := strings.Fields(list)
	names = slices.DeleteFunc(names, func(m string) bool { return strings.HasSuffix(strings.ToUpper(m), "-PLUS") })
	return strings.Join(names, " ")
}

// smaller reads a server's SIZE; none or zero is no limit (RFC 1870, section 4).
func smaller(limit int64, size string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(size), 10, 64)
	if err != nil || n <= 0 {
		return limit
	}
	return min(limit, n)
}

// extension returns the parameters of an extension that a server offers.
func (r reply) extension(name string) (string, bool) {
	if r.code != 250 {
		return "", false
	}
	for _, line := range r.lines[1:] {
		if keyword, rest := splitKeyword(line); keyword == name {
			return rest, true
		}
	}
	return "", false
}
