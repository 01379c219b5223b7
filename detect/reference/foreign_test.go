package reference

import (
	"strings"
	"testing"
)

// TestForeignText checks what the text of a style element is where its content
// is markup.
func TestForeignText(t *testing.T) {
	for _, c := range []struct{ name, in, want, deep string }{
		{"plain", `a{b}</style>c`, "a{b}", "a{b}"},
		{"entity", `u&#114;l&lpar;`, "url(", "url("},
		{"entity without a semicolon", `&quothttp&quot1&ampa&lt;&ltx&eacutey`, `"http"1&a<<xéy`, `"http"1&a<<xéy`},
		{"no entity", `a & b &x; c`, "a & b &x; c", "a & b &x; c"},
		{"comment", `u<!-- </style> -->rl`, "url", "url"},
		{"comment not closed", `u<!-- rl`, "u", "u"},
		{"cdata", `u<![CDATA[r</style>&#97;]]>l`, "ur</style>&#97;l", "ur</style>&#97;l"},
		{"cdata not closed", `u<![CDATA[rl`, "url", "url"},
		{"processing instruction", `u<?x>rl<!x>`, "url", "url"},
		{"element", `u<g>x</g>rl`, "url", "uxrl"},
		{"element closed at once", `u<g/>rl`, "url", "url"},
		{"end in an attribute", `u<g a="</style>"/>rl</style>`, "url", "url"},
		{"elements in elements", `u<g><h>x</g>rl`, "url", "uxrl"},
		{"end of nothing", `u</x>rl`, "url", "url"},
		{"end of what is around", `u</svg>rl`, "u", "u"},
		{"less-than sign", `a < b <`, "a < b <", "a < b <"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for deep, want := range map[bool]string{false: c.want, true: c.deep} {
				f := foreigner{view: []byte(c.in), deep: deep, budget: 1 << 20, decoded: decoded{at: []int{}}}
				f.read(0)
				if string(f.text) != want {
					t.Errorf("deep %v: %q, want %q", deep, f.text, want)
				}
				if len(f.at) != len(f.text)+1 {
					t.Errorf("%d cells for %d octets", len(f.at), len(f.text))
				}
			}
		})
	}
}

// TestStylesTwice checks style elements that a program may read in two ways.
func TestStylesTwice(t *testing.T) {
	const css = `p{background:url(http://a.example/)}`
	foreign := strings.Replace(css, "url", "u&#114;l", 1)
	for _, c := range []struct{ name, in, want string }{
		{"html", "<style>" + foreign + "</style>", ""},
		{"svg", "<svg><style>" + foreign + "</style>", "http://a.example/"},
		{"svg, both ways", "<svg><style>" + css + "</style>", "http://a.example/"},
		{"math", "<math><style>" + foreign + "</style>", "http://a.example/"},
		{"title of an svg", "<svg><title><style>" + css + "</style></title></svg>", "http://a.example/"},
		{"svg in the title of an svg", "<svg><title><svg><style>" + foreign + "</style></svg></title></svg>", "http://a.example/"},
		{"many before", "<svg>" + strings.Repeat("<style></style>", 100) + "<style>" + foreign, "http://a.example/"},
		{"in comments", "<svg>" + strings.Repeat("<style><!--</style>", 3) + "--><style>" + foreign, "http://a.example/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			refs := HTML([]byte(c.in))
			got := addressesOf(refs)
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			for _, r := range refs {
				if slot := c.in[r.Slot.Start:r.Slot.End]; slot != "http://a.example/" {
					t.Errorf("slot %q", slot)
				}
			}
		})
	}
	t.Run("xhtml", func(t *testing.T) {
		if got := addressesOf(Find("application/xhtml+xml", "", []byte("<style>"+foreign+"</style>"))); got != "http://a.example/" {
			t.Errorf("%q", got)
		}
	})
}

// TestPartial checks that what would take too long is said not to be read.
func TestPartial(t *testing.T) {
	for _, c := range []struct {
		name, media, text string
		want              bool
	}{
		{"newsletter", "text/html", "<style>p{}</style><img src=http://a.example/>", false},
		{"svg", "text/html", "<svg><style>p{}</style></svg>", false},
		{"style in comments in style", "text/html", "<svg>" + strings.Repeat("<style><!--", 20_000), true},
		{"elements open", "text/html", "<svg><style>" + strings.Repeat("<g>", 50_000) + strings.Repeat("</x>", 50_000), true},
		{"srcdoc in srcdoc", "text/html", nestedFrames(3), false},
		{"srcdoc in srcdoc, too deep", "text/html", nestedFrames(8), true},
		{"entity of its own", "application/xhtml+xml", `<!DOCTYPE html [<!ENTITY a "b">]><p>&a;</p>`, true},
		{"the same in HTML", "text/html", `<!DOCTYPE html [<!ENTITY a "b">]><p>&a;</p>`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Read(c.media, "", []byte(c.text)).Partial; got != c.want {
				t.Errorf("partial: %v", got)
			}
		})
	}
}

// nestedFrames is a document in an attribute of a document in an attribute.
func nestedFrames(depth int) string {
	if depth == 0 {
		return `<img src="http://a.example/">`
	}
	return `<iframe srcdoc="` + strings.NewReplacer("&", "&amp;", `"`, "&quot;").Replace(nestedFrames(depth-1)) + `"></iframe>`
}
