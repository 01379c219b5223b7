package plan

import (
	"bytes"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/reference"
)

// remoteLoads parses HTML by the standard's tree construction, which shares
// nothing with our scanner, and returns the remote loads of this issue's
// vectors. The answer says too whether the base is contested: one behind other content, or one
// without an address that could be, which parsers take or leave.
func remoteLoads(t rapid.TB, text []byte, base string, scripts bool) (loads []load, contested bool) {
	t.Helper()
	doc, err := html.ParseWithOptions(bytes.NewReader(text), html.ParseOptionEnableScripting(scripts))
	if err != nil {
		return nil, false // the parser has limits of its own
	}
	w := walker{base: base, comments: rawComments(text)}
	w.findBase(doc)
	w.walk(doc)
	return w.loads, w.contested
}

// load is one remote load: where it leads, and the value that says so.
type load struct{ at, value string }

type walker struct {
	base  string
	found bool
	// behind counts elements of content that findBase has passed.
	behind    int
	contested bool
	loads     []load
	// comments are comments as they stand, by what the parser makes of them: it
	// undoes character references in them, which the standard does not (HTML,
	// section 13.2.5.45).
	comments map[string]string
}

// rawComments finds the comments of a text as they stand in it.
func rawComments(text []byte) map[string]string {
	raw := map[string]string{}
	for z := html.NewTokenizer(bytes.NewReader(text)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return raw
		case html.CommentToken:
			whole := string(z.Raw())
			raw[string(z.Text())] = strings.TrimPrefix(whole, "<!--")
		}
	}
}

func (w *walker) findBase(n *html.Node) {
	if n.Type == html.ElementNode && !strings.Contains(" html head body base ", " "+n.Data+" ") {
		w.behind++
	}
	if n.Type == html.ElementNode && n.Data == "base" && !w.found {
		for _, a := range n.Attr {
			if a.Key == "href" {
				at := absolute(a.Val, w.base)
				w.found, w.contested = true, w.behind > 0 || !remote(at) || strings.HasPrefix(at, "//")
				if remoteAddress.MatchString(at) {
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
			text, ok := w.comments[n.Data]
			if !ok {
				text = n.Data
			}
			if doc, err := html.Parse(strings.NewReader(text)); err == nil {
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

// css adds what a style sheet loads: a URL token, or a string as the first thing
// after "url(" or "@import" (CSS Syntax, section 4.3). A string that runs over a
// line end, and a URL token with a quote in it, are bad ones: they load nothing.
func (w *walker) css(text string) {
	lexer := css.NewLexer(parse.NewInputString(text))
	wanted := false
	for {
		kind, token := lexer.Next()
		switch kind {
		case css.ErrorToken:
			return
		case css.WhitespaceToken, css.CommentToken:
			continue
		case css.URLToken:
			w.load(cssValue(inURL(string(token))))
		case css.StringToken:
			if wanted {
				w.load(cssValue(unquoted(string(token))))
			}
		}
		wanted = kind == css.AtKeywordToken && strings.EqualFold(string(token), "@import") ||
			kind == css.FunctionToken && strings.EqualFold(string(token), "url(")
	}
}

// inURL returns what stands in a URL token, its quotes taken off.
func inURL(token string) string {
	_, value, _ := strings.Cut(token, "(")
	value = strings.Trim(strings.TrimSuffix(value, ")"), " \t\r\n\f")
	if value != "" && (value[0] == '"' || value[0] == '\'') {
		return unquoted(value)
	}
	return value
}

// unquoted takes the quotes off a string; at the end of a sheet the last one may
// be missing.
func unquoted(text string) string {
	return strings.TrimSuffix(text[1:], text[:1])
}

var cssEscape = regexp.MustCompile(`(?s)\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\r\n\f])?|\r\n|(.))`)

// cssValue undoes the escapes of a string or of a URL token (CSS Syntax,
// section 4.3.7); an escaped line end in a string is none at all.
func cssValue(text string) string {
	return cssEscape.ReplaceAllStringFunc(text, func(escape string) string {
		m := cssEscape.FindStringSubmatch(escape)
		if m[1] != "" {
			code, err := strconv.ParseUint(m[1], 16, 32)
			if err != nil || code == 0 || code > unicode.MaxRune {
				return "\uFFFD"
			}
			return string(rune(code))
		}
		if strings.ContainsAny(m[2], "\n\r\f") {
			return ""
		}
		return m[2]
	})
}

func (w *walker) load(value string) {
	// net/url makes an address without a host of a base that is none.
	if at := absolute(value, w.base); remote(at) && !strings.HasPrefix(at, "http:///") {
		w.loads = append(w.loads, load{at, value})
	}
}

// absolute resolves an address as a URL parser does, roughly.
func absolute(value, base string) string {
	blanks := strings.NewReplacer("\t", "", "\r", "", "\n", "")
	value, base = strings.Trim(blanks.Replace(value), "\x00 "), strings.Trim(blanks.Replace(base), "\x00 ")
	b, err := url.Parse(base)
	if err != nil || base == "" {
		return value
	}
	// The scheme of the base says nothing without slashes behind it (URL Standard,
	// section 4.4, special relative or authority state).
	scheme, rest, _ := strings.Cut(value, ":")
	if strings.EqualFold(scheme, b.Scheme) && strings.HasPrefix(b.Scheme, "http") && !remoteAddress.MatchString(rest) {
		value = rest
	}
	if remoteAddress.MatchString(value) {
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
