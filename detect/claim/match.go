package claim

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed phrases.tsv
var table string

// A class is what a phrase is a word for, as phrases.tsv explains.
type class string

const (
	tracking    class = "tracking"
	mailWord    class = "mail"
	inform      class = "inform"
	ask         class = "ask"
	agreed      class = "agreed"
	withdraw    class = "withdraw"
	stop        class = "stop"
	unsubscribe class = "unsubscribe"
)

// A phrase is one row of the table.
type phrase struct {
	language string
	class    class
	text     string
	words    []string
}

// maxGap is how many words ".." stands for at most.
const maxGap = 5

// phrases returns the rows by how their first word begins.
var phrases = sync.OnceValue(func() map[string][]phrase {
	// The table is part of the program; TestTable reads it.
	all, _ := parse(table)
	index := make(map[string][]phrase)
	for _, p := range all {
		at := start(strings.TrimSuffix(p.words[0], "*"))
		index[at] = append(index[at], p)
	}
	return index
})

// start is what phrases and words are sorted by.
func start(w string) string { return w[:min(len(w), 3)] }

// parse reads a table of phrases.
func parse(text string) ([]phrase, error) {
	var all []phrase
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 {
			return nil, fmt.Errorf("phrases.tsv:%d: %d columns, not 3", i+1, len(f))
		}
		p := phrase{language: f[0], class: class(f[1]), text: f[2], words: strings.Fields(f[2])}
		switch p.class {
		case tracking, mailWord, inform, ask, agreed, withdraw, stop, unsubscribe:
		default:
			return nil, fmt.Errorf("phrases.tsv:%d: no class %q", i+1, f[1])
		}
		first, prefix := "", false
		if len(p.words) > 0 {
			first, prefix = strings.CutSuffix(p.words[0], "*")
		}
		if first == "" || first == ".." || prefix && len(first) < 3 {
			return nil, fmt.Errorf("phrases.tsv:%d: a phrase begins with a word, or three letters of one", i+1)
		}
		all = append(all, p)
	}
	return all, nil
}

// fits says whether a phrase stands at the beginning of words.
func (p *phrase) fits(at []word) bool { return fit(p.words, at) }

// fit matches word for word; the recursion is as deep as a phrase has gaps.
func fit(want []string, at []word) bool {
	for i, w := range want {
		if w == ".." {
			for gap := range min(maxGap, len(at)) + 1 {
				if fit(want[i+1:], at[gap:]) {
					return true
				}
			}
			return false
		}
		if len(at) == 0 {
			return false
		}
		if begin, ok := strings.CutSuffix(w, "*"); ok && !strings.HasPrefix(at[0].text, begin) || !ok && at[0].text != w {
			return false
		}
		at = at[1:]
	}
	return true
}

// A sight is which classes of phrases a sentence has, by language.
type sight map[string]map[class]string

// look finds the phrases of a sentence. The first of a class stays.
func look(sentence []word) sight {
	var out sight
	for i := range sentence {
		for _, p := range phrases()[start(sentence[i].text)] {
			if !p.fits(sentence[i:]) {
				continue
			}
			if out == nil {
				out = make(sight)
			}
			if out[p.language] == nil {
				out[p.language] = make(map[class]string)
			}
			if out[p.language][p.class] == "" {
				out[p.language][p.class] = p.text
			}
		}
	}
	return out
}

// A finder makes claims of one text.
type finder struct {
	part string
	raw  func(int) int
}

// offset leads from a place in the text to the message.
func (f finder) offset(i int) int {
	if f.raw == nil {
		return -1
	}
	return f.raw(i)
}

// sentences are the claims of a text. What is said of the tracking stands in the
// same sentence or in the next one.
func (f finder) sentences(list [][]word) []Claim {
	var out []Claim
	told := make(map[string]bool)
	var before sight
	here := sight(nil)
	if len(list) > 0 {
		here = look(list[0])
	}
	for i := range list {
		var after sight
		if i+1 < len(list) {
			after = look(list[i+1])
		}
		for _, lang := range languages() {
			for _, c := range claims(lang, before[lang], here[lang], after[lang]) {
				if key := string(c.Kind) + c.Phrase; !told[key] {
					told[key] = true
					c.Part, c.Offset = f.part, f.offset(list[i][0].at)
					out = append(out, c)
				}
			}
		}
		before, here = here, after
	}
	return out
}

// languages returns those that there are phrases in.
func languages() []string { return []string{"en", "fr", "nl", "de"} }

// claims are those of one sentence, with what stands in the ones around it.
func claims(lang string, before, here, after map[class]string) []Claim {
	var out []Claim
	add := func(k Kind, by string) {
		text := by
		if t := here[tracking]; t != "" {
			text += " / " + t
		}
		out = append(out, Claim{Kind: k, Language: lang, Phrase: text})
	}
	if here[stop] != "" {
		add(Withdraws, here[stop])
	}
	if here[tracking] == "" {
		return out
	}
	// "May we measure" does not say that they do.
	if here[inform] != "" && here[ask] == "" && first(mailWord, here, before, after) != "" {
		add(Informs, here[inform])
	}
	if by := first(agreed, here, after); by != "" {
		add(SaysAgreed, by)
	}
	if by := first(withdraw, here, after); by != "" {
		add(Withdraws, by)
	}
	// "Your consent" is asked for only where it is not said to have been given,
	// and not told how to take it back.
	for _, s := range [...]map[class]string{here, after} {
		if s[ask] != "" && s[agreed] == "" && s[withdraw] == "" && s[stop] == "" {
			add(Asks, s[ask])
			break
		}
	}
	return out
}

// first returns the phrase of a class in the first that has one.
func first(c class, in ...map[class]string) string {
	for _, m := range in {
		if m[c] != "" {
			return m[c]
		}
	}
	return ""
}

// links are the claims of links: by what they show, together with what stands
// around them.
func (f finder) links(list []Link) []Claim {
	var out []Claim
	for _, l := range list {
		shown := merge(words([]byte(l.Text), false, nil))
		around := merge(words([]byte(l.Before+" . "+l.Text+" "+l.After), false, nil))
		for _, lang := range languages() {
			kind, by := linkKind(shown[lang], around[lang])
			if kind != "" {
				out = append(out, Claim{Kind: kind, Language: lang, Phrase: by, Part: f.part, Offset: l.Offset, URL: l.URL})
				break
			}
		}
	}
	return out
}

// linkKind says what a link is for. It has to say so itself: the words around it
// tell what about.
func linkKind(shown, around map[class]string) (Kind, string) {
	about := around[tracking]
	switch {
	case shown[stop] != "":
		return Withdraws, shown[stop]
	case shown[withdraw] != "" && about != "":
		return Withdraws, shown[withdraw] + " / " + about
	case around[withdraw] != "" && about != "" && shown[unsubscribe] == "" && shown[ask] == "":
		return Withdraws, around[withdraw] + " / " + about
	case shown[ask] != "" && about != "":
		return Asks, shown[ask] + " / " + about
	case shown[unsubscribe] != "":
		return Unsubscribes, shown[unsubscribe]
	}
	return "", ""
}

// merge looks at sentences as at one.
func merge(list [][]word) sight {
	var all []word
	for _, s := range list {
		all = append(all, s...)
	}
	return look(all)
}
