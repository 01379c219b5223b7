package sender

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"github.com/unseen-mail/unseen/detect/reason"
)

// forms are letters that can be taken for a letter of ASCII, in small letters as
// they stand in a domain: after each "=" or the start what they look like, then
// the letters. It was written by looking at them; Unicode Technical Standard 39
// has more, of which most cannot stand in a domain (RFC 5892, section 2).
const forms = "a=аαɑᴀ b=вьβƅɓʙ c=сϲᴄƈ d=ԁđɗᴅ e=еєεᴇ f=ƒ g=ɡցɢ h=һнհħʜ j=јϳյᴊ k=кκƙᴋ l=іıӏιɩɪłʟ m=мᴍ " +
	"n=пηոɴ o=оοօøᴏ p=рρƥþᴘ q=ԛզ r=гʀ s=ѕꜱ t=тτŧƭᴛ u=υսᴜ v=νѵʋᴠ w=ѡωԝᴡ x=хχ y=уγʏ z=ᴢ"

// alike are the same for ASCII. A capital I and a small l are one stroke in most
// fonts, and names are compared in small letters, so that i and l are one.
const alike = "l=1i| o=0 s=5"

// forming returns the table that both make.
var forming = sync.OnceValue(func() map[rune]rune {
	table := make(map[rune]rune)
	for _, row := range strings.Fields(forms + " " + alike) {
		to, from, _ := strings.Cut(row, "=")
		for _, r := range from {
			table[r] = rune(to[0])
		}
	}
	return table
})

// skeleton returns what a name looks like: equal for names that can be taken for
// each other.
func skeleton(name string) string {
	table := forming()
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		if to, ok := table[r]; ok {
			r = to
		}
		// An accent is easily overlooked, and what shows nothing wholly.
		if !unicode.In(r, unicode.Mn, unicode.Cf) {
			b.WriteRune(r)
		}
	}
	return strings.NewReplacer("rn", "m", "vv", "w").Replace(b.String())
}

// A Likeness says that one sender can be taken for another.
type Likeness struct {
	// Key is the sender's that it can be taken for.
	Key string
	// Why is a sentence for the reader, Because the same as data.
	Why     string
	Because reason.Reason
}

// likeness makes one with its sentence.
func likeness(key string, because reason.Reason) Likeness {
	return Likeness{Key: key, Why: sentences.English(because), Because: because}
}

// Like says whether a sender can be taken for one of those that the reader knows,
// by their keys. It stays another sender, whatever the other may do. A sender is
// not like itself.
func Like(s Sender, known []string) (Likeness, bool) {
	shown := unicodeName(s.Key)
	look := skeleton(shown)
	for _, k := range known {
		if k == s.Key || k == "" || s.Key == "" {
			continue
		}
		if skeleton(unicodeName(k)) == look {
			return likeness(k, reason.Is("like", plainName(s.Key), plainName(k))), true
		}
		// "bank.example.other.example" begins like a name that it is not under.
		if !strings.Contains(k, "@") && strings.Contains("."+s.Domain+".", "."+k+".") && OrgDomain(s.Domain) != k {
			return likeness(k, reason.Is("within", s.Domain, k)), true
		}
	}
	return Likeness{}, false
}

// unicodeName is a key with its domain in U-labels, whatever they look like, and
// without a List-Id.
func unicodeName(key string) string {
	name, _, _ := strings.Cut(key, " ")
	local, domain, ok := strings.Cut(name, "@")
	if !ok {
		local, domain = "", name
	}
	if u, err := idna.Punycode.ToUnicode(domain); err == nil {
		domain = u
	}
	if !ok {
		return domain
	}
	return local + "@" + domain
}

// plainName is a key as it may be shown in a sentence that tells it from another.
func plainName(key string) string {
	name, _, _ := strings.Cut(key, " ")
	return name
}
