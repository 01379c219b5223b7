// Package evasion tries how well verdicts hold when a sender changes the form of a
// tracker: another size, a path instead of a query, a host of its own.
//
// The forms are those of testdata/evasions; each is put into a mail as its vendor
// sends them, changed in one way at a time, and scanned. The mail is from
// brand.example, has pictures, and three links of the same vendor that are left as
// they are: who hides a pixel still wants to count clicks.
package evasion

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect"
)

// A Shape is what the addresses of one vendor look like.
type Shape struct {
	// Vendor is the catalogue's identifier.
	Vendor string
	// Open is the address of a load, Clicks are those of links.
	Open   string
	Clicks []string
}

// places are where made-up identifiers go: "{name:b22}".
var places = regexp.MustCompile(`\{([a-z]+):([abdhu])([0-9]*)\}`)

// Read reads shapes and makes up their identifiers, always the same ones.
func Read(r io.Reader) ([]Shape, error) {
	var out []Shape
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		cells := strings.Split(lines.Text(), "\t")
		if len(cells) != 3 {
			return nil, fmt.Errorf("reading shapes: %d cells in %q", len(cells), lines.Text())
		}
		s := Shape{Vendor: cells[0], Open: fill(cells[1], cells[0], 0)}
		for n := range 3 {
			s.Clicks = append(s.Clicks, fill(cells[2], cells[0], n+1))
		}
		out = append(out, s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading shapes: %w", err)
	}
	return out, nil
}

// fill makes up the identifiers of an address.
func fill(form, vendor string, link int) string {
	return places.ReplaceAllStringFunc(form, func(place string) string {
		m := places.FindStringSubmatch(place)
		name := vendor + " " + m[1]
		if m[1] == "link" {
			name += strconv.Itoa(link)
		}
		n, _ := strconv.Atoi(m[3])
		return makeUp(m[2], n, name)
	})
}

// alphabets are what identifiers are made of.
var alphabets = map[string]string{
	"a": "abcdefghijklmnopqrstuvwxyz0123456789",
	"b": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
	"d": "0123456789",
	"h": "0123456789abcdef",
}

// makeUp returns an identifier of n characters.
func makeUp(kind string, n int, name string) string {
	if kind == "u" {
		h := makeUp("h", 32, name)
		return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
	}
	var b strings.Builder
	alphabet := alphabets[kind]
	for i := 0; b.Len() < n; i++ {
		for _, octet := range sha256.Sum256([]byte(name + strconv.Itoa(i))) {
			if b.Len() < n {
				b.WriteByte(alphabet[int(octet)%len(alphabet)])
			}
		}
	}
	return b.String()
}

// A Way is one change to a tracker's form.
type Way struct {
	// Name is what it is called in the table.
	Name string
	// Address changes the address.
	Address func(string) string
	// Tag is the element around it, with %s for the address.
	Tag string
}

// Tags that a load stands in.
const (
	pixelTag = `<img src="%s" width="1" height="1" alt="">`
	bareTag  = `<img src="%s" alt="">`
)

// Ways returns the changes that are tried.
func Ways() []Way {
	return []Way{
		{"as it is", same, pixelTag},
		{"other size", same, `<img src="%s" width="5" height="4" alt="">`},
		{"no size", same, bareTag},
		{"path for query", turned, pixelTag},
		{"split token", split, pixelTag},
		{"host label", labelled, pixelTag},
		{"extension", extended, pixelTag},
		{"redirect", redirected, pixelTag},
		{"URL encodings", encoded, pixelTag},
		{"CSS for img", same, `<div style="background-image:url('%s')">&nbsp;</div>`},
		{"large picture", same, `<img src="%s" width="600" height="300" alt="Our offers">`},
		{"first-party host", firstParty, pixelTag},
		{"2x6", same, `<img src="%s" width="2" height="6" alt="">`},
		{"off the screen", same, `<img src="%s" width="600" height="300" alt="Our offers" style="position:absolute;left:-9999px">`},
	}
}

// Elsewhere returns the same changes on a host that nobody knows, with no size:
// then neither vendor nor shape gives the load away, but only its name.
func Elsewhere() []Way {
	var out []Way
	for _, w := range Ways() {
		if w.Name == "first-party host" {
			continue
		}
		change := w.Address
		w.Address = func(s string) string { return change(onHost(s, "t.nobody-knows.example")) }
		if w.Tag == pixelTag {
			w.Tag = bareTag
		}
		out = append(out, w)
	}
	return out
}

