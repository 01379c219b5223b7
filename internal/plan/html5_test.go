package plan

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/reference"
)

// remoteLoads parses HTML by the standard's tree construction, which shares
// nothing with our scanner, and returns the remote loads of this issue's
// vectors.
func remoteLoads(t rapid.TB, text []byte, base string, scripts bool) []string {
	t.Helper()
	doc, err := html.ParseWithOptions(bytes.NewReader(text), html.ParseOptionEnableScripting(scripts))
	if err != nil {
		return nil // the parser has limits of its own
	}
	w := walker{base: base}
	w.findBase(doc)
	w.walk(doc)
	return w.loads
}

type walker struct {
	base  string
	found bool
	loads []string
}

func (w *walker) findBase(n *html.Node) {
	if n.Type == html.ElementNode && n.Data == "base" && !w.found {
		for _, a := range n.Attr {
			if a.Key == "href" {
				w.found = true
				if at := absolute(a.Val, w.base); remote(at) {
					w.base = at
				}
			}
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.findBase(c)
	}
}

func (w *walker) walk(n *html.Node) {
	switch n.Type {
	case html.ElementNode:
		for _, a := range n.Attr {
			w.attribute(n.Data, a.Key, a.Val)
		}
		if n.Data == "link" {
			w.link(n)
		}
		if n.Data == "style" && n.FirstChild != nil {
			w.css(n.FirstChild.Data)
		}
	case html.CommentNode:
		if strings.HasPrefix(n.Data, "[if") {
			inner := walker{base: w.base}
			if doc, err := html.Parse(strings.NewReader(n.Data)); err == nil {
				inner.walk(doc)
			}
			w.loads = append(w.loads, inner.loads...)
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.walk(c)
	}
}

func (w *walker) attribute(element, key, value string) {
	switch {
	case (element == "img" || element == "input") && key == "src", key == "background":
		w.load(value)
	case (element == "img" || element == "source") && key == "srcset":
		// An address may hold commas; descriptors end at one.
		for rest := strings.TrimLeft(value, " \t\r\n\f,"); rest != ""; rest = strings.TrimLeft(rest, " \t\r\n\f,") {
			address := strings.Fields(rest)[0]
			rest = rest[len(address):]
			if !strings.HasSuffix(address, ",") {
				_, rest, _ = strings.Cut(rest, ",")
			}
			w.load(strings.TrimRight(address, ","))
		}
	case key == "style", svgValues[key]:
		w.css(value)
	case strings.Contains(furtherLoads[key], " "+element+" "):
		w.load(value)
	}
}

// furtherLoads are elements by their attribute that loads, with what the parser
// calls them.
var furtherLoads = map[string]string{
	"src":    " iframe frame embed video audio source track script bgsound ",
	"poster": " video ",
	"data":   " object ",
	"href":   " image feImage use ",
}

// svgValues are attributes of SVG that hold CSS.
var svgValues = map[string]bool{"mask": true, "cursor": true, "fill": true, "stroke": true, "filter": true, "clip-path": true}

// link adds the address of a style sheet.
func (w *walker) link(n *html.Node) {
	rel, href := "", ""
	for _, a := range n.Attr {
		switch a.Key {
		case "rel":
			rel = strings.ToLower(a.Val)
		case "href":
			href = a.Val
		}
	}
	if strings.Contains(rel, "stylesheet") {
		w.load(href)
	}
}

var cssAddress = regexp.MustCompile(`(?i)(?:url\(\s*["']?|@import\s*["'])([^"')\s]+)\s*["')]`)

func (w *walker) css(text string) {
	for _, m := range cssAddress.FindAllStringSubmatch(text, -1) {
		w.load(m[1])
	}
}

func (w *walker) load(value string) {
	// net/url makes an address without a host of a base that is none.
	if at := absolute(value, w.base); remote(at) && !strings.HasPrefix(at, "http:///") {
		w.loads = append(w.loads, at)
	}
}

// absolute resolves an address as a URL parser does, roughly.
func absolute(value, base string) string {
	value = strings.Trim(strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(value), "\x00 ")
	if base == "" || remoteAddress.MatchString(value) {
		return value
	}
	b, err := url.Parse(base)
	if err != nil {
		return value
	}
	u, err := b.Parse(value)
	if err != nil {
		// net/url takes "=http://…" for an address with a bad scheme; it is a path
		// (RFC 3986, section 4.2).
		if u, err = b.Parse("./" + value); err != nil {
			return base + value
		}
	}
	return u.String()
}

var remoteAddress = regexp.MustCompile(`(?i)^(https?:|ftp:|[/\\]{2}).`)

func remote(address string) bool {
	if !remoteAddress.MatchString(address) || strings.HasPrefix(address, "http://127.0.0.1:4180/") {
		return false
	}
	// A blank is a forbidden host code point (URL Standard, section 3.1): such an
	// address leads nowhere.
	host, _, _ := strings.Cut(slashless(strings.ReplaceAll(address, "\\", "/")), "/")
	return !strings.ContainsAny(host, " \t")
}

// isHTML says whether a media type is read as HTML.
func isHTML(mediaType string) bool { return reference.Scanned(mediaType) && mediaType != "text/css" }
