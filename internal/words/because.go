package words

import (
	"slices"
	"strings"
)

// Because says a reason for a verdict: a code of package detect and what its
// sentence names, in its order ("vendor-open", "Mailchimp"). It is "" for a code that
// this program does not know, as of a newer one: the sentence that comes with the
// reason is said then, in English.
func (c *Catalogue) Because(code string, args []string) string {
	key := Key("because-" + code)
	if c.Text(key) == "" {
		return ""
	}
	var pairs []any
	for i, arg := range args {
		if i < len(places) {
			pairs = append(pairs, places[i], c.named(code, i, arg))
		}
	}
	if code == "leak" && len(args) > leakForm {
		pairs = append(pairs, "what", c.known("leaked-", args[leakWhat]), "form", c.Form(args[leakForm]))
	}
	return c.Say(key, pairs...)
}

// places are the parameters of reasons, in the order of their arguments.
var places = [...]string{"first", "second", "third", "fourth"}

// leakWhat and leakForm are where the reason of a leak says what is carried, and how
// it is written.
const leakWhat, leakForm = 1, 2

// named is one argument of a reason, as people call it.
func (c *Catalogue) named(code string, i int, arg string) string {
	if i == 0 && (code == "token" || code == "address" || code == "history-reader" || code == "history-stays") {
		return c.known("place-in-", arg)
	}
	return arg
}

// known is a word of the program as people call it, itself if it has no text.
func (c *Catalogue) known(kind, word string) string {
	if text := c.Text(Key(kind + strings.ReplaceAll(word, " ", "-"))); text != "" {
		return text
	}
	return word
}

// Form says how something is written: "sha256 of base64", outermost first, is names
// that are the same in every language.
func (c *Catalogue) Form(form string) string {
	steps := strings.Split(form, " of ")
	said := c.known("form-", steps[len(steps)-1])
	for _, outer := range slices.Backward(steps[:len(steps)-1]) {
		said = c.Say(formOf, "outer", c.known("form-", outer), "inner", said)
	}
	return Plain(said)
}

// formOf joins two ways of writing, the outer before the inner.
const formOf Key = "form-of"
