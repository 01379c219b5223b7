package web

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// Key returns an address in the form by which it is looked up, and its host. However a
// program wrote it that was shown it in a mail, the form is the same: whether letters
// are escaped, and in which character set, how a number stands for a host, whether the
// scheme was raised to https, and what is not sent at all make no difference (WHATWG
// URL, section 4.4). Two addresses of one form are as good as one: that they differ can
// be seen by nobody but a very odd server. It is false for what is neither http nor
// https.
func Key(address string) (key, host string, ok bool) {
	scheme, rest, ok := strings.Cut(strings.Map(keepCell, strings.Trim(address, " ")), ":")
	if scheme = strings.ToLower(scheme); !ok || scheme != "http" && scheme != "https" {
		return "", "", false
	}
	rest, _, _ = strings.Cut(rest, "#")
	path, query, asked := strings.Cut(rest, "?")
	path = strings.TrimLeft(strings.ReplaceAll(path, `\`, "/"), "/")
	authority, path, _ := strings.Cut(path, "/")
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	name, port := cutPort(authority)
	if host = HostName(name); host == "" {
		return "", "", false
	}
	key = host
	// Either of the usual ports: the scheme may be raised, and the port with it or not.
	if port = strings.TrimLeft(port, "0"); port != "" && port != "80" && port != "443" {
		key += ":" + port
	}
	key += flat(decode(removeDots("/" + path)))
	if asked {
		key += "?" + flat(decode(query))
	}
	return key, host, true
}

// keepCell takes out what programs take out of addresses before they read them.
func keepCell(r rune) rune {
	if r == '\t' || r == '\n' || r == '\r' {
		return -1
	}
	return r
}

// cutPort takes a port off an authority.
func cutPort(authority string) (host, port string) {
	at := strings.LastIndexByte(authority, ':')
	if at < 0 || strings.Contains(authority[at:], "]") {
		return authority, ""
	}
	return authority[:at], authority[at+1:]
}

// maxHost is how long a host may be as it is written: a name of the DNS has 253 octets,
// and letters that are not ASCII take a few more here. What is longer leads nowhere, and
// to read it takes time by the square.
const maxHost = 1024

// HostName returns a host in the form that is compared: small ASCII letters, no dot at
// the end, addresses in their usual form. It is "" for what is no host.
func HostName(s string) string {
	if s = decode(s); len(s) > maxHost {
		return ""
	}
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.Unmap().WithZone("").String()
	}
	// As browsers do: rules of the DNS on length and letters do not count.
	lenient := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.VerifyDNSLength(false), idna.BidiRule())
	name, err := lenient.ToASCII(s)
	if err != nil {
		name = s
	}
	name = strings.TrimRight(strings.ToLower(name), ".")
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`/\@?#%[]:<>^|"`, r) }) {
		return ""
	}
	if a, ok := numeric(name); ok {
		return a.String()
	}
	return name
}

// numeric reads an IPv4 address in one of the ways in which programs do: up to four
// numbers, decimal, octal or hexadecimal, the last of which fills what is left (WHATWG
// URL, section 3.5, IPv4 parser).
func numeric(name string) (netip.Addr, bool) {
	parts := strings.Split(name, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var sum uint64
	for i, part := range parts {
		n, ok := number(part)
		last := i == len(parts)-1
		if !ok || !last && n > 255 || last && n >= 1<<(8*(5-len(parts))) {
			return netip.Addr{}, false
		}
		if last {
			sum += n
		} else {
			sum += n << (8 * (3 - i))
		}
	}
	return netip.AddrFrom4([4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}), true
}

// number reads one of them.
func number(s string) (uint64, bool) {
	base := 10
	switch {
	case s == "":
		return 0, false
	case strings.HasPrefix(s, "0x"):
		if s, base = s[2:], 16; s == "" {
			return 0, true
		}
	case len(s) > 1 && s[0] == '0':
		s, base = s[1:], 8
	}
	n, err := strconv.ParseUint(s, base, 33)
	return n, err == nil
}

// removeDots resolves "." and ".." in a path (RFC 3986, section 5.2.4), escaped ones
// too, as programs do.
func removeDots(path string) string {
	segments := strings.Split(path[1:], "/")
	out := make([]string, 0, len(segments))
	for i, s := range segments {
		last := i == len(segments)-1
		switch strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(s, "%2e", "."), "%2E", ".")) {
		case ".":
		case "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
		default:
			out = append(out, s)
			continue
		}
		if last {
			out = append(out, "")
		}
	}
	return "/" + strings.Join(out, "/")
}

// decode resolves escapes, once.
func decode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// flat writes one sign for each run of letters that are not ASCII: a program writes them
// in the character set of the mail, or as "&#233;" where that lacks them.
func flat(s string) string {
	var b strings.Builder
	other := false
	for i := 0; i < len(s); i++ {
		n := 0
		if s[i] >= 0x80 {
			n = 1
		} else {
			n = entity(s[i:])
		}
		if n == 0 {
			b.WriteByte(s[i])
			other = false
			continue
		}
		if !other {
			b.WriteByte(0xff)
		}
		other = true
		i += n - 1
	}
	return b.String()
}

// entity is the length of a number for a letter, "&#233;", at the beginning; 0 if there
// is none.
func entity(s string) int {
	if !strings.HasPrefix(s, "&#") {
		return 0
	}
	end := 2
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	if end == 2 || end == len(s) || s[end] != ';' {
		return 0
	}
	return end + 1
}