// Held says whether a shape, changed in a way, is still held in a mail.
func Held(j *detect.Judge, s Shape, w Way) bool {
	address := w.Address(s.Open)
	report := detect.Scan(mail(s, fmt.Sprintf(w.Tag, html.EscapeString(address))), j, detect.ScanOptions{All: true})
	for _, f := range report.Findings {
		if f.Kind.Load() && f.URL == address {
			return f.Verdict == detect.Tracker || f.Verdict == detect.Suspected
		}
	}
	return false
}

// mail makes a mail with a load.
func mail(s Shape, load string) []byte {
	var b strings.Builder
	b.WriteString("From: News <news@brand.example>\r\nTo: reader@home.example\r\nSubject: Our news\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>\r\n" +
		`<img src="https://www.brand.example/img/logo.png" width="120" height="40" alt="Brand">` + "\r\n")
	for i, click := range s.Clicks {
		fmt.Fprintf(&b, `<p><a href="%s"><img src="https://cdn.brand.example/2024/offer-%d.jpg" width="300" alt="Offer %d">See it</a></p>`+"\r\n",
			html.EscapeString(click), i, i)
	}
	b.WriteString(load + "\r\n</body></html>\r\n")
	return []byte(b.String())
}

// same changes nothing.
func same(s string) string { return s }

// parts takes an address apart.
func parts(s string) (host, path, query string) {
	rest := strings.TrimPrefix(s, "https://")
	host, rest, _ = strings.Cut(rest, "/")
	path, query, _ = strings.Cut(rest, "?")
	return host, path, query
}

// onHost puts an address on another host.
func onHost(s, host string) string {
	_, path, query := parts(s)
	if query != "" {
		path += "?" + query
	}
	return "https://" + host + "/" + path
}

// firstParty puts it on a name of the sender's own, as a CNAME does.
func firstParty(s string) string { return onHost(s, "news.brand.example") }

// turned makes a path of a query, and a query of a path.
func turned(s string) string {
	host, path, query := parts(s)
	if query != "" {
		return "https://" + host + "/" + path + "/" + strings.NewReplacer("=", "/", "&", "/").Replace(query)
	}
	first, rest, _ := strings.Cut(path, "/")
	return "https://" + host + "/" + first + "?x=" + url.QueryEscape(rest)
}

// name returns the longest text of an address without punctuation.
func name(s string) string {
	_, path, query := parts(s)
	longest := ""
	for text := range strings.FieldsFuncSeq(path+"?"+query, func(r rune) bool { return strings.ContainsRune("/?&=.,~", r) }) {
		if len(text) > len(longest) {
			longest = text
		}
	}
	return longest
}

// split cuts the name in two.
func split(s string) string {
	n := name(s)
	between := "/"
	if i, j := strings.Index(s, n), strings.IndexByte(s, '?'); j >= 0 && i > j {
		between = "&y="
	}
	return strings.Replace(s, n, n[:len(n)/2]+between+n[len(n)/2:], 1)
}

// labelled makes a label of the host of the name.
func labelled(s string) string {
	host, _, _ := parts(s)
	label := name(s)
	if strings.ToLower(label) != label || strings.ContainsAny(label, "_%") || len(label) > 60 {
		label = hex.EncodeToString([]byte(label))
		label = label[:min(len(label), 32)]
	}
	return "https://" + strings.ToLower(label) + "." + host + "/o.gif"
}

// extended ends it as a picture does.
func extended(s string) string {
	host, path, query := parts(s)
	if query != "" {
		query = "?" + query
	}
	return "https://" + host + "/" + strings.TrimSuffix(path, "/") + ".gif" + query
}

// redirected leads there by way of somebody else.
func redirected(s string) string {
	return "https://www.brand.example/go?url=" + url.QueryEscape(s)
}

// encoded writes every letter of path and query as an escape.
func encoded(s string) string {
	host, path, query := parts(s)
	out := "https://" + host + "/" + escapes(path)
	if query != "" {
		out += "?" + escapes(query)
	}
	return out
}

// escapes escapes letters and digits.
func escapes(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' {
			if i > 1 && (s[i-1] == '%' || s[i-2] == '%') {
				b.WriteByte(c)
				continue
			}
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
