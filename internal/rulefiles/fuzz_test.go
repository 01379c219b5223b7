package rulefiles

import (
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

// parse reads one text as a file of a name.
func parse(name, text string) *Rules {
	r := &Rules{hand: newHand()}
	b := builder{rules: r, left: maxLines}
	f := File{Name: name}
	b.file(&f, text)
	r.files = append(r.files, f)
	b.finish(nil)
	return r
}

// sound checks what holds of any file: a mistake has a line and a text, and no
// address stops the rules.
func sound(t *testing.T, r *Rules, text, address string) {
	t.Helper()
	for _, p := range r.Problems() {
		if p.Line < 1 || p.Line > strings.Count(text, "\n")+2 || p.Text == "" {
			t.Errorf("%+v", p)
		}
	}
	for _, use := range []catalogue.Use{catalogue.UseImage, catalogue.UseLink} {
		if o, ok := r.Match(address, true, use); ok && (o.Rule == "" || o.Reason == "" || o.Listed && !o.Block) {
			t.Errorf("%+v", o)
		}
	}
	r.Parameter(address, "a.example")
	if r.files[0].Rules < 0 || r.Empty() != (r.files[0].Rules == 0) {
		t.Errorf("%+v", r.files[0])
	}
}

func FuzzTOML(f *testing.F) {
	f.Add("[[block]]\nhost = \"t.shop.example\"\npath = \"/a\"\nuses = [\"image\"]\n[[vendor]]\nid = \"x\"\nname = \"X\"\npurposes = [\"fraud\"]\n", "https://t.shop.example/a")
	f.Add("[[block]]\nhost='''\n[[a]]\n'''\n[[block]]\nhost.x=1\n[[parameter]]\nname=\"a*\"", "//a.example?x")
	f.Add("[x]\n[[block]]\nhost = \"*\"\nmatch = '^/(a|b)+$'\n# [[c]]\n[[allow]] # d\nhost=1", `https:\\a\b`)
	f.Fuzz(func(t *testing.T, text, address string) { sound(t, parse("x.toml", text), text, address) })
}

func FuzzHosts(f *testing.F) {
	f.Add("0.0.0.0 a.example b.example # c\n::1 localhost\n192.168.0.1 x.example\nd.example\n0.0.0.0\n", "https://a.example/")
	f.Add("\xff\x00 a\n127.0.0.1\ta.example.\r\n0.0.0.0 ..", "https://..")
	f.Fuzz(func(t *testing.T, text, address string) { sound(t, parse("hosts", text), text, address) })
}

func FuzzAdblock(f *testing.F) {
	f.Add("! t\n||a.example^$third-party,image\n@@||a.example/b\n/c\\.d/$~image\na.example##.e\n||f^$removeparam=/^x/\n", "https://a.example/b?c.d")
	f.Add("/a(b/$image\n$$\n#\n||*^\n|https://\n$removeparam=\n||a^$domain=b|c,badfilter", "//a.example?x")
	f.Fuzz(func(t *testing.T, text, address string) { sound(t, parse("x.txt", text), text, address) })
}
