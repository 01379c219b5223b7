package message

import "bytes"

// What Thunderbird 153 does with a charset was tried, label by label
// (TestCharsetsShown in internal/lab/e2e): it knows the labels of browsers, a few
// code pages and UTF-7; it takes a text with any other label for UTF-8, does not
// look at byte order marks, and reads "utf-16" with the lowest octet first. It
// guesses, from the text and what that says of itself, only where no label is.

// Views are all ways in which programs may see a text, the one in which
// Thunderbird shows it first. There is more than one only where that makes a
// difference: a program may not know the charset or take another, from the byte
// order mark or from what the text says of itself. Whole is false if there may
// be more in the text than the views show, which only Thunderbird does not: in
// EBCDIC, or in what says to be UTF-7. There is no view of UTF-7 that
// Thunderbird decodes, for what stands there cannot be written to.
func Views(charset string, decoded []byte) (views []*View, whole bool) {
	return viewsOf([]string{charset}, decoded)
}

// Views is like the function, for this leaf's text: some programs may read
// another label in its header.
func (p *Part) Views(decoded []byte) (views []*View, whole bool) {
	if p.also == p.Charset {
		return viewsOf([]string{p.Charset}, decoded)
	}
	return viewsOf([]string{p.Charset, p.also}, decoded)
}

// ways gathers views of a text.
type ways struct {
	text  []byte
	views []*View
	whole bool
}

func viewsOf(labels []string, text []byte) ([]*View, bool) {
	w := ways{text: text, whole: true}
	for _, label := range labels {
		if sealed(label) {
			return nil, false
		}
		w.label(label)
	}
	if mark, ok := markOf(text); ok {
		w.family(mark)
	}
	w.add(w.bare())
	w.freeze()
	return w.views, w.whole
}

// add adds a view that shows something else than those there are.
func (w *ways) add(v *View) {
	for _, known := range w.views {
		if v.same(known) {
			return
		}
	}
	w.views = append(w.views, v)
}

// bare is the text as it stands.
func (w *ways) bare() *View { return &View{cells: w.text, text: w.text} }

// freeze sees to it that where some see states in a text, those who see it as it
// stands write nothing over what changes one.
func (w *ways) freeze() {
	states := !w.whole
	for _, v := range w.views {
		states = states || v.form == stateful
	}
	for _, v := range w.views {
		if states && v.form == plain {
			v.form = frozen
		}
	}
}

// label adds the views by a label.
func (w *ways) label(label string) {
	f, known := familyOf(label)
	switch {
	case f == opaque:
		w.whole = false
		return
	case label == "":
		w.guess(true)
		w.add(w.bare())
		return
	case f == transparent || !known:
		w.add(w.bare())
	}
	if w.family(f); f == transparent {
		w.guess(false)
	}
}

// family adds the views of a charset.
func (w *ways) family(f family) {
	switch f {
	case shiftJIS, gb18030, big5, eucKR, johab:
		w.add(maskedView(w.text, f))
	case iso2022JP:
		w.add(statefulView(w.text, f, true))
		w.add(statefulView(w.text, f, false))
	case iso2022, hz:
		w.add(statefulView(w.text, f, false))
	case utf16LE:
		w.add(wideView(w.text, utf16LE))
		w.add(wideView(w.text, utf16BE))
	case utf16BE:
		w.add(wideView(w.text, utf16BE))
		w.add(wideView(w.text, utf16LE))
	case utf32LE, utf32BE:
		w.add(w.bare())
		w.add(wideView(w.text, utf32LE))
		w.add(wideView(w.text, utf32BE))
	}
}

// guess adds the views of charsets that a program may guess from the text. A
// text that says to be in UTF-7 is believed only without a label.
//
// Where nothing is said, the charsets of two octets a character matter only if
// one may end in "\": the other octets that they hide make no address where they
// are not hidden.
func (w *ways) guess(unlabelled bool) {
	escaped := bytes.IndexByte(w.text, 0x1b) >= 0
	slashed := backslashed(w.text)
	if !unlabelled && !escaped && !slashed {
		return
	}
	for _, said := range labelsIn(w.text) {
		switch f, _ := familyOf(said); f {
		case opaque:
			w.whole = w.whole && !unlabelled
		case transparent, utf16LE, utf16BE, utf32LE, utf32BE:
			// What is said in ASCII is not said in these.
		default:
			w.family(f)
		}
	}
	if escaped {
		w.family(iso2022JP)
	}
	if slashed && unlabelled {
		for _, f := range []family{shiftJIS, gb18030, big5} {
			w.family(f)
		}
	}
}

// backslashed says whether a backslash in a text stands behind an octet from
// 0x80 on.
func backslashed(text []byte) bool {
	for i := 1; i < len(text); i++ {
		n := bytes.IndexByte(text[i:], '\\')
		if n < 0 {
			return false
		}
		if i += n; text[i-1] >= 0x80 {
			return true
		}
	}
	return false
}

// maxSaid is how many charsets a text may say that it is in: more than one is
// odd already.
const maxSaid = 16

// labelsIn returns what stands behind the words "charset" in a text, each once.
func labelsIn(text []byte) []string {
	const word = "charset"
	var labels []string
	seen := map[string]bool{}
	for i := 0; len(labels) < maxSaid; {
		n := bytes.IndexAny(text[i:], "cC")
		if n < 0 || i+n+len(word) > len(text) {
			break
		}
		if i += n + 1; !fold(text[i-1:i-1+len(word)], word) {
			continue
		}
		rest := text[i-1+len(word):]
		rest = bytes.TrimLeft(rest[:min(len(rest), 256)], " \t\r\n\f=\"'")
		if end := bytes.IndexAny(rest, " \t\r\n\f\"';>/"); end >= 0 {
			rest = rest[:end]
		}
		if label := string(bytes.ToLower(rest)); label != "" && !seen[label] {
			seen[label] = true
			labels = append(labels, label)
		}
	}
	return labels
}
