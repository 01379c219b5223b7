package signal

import (
	"net/url"
	"strings"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

const (
	// maxAddress is how much of an address is looked at, maxTokens how many are
	// kept of it, and maxNesting how often escapes are resolved.
	maxAddress = 4 << 10
	maxTokens  = 24
	maxNesting = 3
	// minAsked is how short a value can be in a parameter that is named after
	// people.
	minAsked = 3
	// maxName is how long a name is that words are looked for in.
	maxName = 24
	// maxExtension is how long the end of a file's name is.
	maxExtension = 5
)

// Parts are an address taken apart.
type Parts struct {
	// At is the address in host and rest.
	At catalogue.Address
	// Tokens are what could be names in it: of the path, the host, the query, the
	// user and the fragment, in this order.
	Tokens []Token
	// Extension is that of the last segment of the path in lower case, without
	// its dot; "" if it has none. File is the segment without it.
	File, Extension string
	// Nested says that the address holds another one; Inner is that of the first
	// parameter with one, its escapes resolved.
	Nested bool
	Inner  string
	// Slug says that a segment of the path is a title in words.
	Slug bool
	// Random counts the characters at random in the path.
	Random int
	// Times is how often a mail loads the address, where it is one of a mail's.
	Times int
	// Counter says that the path or the host has a word of those that count
	// openings and clicks: "track", "click", "c"; Counting that the path has. Opener says that a segment of the
	// path is a whole word for openings: "open", "pixel".
	Counter, Counting, Opener bool
	// Segments counts those of the path.
	Segments int
	// Leaves says that a part of the address is a word for leaving a list.
	Leaves bool
	// Shelf says that a folder of the path is named after stores of files.
	Shelf bool
}

// Take takes an http or https address apart, and returns false for any other.
func Take(address string) (Parts, bool) {
	var p Parts
	ok := p.take(address)
	return p, ok
}

// take is [Take] into parts that are empty.
func (p *Parts) take(address string) bool {
	if len(address) > maxAddress {
		address = address[:maxAddress]
	}
	at, ok := catalogue.Split(address)
	if !ok {
		return false
	}
	p.At = at
	path := at.Path()
	// Parameters of the segment (RFC 3986, section 3.3) are not of a file's name.
	last, params, _ := strings.Cut(path[strings.LastIndexByte(path, '/')+1:], ";")
	p.File, p.Extension = file(last)
	p.path(path)
	p.host(at.Host)
	if params != "" && !isSession(params) {
		p.query(params)
	}
	if query := at.Query(); query != "" {
		p.query(query)
	}
	if at := strings.IndexByte(address, '@'); at > 0 {
		p.user(address[:at])
	}
	if _, fragment, ok := strings.Cut(address, "#"); ok {
		p.add(Token{Where: Fragment, Text: fragment})
	}
	return true
}

// add grades a token and keeps it if it is one.
func (p *Parts) add(t Token) Strength {
	if len(p.Tokens) == maxTokens || t.Text == "" {
		return None
	}
	if p.Tokens == nil {
		p.Tokens = make([]Token, 0, 2)
	}
	plain := unescaped(t.Text)
	t.Kind, t.Strength, t.Random = graded(plain)
	if t.Strength >= Fair && len(plain) >= minHidden && hidesAddress(plain) {
		t.Kind, t.Strength = Address, Strong
	}
	if t.Strength >= Fair {
		t.Dense = turns(plain)*3 >= len(plain)
	}
	if t.Strength == None {
		switch {
		case t.Where == Query && t.Asked && digits(plain) < len(plain) && isSomebody(t.Name, plain):
			t.Kind = Random
		case !t.Asked || len(plain) < minAsked || longestNumber(plain) < minAsked:
			return None
		default:
			t.Kind = Number
		}
		t.Strength = Faint
	}
	p.Tokens = append(p.Tokens, t)
	return t.Strength
}

// minHidden is how short a token can be that is an e-mail address written
// otherwise.
const minHidden = 10

// hidesAddress says whether a token decodes to a text with an e-mail address.
func hidesAddress(s string) bool {
	if !mayDecode(s) {
		return false
	}
	text := Decode(s)
	if strings.IndexByte(text, '@') < 0 {
		return false
	}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !isAlnumRune(r) && !strings.ContainsRune("@._+-", r) }) {
		if IsAddress(strings.TrimRight(word, ".")) {
			return true
		}
	}
	return false
}

// isAlnumRune says whether a character is a letter or a digit of ASCII.
func isAlnumRune(r rune) bool { return r < 0x80 && isAlnum(byte(r)) }

// isSomebody says whether a word names a reader because its parameter asks for one.
func isSomebody(name, value string) bool {
	switch strings.ToLower(value) {
	case "true", "false", "yes", "none", "null", "email", "mail", "newsletter", "all", "guest", "user":
		return false
	}
	u := useOf(name)
	return u == useTrait && len(value) > 1 || u == usePerson && len(value) >= minAsked && len(value) <= 24 && !strings.ContainsAny(value, "_ ")
}

