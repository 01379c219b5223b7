// Package page makes the pages that a reader sees in a browser: what waits for an
// answer, the question of one sender, how it stands with them, what was held, and
// where a link leads.
//
// A page is HTML without a script; it can be read on a phone, by a screen reader and
// on paper, in light and in dark. What it says is decided elsewhere: this package
// lays out what it is given. A notice is shown in exactly its own words.
//
// Texts that came with a mail cannot do anything but be read: everything that is
// shown loses its control, format and private characters and is cut, whoever wrote
// it, and html/template escapes it for its place.
//
// It is pure but for its embedded files: it knows no clock, disk or network.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/words"
)

//go:embed templates/*.html
var files embed.FS

// A Frame is what a page stands in.
type Frame struct {
	// Words are those of the reader's language.
	Words *words.Catalogue
	// Base is the path of the session, "/c/.../"; "" outside of one.
	Base string
	// Token is for the forms of the page, good for one use.
	Token string
	// Note is a sentence on what was just done, "" if nothing was.
	Note string
	// Zone is the reader's. Nil means UTC.
	Zone *time.Location
}

// A view is what a template is given.
type view struct {
	Lang, Title, Heading, Base, Token, Note string
	Style, Mark                             string
	// Home is the page of Base that the reader is on: "", "held" or "-".
	Home string
	// To, if not "", is where the browser goes on at once.
	To string
	// L are texts without parameters, by their names in the template.
	L map[string]string
	// V is what is special to the page.
	V any
}

// templates are the embedded files. They are part of the program: ones that cannot
// be read are the fault of whoever built it.
var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(files, "templates/*.html"))
})

// render makes a page of a template.
func (f *Frame) render(name string, v view) []byte {
	style, mark := Static()
	v.Lang, v.Base, v.Token, v.Note, v.Style, v.Mark = f.Words.Lang(), f.Base, f.Token, f.Note, style, mark
	if v.Heading == "" {
		v.Heading = v.Title
	}
	if v.L == nil {
		v.L = make(map[string]string)
	}
	w := f.Words
	for name, text := range map[string]string{
		"skip": w.Say(words.PageSkip), "nav": w.Say(words.PageNav), "overview": w.Say(words.PageOverview),
		"held": w.Say(words.PageHeld), "foot": w.Say(words.PageFoot),
	} {
		v.L[name] = text
	}
	var out bytes.Buffer
	if err := templates().ExecuteTemplate(&out, name+".html", harmless(v)); err != nil {
		// It would be a mistake in a template, which the tests of this package
		// fill in with everything there is.
		panic(fmt.Sprintf("page: making %s: %v", name, err))
	}
	return out.Bytes()
}

// below is an address within the session: a page and what it is about, as pairs of
// name and value. Empty values are left out.
func (f *Frame) below(name string, pairs ...string) string { return f.Base + Below(name, pairs...) }

// Below writes a page and what it is about as the end of an address: pairs of name
// and value, of which empty ones are left out.
func Below(name string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return name
	}
	return name + "?" + q.Encode()
}

// host is what people know an address by.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if u.Scheme == "mailto" {
		at, _, _ := strings.Cut(u.Opaque, "?")
		return at
	}
	return u.Hostname()
}
