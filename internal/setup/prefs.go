package setup

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrPrefs is a file of preferences that is not understood as a whole. Such a
// file is not edited.
var ErrPrefs = errors.New("setup: preferences that cannot be read")

// A Value is a preference's value as it is written: "text", 12, true.
type Value string

// Text returns the value of a text.
func Text(s string) Value {
	return Value(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`).Replace(s) + `"`)
}

// Number returns the value of a number.
func Number(n int) Value { return Value(strconv.Itoa(n)) }

// Text returns what a text says; false if the value is no text.
func (v Value) Text() (string, bool) {
	if len(v) < 2 || v[0] != '"' && v[0] != '\'' {
		return "", false
	}
	var out strings.Builder
	for s := string(v[1 : len(v)-1]); s != ""; {
		if s[0] != '\\' || len(s) < 2 {
			out.WriteByte(s[0])
			s = s[1:]
			continue
		}
		said, rest := unescape(s[1:])
		out.WriteString(said)
		s = rest
	}
	return out.String(), true
}

// unescape reads what stands after a backslash.
func unescape(s string) (said, rest string) {
	digits := map[byte]int{'x': 2, 'u': 4}[s[0]]
	if digits > 0 && len(s) > digits {
		if n, err := strconv.ParseUint(s[1:1+digits], 16, 32); err == nil {
			return string(rune(n)), s[1+digits:]
		}
	}
	switch s[0] {
	case 'n':
		return "\n", s[1:]
	case 'r':
		return "\r", s[1:]
	}
	return s[:1], s[1:]
}

// Number returns what a number says, 0 if the value is none.
func (v Value) Number() int {
	n, _ := strconv.Atoi(string(v))
	return n
}

// Prefs is a file of preferences as Mozilla's programs write it. What is not set
// or removed stays as it is, octet by octet.
type Prefs struct {
	text    string
	entries []entry
}

// entry is one preference; the last of a name counts.
type entry struct {
	name  string
	value Value
	// start to end is the whole statement with its line end, from to upto the value.
	start, end, from, upto int
}

// ParsePrefs reads a prefs.js or user.js.
func ParsePrefs(text []byte) (*Prefs, error) {
	p := &Prefs{text: string(text)}
	r := &prefsReader{s: p.text}
	for {
		r.blanks()
		if r.at == len(r.s) {
			return p, nil
		}
		e, ok := r.statement()
		if !ok {
			return nil, fmt.Errorf("%w: line %d", ErrPrefs, 1+strings.Count(p.text[:r.at], "\n"))
		}
		p.entries = append(p.entries, e)
	}
}

// A prefsReader reads statements.
type prefsReader struct {
	s  string
	at int
}

// blanks passes white space and comments.
func (r *prefsReader) blanks() {
	for r.at < len(r.s) {
		rest := r.s[r.at:]
		switch {
		case strings.ContainsRune(" \t\r\n\v\f", rune(rest[0])):
			r.at++
		case strings.HasPrefix(rest, "//"), rest[0] == '#':
			r.at += lineLen(rest)
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return
			}
			r.at += end + 4
		default:
			return
		}
	}
}

// lineLen is how long the first line of a text is, with its end.
func lineLen(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i + 1
	}
	return len(s)
}

// statement reads user_pref("name", value); with its line end.
func (r *prefsReader) statement() (entry, bool) {
	e := entry{start: r.at}
	word := false
	for _, name := range []string{"user_pref", "sticky_pref", "pref"} {
		if strings.HasPrefix(r.s[r.at:], name) {
			r.at += len(name)
			word = true
			break
		}
	}
	if !word || !r.mark('(') {
		return e, false
	}
	r.blanks()
	from := r.at
	if !r.quoted() {
		return e, false
	}
	e.name, _ = Value(r.s[from:r.at]).Text()
	if !r.mark(',') {
		return e, false
	}
	r.blanks()
	e.from = r.at
	if !r.literal() {
		return e, false
	}
	e.upto = r.at
	e.value = Value(r.s[e.from:e.upto])
	if !r.mark(')') || !r.mark(';') {
		return e, false
	}
	if rest := r.s[r.at:]; strings.TrimLeft(rest[:lineLen(rest)], " \t\r\n") == "" {
		r.at += lineLen(rest)
	}
	e.end = r.at
	return e, true
}

// mark passes one mark, and blanks before it.
func (r *prefsReader) mark(c byte) bool {
	r.blanks()
	if r.at == len(r.s) || r.s[r.at] != c {
		return false
	}
	r.at++
	return true
}

// quoted passes a text between quotes.
func (r *prefsReader) quoted() bool {
	if r.at == len(r.s) || r.s[r.at] != '"' && r.s[r.at] != '\'' {
		return false
	}
	quote := r.s[r.at]
	for i := r.at + 1; i < len(r.s); i++ {
		switch r.s[i] {
		case '\\':
			i++
		case quote:
			r.at = i + 1
			return true
		}
	}
	return false
}

// literal passes a text, a number, true or false.
func (r *prefsReader) literal() bool {
	if r.quoted() {
		return true
	}
	end := r.at
	for end < len(r.s) && (r.s[end] == '-' || r.s[end] == '+' || r.s[end] >= '0' && r.s[end] <= '9' || r.s[end] >= 'a' && r.s[end] <= 'z') {
		end++
	}
	word := r.s[r.at:end]
	if _, err := strconv.Atoi(word); err != nil && word != "true" && word != "false" {
		return false
	}
	r.at = end
	return true
}

// Get returns a preference.
func (p *Prefs) Get(name string) (Value, bool) {
	for i := len(p.entries) - 1; i >= 0; i-- {
		if p.entries[i].name == name {
			return p.entries[i].value, true
		}
	}
	return "", false
}

// Text returns a preference that is a text, "" if there is none.
func (p *Prefs) Text(name string) string {
	v, _ := p.Get(name)
	s, _ := v.Text()
	return s
}

// Names returns the names of all preferences, each once, in their order.
func (p *Prefs) Names() []string {
	seen := make(map[string]bool)
	var names []string
	for _, e := range p.entries {
		if !seen[e.name] {
			seen[e.name] = true
			names = append(names, e.name)
		}
	}
	return names
}

// Set sets a preference: in its place if it is there, else at the end.
func (p *Prefs) Set(name string, v Value) {
	for i := len(p.entries) - 1; i >= 0; i-- {
		if e := p.entries[i]; e.name == name {
			p.replace(e.from, e.upto, string(v))
			return
		}
	}
	line := "user_pref(" + string(Text(name)) + ", " + string(v) + ");\n"
	if p.text != "" && !strings.HasSuffix(p.text, "\n") {
		line = "\n" + line
	}
	p.replace(len(p.text), len(p.text), line)
}

// Remove takes a preference out, wherever it stands.
func (p *Prefs) Remove(name string) {
	for i := len(p.entries) - 1; i >= 0; i-- {
		if e := p.entries[i]; e.name == name {
			p.replace(e.start, e.end, "")
			i = len(p.entries) // places have moved
		}
	}
}

// replace puts a text in place of another, and reads the whole again: what was
// understood before is understood now.
func (p *Prefs) replace(from, upto int, by string) {
	text := p.text[:from] + by + p.text[upto:]
	if again, err := ParsePrefs([]byte(text)); err == nil {
		*p = *again
	}
}

// Bytes returns the file.
func (p *Prefs) Bytes() []byte { return []byte(p.text) }