// query takes the tokens of a query.
func (p *Parts) query(query string) {
	within := false
	for query != "" {
		pair := query
		if i := strings.IndexAny(query, "&;"); i >= 0 {
			pair, query = query[:i], query[i+1:]
		} else {
			query = ""
		}
		if pair == "" {
			continue
		}
		name, value, named := strings.Cut(pair, "=")
		if !named {
			// What has parts of its own tells a store how to show a picture.
			if !p.Picture() || !strings.Contains(pair, "/") {
				p.add(Token{Where: Query, Text: pair})
			}
			continue
		}
		if p.parameter(name, value, within) {
			// One that was not escaped goes on with what follows, as a rule.
			within = within || strings.IndexByte(value, '?') >= 0
		}
	}
}

// parameter takes the tokens of one parameter, and says whether it holds another
// address. Within says that it may be one of an address that stands before it.
func (p *Parts) parameter(name, value string, within bool) (nested bool) {
	plain := name
	if strings.IndexByte(name, '%') >= 0 {
		plain = unescaped(name)
	}
	use := useOf(plain)
	switch {
	case use == useMailing, use == usePicture && !belies(plain, value):
		return false
	case isNested(value):
		p.nested(value)
		return true
	}
	p.add(Token{Where: Query, Name: name, Text: value, Seal: use == useSeal, Content: use == useContent, Asked: p.asks(use, within)})
	// A name can hold what its value should.
	if len(name) >= minFair {
		p.add(Token{Where: Query, Name: name, Text: name})
	}
	return false
}

// asks says whether a parameter of a use is named after people.
func (p *Parts) asks(use use, within bool) bool {
	switch use {
	case usePerson, useTrait:
		return true
	case useMessage:
		return !within
	}
	return use == usePerhaps && p.Counter
}

// belies says whether a value is none of what its name of one or two letters
// promises: "q=75" is the quality of a picture, "q=17-agrtnIXceK4Ia" is not.
func belies(name, value string) bool {
	if len(name) > 2 || name == "v" {
		return false
	}
	_, strength := Grade(unescaped(value))
	return strength >= Fair
}

// isNested says whether a value is another address, escaped or not.
func isNested(value string) bool {
	return len(value) > 8 && (strings.HasPrefix(value, "http") || strings.HasPrefix(value, "HTTP")) && strings.Contains(value[:min(len(value), 16)], ":") ||
		len(value) > 12 && strings.HasPrefix(value, "http") && strings.Contains(value[:12], "%3")
}

// nested takes what names people in the query of an address within this one. What
// else it holds is where it leads.
func (p *Parts) nested(value string) {
	p.Nested = true
	inner := unescaped(value)
	if p.Inner == "" {
		p.Inner = inner
	}
	_, query, ok := strings.Cut(inner, "?")
	if !ok {
		return
	}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if useOf(name) == usePerson || IsAddress(value) {
			p.add(Token{Where: Query, Name: name, Text: value, Asked: true})
		}
	}
}

// path takes the tokens of a path.
func (p *Parts) path(path string) {
	n, last := 0, strings.LastIndexByte(path, '/')
	start := 1
	for start <= len(path) {
		end := start
		for end < len(path) && path[end] != '/' {
			end++
		}
		n++
		segment := path[start:end]
		t := Token{Where: Path, Text: segment, Segment: n, Last: start == last+1}
		if t.Last {
			t.Text = p.File
		}
		t.Text = withoutSession(t.Text)
		if t.Text != "" {
			p.segment(t)
		}
		start = end + 1
	}
	p.Segments = n
}

// segment takes a segment of the path, and what it shows besides tokens.
func (p *Parts) segment(t Token) {
	strength := p.add(t)
	if strength >= Fair {
		p.Random += p.Tokens[len(p.Tokens)-1].Random
	}
	if strength == None {
		word := strings.ToLower(t.Text)
		p.Opener = p.Opener || opens(word)
		p.Counting = p.Counting || p.Opener || names().counter[word]
		p.Counter = p.Counter || p.Counting
		p.Leaves = p.Leaves || leaves(word)
		p.Shelf = p.Shelf || !t.Last && stores(word)
	}
	if strings.HasPrefix(t.Text, "http") && isNested(t.Text) || strings.Contains(t.Text, "%2F") {
		p.Nested = true
	}
	p.Slug = p.Slug || strength < Fair && isSlug(t.Text) || strength >= Fair && p.Tokens[len(p.Tokens)-1].Random < maxSlug && isTitled(t.Text)
}

