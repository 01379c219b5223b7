package words

import (
	"fmt"
	"io"
	"strings"
)

// Complain says to a person what went wrong, in the form that every program of Unseen
// has, and what to do next if that is known.
func Complain(to io.Writer, c *Catalogue, text, hint string) {
	// Several errors are several lines, and one sentence here.
	fmt.Fprintln(to, "unseen: "+Plain(strings.ReplaceAll(text, "\n", "; ")))
	if hint != "" {
		fmt.Fprintln(to, "unseen: "+c.Say(HintLine, "hint", hint))
	}
}
