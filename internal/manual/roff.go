package manual

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/unseen-mail/unseen/internal/words"
)

// roff is a page as it grows, in the macros of man(7).
type roff struct{ strings.Builder }

// title begins a page. It has no date: the octets of a page are those of its words.
func (p *roff) title(name string) {
	fmt.Fprintf(p, ".TH %s %d \"\" Unseen Unseen\n", escaped(strings.ToUpper(name)), section)
}

// heading begins a section.
func (p *roff) heading(text string) {
	fmt.Fprintf(p, ".SH %s\n", escaped(strings.ToUpper(text)))
}

// line is a line of text.
func (p *roff) line(text string) {
	fmt.Fprintln(p, guarded(escaped(text)))
}

// text is a text of several lines: those that are indented stay as they are, and an
// empty one ends a paragraph.
func (p *roff) text(text string) {
	as := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if table := strings.HasPrefix(line, "  "); table != as {
			as = table
			fmt.Fprintln(p, map[bool]string{true: ".nf", false: ".fi"}[as])
		}
		if line == "" {
			fmt.Fprintln(p, ".PP")
			continue
		}
		p.line(line)
	}
	if as {
		fmt.Fprintln(p, ".fi")
	}
}

// tagged is a word and what is said of it.
func (p *roff) tagged(tag, text string) {
	fmt.Fprintf(p, ".TP\n\\fB%s\\fR\n", escaped(tag))
	if text != "" {
		p.line(text)
	}
}

// arguments lists what a command takes.
func (p *roff) arguments(node *kong.Node, w *words.Catalogue) {
	if len(node.Positional) == 0 {
		return
	}
	p.heading(w.Say(words.ManualArguments))
	for _, arg := range node.Positional {
		p.tagged(arg.Summary(), arg.Help)
	}
}

// options lists flags.
func (p *roff) options(flags []*kong.Flag, w *words.Catalogue) {
	p.heading(w.Say(words.ManualOptions))
	for _, f := range flags {
		p.option(f, w)
	}
}

// option is one flag: "-o, --output=FILE".
func (p *roff) option(f *kong.Flag, w *words.Catalogue) {
	if f.Hidden {
		return
	}
	name, help := f.Summary(), f.Help
	if f.Short != 0 {
		name = "-" + string(f.Short) + ", " + name
	}
	// The parser's own flag has its help in English, whatever the language.
	if f.Name == "help" && w != nil {
		help = w.Say(words.HelpShow)
	}
	p.tagged(name, help)
}

// below is a command under the one that the page is of, with what it takes.
func (p *roff) below(node *kong.Node) {
	fmt.Fprintf(p, ".SS %s\n", escaped(node.FullPath()))
	p.text(node.Help)
	p.text(node.Detail)
	for _, arg := range node.Positional {
		p.tagged(arg.Summary(), arg.Help)
	}
	for _, f := range node.Flags {
		if f.Name != "help" {
			p.option(f, nil)
		}
	}
}

// escaped keeps a text from being read as commands: a backslash is printed, and a
// hyphen is the one that can be typed (groff_char(7)).
func escaped(text string) string {
	return strings.NewReplacer("\\", "\\e", "-", "\\-", "\"", "\\(dq").Replace(text)
}

// guarded keeps a line that begins with a control character from being a request.
func guarded(line string) string {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		return "\\&" + line
	}
	return line
}
