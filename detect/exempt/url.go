package exempt

import (
	"strings"

	"github.com/unseen-mail/unseen/rules/purpose"
)

const (
	// maxURL is how much of an address is looked at.
	maxURL = 2 << 10
	// maxPiece is how long a segment, a name or a value can be that is words;
	// maxPieceWords is how many: more are the headline of an article.
	maxPiece      = 64
	maxPieceWords = 5
	// maxNesting is how often escapes are resolved.
	maxNesting = 3
)

// url looks at an address, piece by piece: labels of the host below what was
// registered, segments of the path, names and values of the query; those of an
// address within it too.
func (m *Matcher) url(address string) (Exemption, bool) {
	if len(address) > maxURL {
		address = address[:maxURL]
	}
	host, rest := split(unescaped(address))
	best := -1
	look := func(piece string) {
		if best < 0 || m.rows[best].Class != string(purpose.Choice) {
			best = m.piece(piece, best)
		}
	}
	for below := strings.Count(host, ".") - 1; below > 0; below-- {
		label, after, _ := strings.Cut(host, ".")
		look(label)
		host = after
	}
	for rest != "" {
		i := strings.IndexAny(rest, "/?&=#;:,@")
		piece := rest
		if i < 0 {
			rest = ""
		} else {
			piece, rest = rest[:i], rest[i+1:]
		}
		if isCampaign(piece) && i >= 0 {
			// Its value is about the mailing.
			_, rest, _ = strings.Cut(rest, "&")
			continue
		}
		look(piece)
	}
	return m.exemption(best, URL)
}

// split parts an address after its host.
func split(address string) (host, rest string) {
	if _, after, ok := strings.Cut(address, "://"); ok {
		address = after
	}
	i := strings.IndexAny(address, "/?#")
	if i < 0 {
		return strings.ToLower(address), ""
	}
	return strings.ToLower(address[:i]), address[i+1:]
}

// isCampaign says whether a name of a query is that of a campaign tag.
func isCampaign(name string) bool {
	return strings.HasPrefix(name, "utm_") || strings.HasSuffix(name, "campaign")
}

// piece returns the row whose phrase stands in a piece of an address, else what
// was found before.
func (m *Matcher) piece(piece string, best int) int {
	if len(piece) < 2 || len(piece) > maxPiece {
		return best
	}
	spare := m.spare()
	defer m.rooms.Put(spare)
	text, words := foldPiece(spare[:0], piece)
	if words == 0 || words > maxPieceWords {
		return best
	}
	m.urls.find(text, func(row, _ int) bool {
		choice := m.rows[row].Class == string(purpose.Choice)
		if choice || best < 0 {
			best = row
		}
		return !choice
	})
	return best
}

// foldPiece writes a piece of an address as words: parted by what is no letter,
// and where a capital follows a small letter. The ending of a file is left out.
func foldPiece(out []byte, piece string) (text []byte, words int) {
	if dot := strings.LastIndexByte(piece, '.'); dot > 0 && isEnding(piece[dot+1:]) {
		piece = piece[:dot]
	}
	f := folder{out: out}
	f.out = append(f.out, begin, blank)
	f.word = len(f.out)
	start := 0
	for i := 1; i < len(piece); i++ {
		if isUpper(piece[i]) && piece[i-1] >= 'a' && piece[i-1] <= 'z' {
			f.write(piece[start:i])
			f.endWord()
			start = i
		}
	}
	f.write(piece[start:])
	f.endWord()
	for _, c := range f.out {
		if c == blank {
			words++
		}
	}
	return append(f.out, end), words - 1
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// isEnding says whether a text is the ending of a page's name.
func isEnding(s string) bool {
	switch strings.ToLower(s) {
	case "html", "htm", "xhtml", "jhtml", "php", "asp", "aspx", "jsp", "do", "cfm", "cgi", "action", "sas", "fcc":
		return true
	}
	return false
}

// unescaped resolves the escapes of an address, nested ones too. What is no escape
// stays.
func unescaped(s string) string {
	for range maxNesting {
		if strings.IndexByte(s, '%') < 0 {
			break
		}
		out := make([]byte, 0, len(s))
		for i := 0; i < len(s); i++ {
			if s[i] == '%' && i+2 < len(s) && hex(s[i+1]) < 16 && hex(s[i+2]) < 16 {
				out = append(out, hex(s[i+1])<<4|hex(s[i+2]))
				i += 2
				continue
			}
			out = append(out, s[i])
		}
		s = string(out)
	}
	return s
}

// hex is the value of a hexadecimal digit, 16 for what is none.
func hex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 16
}