// opens says whether a part of a name is a word for openings: "r_open1".
func opens(name string) bool {
	if len(name) > maxName {
		return false
	}
	for piece := range strings.FieldsFuncSeq(name, func(r rune) bool { return r < 'a' || r > 'z' }) {
		if names().opener[piece] || strings.HasPrefix(piece, "track") {
			return true
		}
	}
	return false
}

// stores says whether a part of a name is a word for stores: "upload_aimg".
func stores(name string) bool {
	if len(name) > maxName {
		return false
	}
	for piece := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '_' || r == '-' }) {
		if names().storeLabels[piece] {
			return true
		}
	}
	return false
}

// withoutSession takes the number of a session off a segment. Whoever copied the
// address from their own window copied it along: it is the same for all.
func withoutSession(s string) string {
	if i := strings.IndexByte(s, ';'); i >= 0 && isSession(s[i+1:]) {
		return s[:i]
	}
	return s
}

// isSession says whether a parameter of a segment numbers a session.
func isSession(s string) bool { return len(s) > 11 && strings.EqualFold(s[:11], "jsessionid=") }

// leaves says whether a name is one of pages by which a list is left.
func leaves(name string) bool {
	for _, word := range [...]string{"unsub", "optout", "opt-out", "opt_out", "remov", "abmeld", "desab", "desinscr", "afmeld"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// file parts a name and its extension. Of several, the last counts, and none of
// them is part of the name: "a.gif.slim.gif".
func file(segment string) (name, extension string) {
	if strings.ContainsAny(segment, "@%") && IsAddress(unescaped(segment)) {
		return segment, ""
	}
	name = segment
	for {
		dot := strings.LastIndexByte(name, '.')
		if dot <= 0 || len(name)-dot-1 > maxExtension || len(name)-dot < 2 || !isExtension(name[dot+1:]) {
			return name, extension
		}
		if extension == "" {
			extension = strings.ToLower(name[dot+1:])
		}
		name = name[:dot]
	}
}

// isExtension says whether a text is letters and digits that begin with a letter.
func isExtension(s string) bool {
	for i := range len(s) {
		if !isAlnum(s[i]) {
			return false
		}
	}
	return classOf(s[0]) != 'd' && longestNumber(s) < 2
}

// maxSlug is how many characters at random a title ends in that names goods:
// the number of a car has 17.
const maxSlug = 20

// isTitled says whether a segment begins with two words or more, parted by dashes.
func isTitled(s string) bool {
	words := 0
	for word := range strings.SplitSeq(s, "-") {
		if len(word) >= 4 && isLetters(word) && pairs().surprise(word) < unlikely {
			words++
		}
	}
	return words >= 2
}

// isLetters says whether a text is small letters behind a first letter of any case.
func isLetters(s string) bool {
	for i := range len(s) {
		if c := classOf(s[i]); c != 'l' && (i > 0 || c != 'u') {
			return false
		}
	}
	return true
}

// isSlug says whether a segment is a title: three words or more of letters alone.
func isSlug(s string) bool {
	words, run := 0, 0
	for i := range len(s) + 1 {
		if i < len(s) && (classOf(s[i]) == 'l' || classOf(s[i]) == 'u') {
			run++
			continue
		}
		if i < len(s) && strings.IndexByte("-_+.", s[i]) < 0 && classOf(s[i]) != 'd' {
			return false
		}
		if run >= 3 && !isRandom(s[i-run:i]) {
			words++
		}
		run = 0
	}
	return words >= 3
}

// host takes the tokens of a host below the registered name, which costs money:
// nobody has one for each recipient.
func (p *Parts) host(host string) {
	start := 0
	for n := 1; ; n++ {
		dot := strings.IndexByte(host[start:], '.')
		if dot < 0 {
			return
		}
		label := host[start : start+dot]
		p.Counter = p.Counter || n < 3 && names().counterHost[label]
		if len(label) >= minText && len(p.Tokens) < maxTokens {
			if kind, strength := Grade(label); strength >= Faint && isBelow(host, start) {
				p.Tokens = append(p.Tokens, Token{Where: Host, Text: label, Kind: kind, Strength: strength, Segment: n})
			}
		}
		start += dot + 1
	}
}

// user takes a user of the authority, if that is where the "@" stands.
func (p *Parts) user(before string) {
	_, rest, ok := strings.Cut(before, "//")
	if ok && strings.IndexAny(rest, "/?#") < 0 && !strings.ContainsAny(unescaped(rest), "./|") {
		// What looks like a host is there to hide the real one.
		p.add(Token{Where: User, Text: rest, Asked: true})
	}
}

// unescaped resolves the escapes of a URL, nested ones too, where there are any.
func unescaped(s string) string {
	for range maxNesting {
		if strings.IndexByte(s, '%') < 0 {
			break
		}
		plain, err := url.PathUnescape(s)
		if err != nil {
			break
		}
		s = plain
	}
	return s
}
