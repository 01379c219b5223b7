package imapfilter

import (
	"crypto/rand"
	"fmt"
	"strings"
)

// A tagger makes tags that the mail program does not use.
type tagger struct {
	prefix string
	n      int
}

func newTagger() tagger { return tagger{prefix: "U" + rand.Text()[:10]} }

// avoid takes another prefix if the mail program's tag looks like ours.
func (t *tagger) avoid(tag string) {
	for strings.HasPrefix(tag, t.prefix) {
		*t = newTagger()
	}
}

func (t *tagger) next() string {
	t.n++
	return fmt.Sprintf("%s.%d", t.prefix, t.n)
}
