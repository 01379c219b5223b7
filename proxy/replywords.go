package proxy

import (
	"cmp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Replies are the sentences of the submission relay that a person may get to see,
// because their mail program shows why it could not send. Each empty one is English.
// A reply is ASCII (RFC 5321, section 4.2): letters lose their accents.
type Replies struct {
	// TooLarge, Unknown, Signed and Unprepared say why a mail was not sent.
	TooLarge, Unknown, Signed, Unprepared string
	// Unreachable says that the server cannot be reached, BrokeOff that it broke off
	// before it confirmed a mail.
	Unreachable, BrokeOff string
}

// sentence is a reply with its enhanced code (RFC 3463), in the reader's words or in
// English ones.
func sentence(code int, status, said, english string) reply {
	text := plainASCII(cmp.Or(said, english))
	return say(code, status+" "+text[:min(len(text), maxWithheld)])
}

// spelled are letters and marks that ASCII writes with others.
var spelled = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss", "œ", "oe", "Œ", "Oe",
	"æ", "ae", "Æ", "Ae", "ø", "o", "Ø", "O", "«\u00a0", `"`, "\u00a0»", `"`, "« ", `"`, " »", `"`, "«", `"`, "»", `"`, "“", `"`, "”", `"`, "„", `"`,
	"‘", "'", "’", "'", "–", "-", "—", "-", "…", "...", "\u00a0", " ", "\u202f", " ")

// plainASCII writes a text in printable ASCII, as people do who have no other letters.
// What cannot be written so is a question mark.
func plainASCII(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}, norm.NFD.String(spelled.Replace(text)))
}
