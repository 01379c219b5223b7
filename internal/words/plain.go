package words

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain returns a text that a terminal can only print: whatever would move its
// cursor, change its colours or turn the direction of writing is written out as
// an escape, "\x1b" or "\u202e". Names in mail, file names and what a server
// said are a stranger's, and go through it before a person sees them; [Catalogue.Say]
// does that with each parameter. It can be done twice without harm.
func Plain(text string) string {
	clean := true
	for _, r := range text {
		if !harmless(r) || r == utf8.RuneError {
			clean = false
			break
		}
	}
	if clean {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, text[i])
		case harmless(r):
			out.WriteRune(r)
		default:
			out.WriteString(escaped(r))
		}
		i += size
	}
	return out.String()
}

// harmless says whether a letter only prints itself. What is left out is what
// Unicode calls control, format (among it all that turns the direction of
// writing), private use and unassigned, and the separators of lines.
func harmless(r rune) bool { return unicode.IsPrint(r) || unicode.Is(unicode.Zs, r) }

// escaped writes a letter out.
func escaped(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\t':
		return `\t`
	case r == '\r':
		return `\r`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
