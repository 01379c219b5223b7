// Package words is the one catalogue of what Unseen says to people.
//
// A text is found by a typed [Key] and has named parameters, so that another
// language can put them in another order. A text may count: "{n|mail|mails}"
// takes the first word for one and the second for any other number.
//
// The texts are data, one file for each language in texts/. Every key has a text
// in every language, with the same parameters, and every call names them: tests of
// this package read the program's source and hold it to that. Texts follow LOOK.md: sentence case, facts first, no fear.
// What is said after "unseen: " on standard error begins in lower case and has
// no full stop, as is the custom of the command line.
package words

import (
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
)

// A Key names one text.
type Key string

// A Catalogue holds the texts of one language. It never changes, but for one that
// [Catalogue.Turning] made, and may be used by several goroutines.
type Catalogue struct {
	lang  string
	texts map[Key]string
	// one says which numbers take the first form of a counting word.
	one func(n int64) bool
	// turned speaks in its place; nil is that nobody ever does.
	turned *atomic.Pointer[Catalogue]
}

// Turning returns a catalogue that speaks as this one does until it is turned to
// another language, and what turns it; nil turns it back. It is for those who speak to
// one reader for long.
func (c *Catalogue) Turning() (spoken *Catalogue, turn func(*Catalogue)) {
	own := c.now()
	spoken = &Catalogue{lang: own.lang, texts: own.texts, one: own.one, turned: new(atomic.Pointer[Catalogue])}
	return spoken, func(to *Catalogue) { spoken.turned.Store(to) }
}

// now is the catalogue that speaks.
func (c *Catalogue) now() *Catalogue {
	if c.turned == nil {
		return c
	}
	if to := c.turned.Load(); to != nil {
		return to
	}
	return c
}

// As returns the catalogue of a program that is called by another name than
// "unseen" in a terminal, because that name does not lead to it. The commands
// that texts name are then such as can be typed.
func (c *Catalogue) As(program string) *Catalogue {
	if program == "" || program == "unseen" {
		return c
	}
	c = c.now()
	command := regexp.MustCompile(`(^|[\s"])unseen ([a-z])`)
	called := "${1}" + strings.ReplaceAll(program, "$", "$$") + " ${2}"
	named := &Catalogue{lang: c.lang, one: c.one, texts: make(map[Key]string, len(c.texts))}
	for k, text := range c.texts {
		named.texts[k] = command.ReplaceAllString(text, called)
	}
	return named
}

// Lang returns the language as in BCP 47: "en".
func (c *Catalogue) Lang() string { return c.now().lang }

// Say returns the text of a key. Pairs are the parameters, each a name
// followed by its value. Where a text or a parameter is missing its name is said
// in its place; the tests of this package see to it that none is. What a
// parameter holds may be a stranger's: it is made [Plain].
func (c *Catalogue) Say(k Key, pairs ...any) string {
	c = c.now()
	text, ok := c.texts[k]
	if !ok {
		return "[" + string(k) + "]"
	}
	values := valuesOf(pairs)
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		slot, after, _ := strings.Cut(rest, "}")
		out.WriteString(c.fill(slot, values))
		text = after
	}
}

// fill returns what stands for one slot of a text.
func (c *Catalogue) fill(slot string, values map[string]any) string {
	forms := strings.Split(slot, "|")
	v, ok := values[forms[0]]
	if !ok {
		return "[" + forms[0] + "]"
	}
	if len(forms) != 3 {
		return Plain(fmt.Sprint(v))
	}
	if c.one(number(v)) {
		return forms[1]
	}
	return forms[2]
}

// number returns the value of any integer, -1 for anything else.
func number(v any) int64 {
	switch n := v.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	case uint64:
		return int64(n)
	}
	return -1
}

// valuesOf turns pairs into a map.
func valuesOf(pairs []any) map[string]any {
	values := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		values[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return values
}

// Help returns the texts of the command line's help, by the names under which
// its grammar refers to them.
func (c *Catalogue) Help() map[string]string {
	help := make(map[string]string)
	for k, text := range c.now().texts {
		if strings.HasPrefix(string(k), "help_") {
			help[string(k)] = text
		}
	}
	return help
}

// Text returns a text as it is written, with its parameters in braces; "" if
// there is none.
func (c *Catalogue) Text(k Key) string { return c.now().texts[k] }
