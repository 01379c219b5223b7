package study

import (
	"io/fs"
	"strings"
	"sync"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

// webWords are words of addresses that stand in no table of the catalogue and name
// nobody: what everybody calls things on the web.
const webWords = `about account ads api app apps article asset assets avatar background banner base blog body book books
bottom box brand button campaign card cart category center cid click clicks client cms column common company contact
content corner css customer daily date deal deals default dest detail details dir div doc docs download edition email
emails en english event events facebook feed file files first font fonts footer form forum frame front full gallery
gif go group head header help hero home html icon icons image images img imgs inbox index info instagram item items
jpeg jpg js lang large latest layout left legal letter line link linkedin links list logo logos mail mailing main map
media medium menu message messages mobile module month more my nav new news newsletter newsletters next node now
offer offers online open order orders page pages photo photos php pic pics picture pictures pixel png post posts
prefs press preview price print privacy product products profile promo public read redirect reg register report
resize resource resources review right root rss sale save search section send service settings share shipping shop
show sign site sites size small social spacer src start stat static stats store stories story style styles sub
subscribe support svg tag tags team template templates terms test text things thumb thumbs title top track tracking
tracks twitter txt unsubscribe update upload uploads url user users v version video videos view web webp website
week weekly welcome width wp x xml year you youtube zip`

// vocabulary are the words of addresses that are published: those of the catalogue's
// tables of forms and parameters, and everybody's. A word that is in none may be
// somebody's.
var vocabulary = sync.OnceValue(func() map[string]bool {
	known := make(map[string]bool)
	for _, w := range strings.Fields(webWords) {
		known[w] = true
	}
	for name, columns := range map[string][]int{"patterns.tsv": {3, 4}, "params.tsv": {0}} {
		table, err := fs.ReadFile(catalogue.Embedded(), name)
		if err != nil {
			continue // fewer words are published
		}
		for line := range strings.Lines(string(table)) {
			cells := strings.Split(line, "\t")
			if strings.HasPrefix(line, "#") || len(cells) < 5 {
				continue
			}
			for _, i := range columns {
				for _, w := range strings.FieldsFunc(strings.ToLower(cells[i]), func(r rune) bool { return r < 'a' || r > 'z' }) {
					known[w] = true
				}
			}
		}
	}
	return known
})
