package signal

import (
	_ "embed"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
)

// A use is what a parameter is for, by its name.
type use string

const (
	useAny use = ""
	// useMailing names the mailing, the same for all who get it.
	useMailing use = "mailing"
	// usePicture says how a picture is to look, or which version is wanted.
	usePicture use = "picture"
	// usePerson is named after people.
	usePerson use = "person"
	// useMessage names the mail: in an address that another one leads to, it names
	// what is shown there.
	useMessage use = "message"
	// usePerhaps is named after people where an address counts.
	usePerhaps use = "perhaps"
	// useContent names what the address leads to.
	useContent use = "content"
	// useTrait is named after something that readers differ in.
	useTrait use = "trait"
	// useSeal is a signature over the rest of the address.
	useSeal use = "seal"
)

//go:embed known.tsv
var knownFile string

// A known is what the names of hosts and parameters say.
type known struct {
	params map[string]use
	// labels and domains of stores of pictures, domains of places where many
	// people put things, labels of machines that compute their answers.
	storeLabels, storeDomains, things, computed map[string]bool
	// segments and labels of what counts openings and clicks.
	counter, counterHost, opener map[string]bool
	// people are words for readers.
	people map[string]bool
}

// names returns the embedded table of names.
var names = sync.OnceValue(func() *known {
	k := &known{params: make(map[string]use), storeLabels: make(map[string]bool), storeDomains: make(map[string]bool),
		things: make(map[string]bool), computed: make(map[string]bool), counter: make(map[string]bool), counterHost: make(map[string]bool),
		opener: make(map[string]bool), people: make(map[string]bool)}
	for line := range strings.Lines(knownFile) {
		cells := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") || len(cells) < 2 {
			continue
		}
		for name := range strings.FieldsSeq(cells[1]) {
			k.file(cells[0], name)
		}
	}
	return k
})

// file puts a name where it is looked for.
func (k *known) file(kind, name string) {
	switch kind {
	case "store-label":
		k.storeLabels[name] = true
	case "store":
		k.storeDomains[name] = true
	case "things":
		k.things[name] = true
	case "counter":
		k.counter[name] = true
	case "people":
		k.people[name] = true
	case "opener":
		k.opener[name] = true
	case "counter-label":
		k.counterHost[name] = true
	case "computed":
		k.computed[name] = true
	default:
		k.params[name] = use(kind)
	}
}

// useOf returns what a parameter is for.
func useOf(name string) use {
	if len(name) > 40 {
		return useAny
	}
	name = strings.ToLower(name)
	if u, ok := names().params[name]; ok {
		return u
	}
	for _, prefix := range [...]string{"utm_", "pk_", "mtm_", "itm_", "wt.", "amp;"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if prefix == "amp;" {
				return useOf(rest)
			}
			return useMailing
		}
	}
	if namesPeople(name) {
		return usePerson
	}
	return useAny
}

// namesPeople says whether a name is that of a reader's number, however it is
// written: "subscriberKey", "loyalty_no", "CustID".
func namesPeople(name string) bool {
	name = strings.Map(alnumOnly, name)
	for _, end := range [...]string{"id", "key", "no", "num", "number", "hash", "code", "uid", "guid", "uuid", "address", "addr", "md5", "sha256", ""} {
		if stem, ok := strings.CutSuffix(name, end); ok && names().people[stem] {
			return true
		}
	}
	return strings.Contains(name, "email") || strings.Contains(name, "subscriber") || strings.Contains(name, "recipient")
}

// Picture says whether the address ends like a file of a picture.
func (p *Parts) Picture() bool {
	switch p.Extension {
	case "gif", "png", "jpg", "jpeg", "webp", "avif", "bmp", "svg", "ico", "tif", "tiff":
		return true
	}
	return false
}

// Filed says whether the address ends like a file that people put somewhere.
func (p *Parts) Filed() bool {
	switch p.Extension {
	case "pdf", "zip", "ics", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "mp3", "mp4", "mov", "vcf", "txt", "css", "js", "woff", "woff2", "ttf":
		return true
	}
	return p.Picture()
}

// NamedByPeople says whether the last segment of the path is a name that somebody
// gave: a word in it, with numbers perhaps.
func (p *Parts) NamedByPeople() bool {
	_, strength := Grade(unescaped(p.File))
	return strength < Fair && HasWord(p.File)
}

// HasWord says whether a part of a text is a word of three letters or more.
func HasWord(s string) bool {
	start := 0
	for i := range len(s) + 1 {
		if i < len(s) && isAlnum(s[i]) {
			continue
		}
		if hasLetters(s[start:i]) && !isRandom(s[start:i]) {
			return true
		}
		start = i + 1
	}
	return false
}

// hasLetters says whether three letters stand in a row.
func hasLetters(s string) bool {
	run := 0
	for i := range len(s) {
		if class := classOf(s[i]); class == 'l' || class == 'u' {
			if run++; run == 3 {
				return true
			}
		} else {
			run = 0
		}
	}
	return false
}

// Stored says whether the host is a store of files, by its name.
func (p *Parts) Stored() bool {
	return p.label(names().storeLabels) || within(p.At.Host, names().storeDomains)
}

// Computed says whether the host works its answers out, by its name.
func (p *Parts) Computed() bool { return p.label(names().computed) }

// Things says whether many people put things there that have names of their own:
// films, posts, documents.
func (p *Parts) Things() bool { return within(p.At.Host, names().things) }

// label says whether a label of the host, without digits at its end, is one of a
// set.
func (p *Parts) label(set map[string]bool) bool {
	for label := range strings.SplitSeq(p.At.Host, ".") {
		for piece := range strings.SplitSeq(label, "-") {
			if set[strings.TrimRight(piece, "0123456789")] {
				return true
			}
		}
	}
	return false
}

// within says whether a host is, or is below, one of a set.
func within(host string, set map[string]bool) bool {
	for {
		if set[host] {
			return true
		}
		_, rest, ok := strings.Cut(host, ".")
		if !ok {
			return false
		}
		host = rest
	}
}

// isBelow says whether a label lies below the registered name of its host.
func isBelow(host string, label int) bool {
	registered, err := publicsuffix.EffectiveTLDPlusOne(host)
	return err == nil && label < len(host)-len(registered)
}
