package reference

import (
	"slices"
	"strings"
)

// A form is how addresses are written in an attribute.
type form uint8

const (
	address    form = iota // one address
	candidates             // srcset: several, with descriptors
	styles                 // CSS declarations, or a value of one
	related                // one address, loaded if the tag's rel says so
	values                 // several addresses or values of CSS, between semicolons
	document               // srcdoc: a whole HTML text
	words                  // several addresses, between blanks
	pragma                 // what a meta element says in place of a header field
	guess                  // one address, if it leads to another machine by itself
)

// A row says that an attribute of an element holds addresses. Element "*" is
// every element.
type row struct {
	element, attribute string
	vector             Vector
	kind               Kind
	form               form
}

// vectors is all that is known about where addresses stand in HTML, SVG and
// VML. A further vector is a further row. What is loaded in any case comes
// first; the rest is of elements that most programs leave alone.
var vectors = slices.Concat(
	[]row{
		{"img", "src", ImgSrc, Image, address},
		// The standard's parser makes an img of an image (section 13.2.6.4.7).
		{"image", "src", ImgSrc, Image, address},
		{"img", "srcset", ImgSrcset, Image, candidates},
		{"image", "srcset", ImgSrcset, Image, candidates},
		{"source", "srcset", SourceSrcset, Image, candidates},
		{"input", "src", InputSrc, Image, address},
		{"*", "background", Background, Image, address},
		{"*", "style", StyleAttrURL, Image, styles},
		{"a", "href", AnchorHref, Link, address},
		{"a", "xlink:href", AnchorHref, Link, address},
		{"area", "href", AreaHref, Link, address},
		{"base", "href", BaseHref, Base, address},
		{"link", "href", LinkHref, Resource, related},
		{"iframe", "srcdoc", IframeSrcdoc, Resource, document},
	},
	rows("link", "imagesrcset", Image, candidates),
	rows("img input", "dynsrc lowsrc", Image, address),
	rows("video", "poster", Image, address),
	rows("iframe frame portal embed video audio source track bgsound script", "src", Resource, address),
	rows("layer ilayer xml import model fencedframe", "src", Resource, address),
	rows("import", "implementation", Resource, address),
	rows("meta", "content", Resource, pragma),
	rows("param", "value", Resource, guess),
	// Told by a program when a link is followed, or when it is shown.
	rows("a area", "ping", Resource, words),
	rows("a area img script", "attributionsrc", Resource, words),
	rows("object", "data codebase classid archive", Resource, address),
	rows("embed applet", "code codebase archive", Resource, address),
	rows("xml-stylesheet", "href", Resource, address),
	rows("html", "manifest", Resource, address),
	rows("menuitem command", "icon", Image, address),
	// SVG 2, section 16.2: whatever refers to a document or an image.
	rows("image feimage", "href xlink:href", Image, address),
	rows("use script pattern lineargradient radialgradient filter textpath tref mpath cursor font-face-uri altglyph glyphref color-profile",
		"href xlink:href", Resource, address),
	// SVG Tiny 1.2, and elements that came and went.
	rows("handler listener prefetch animation video audio foreignobject discard", "href xlink:href", Resource, address),
	rows("mglyph", "src", Image, address),
	// SMIL writes attributes, href among them.
	rows("set animate animatecolor animatemotion animatetransform", "to from by values", Resource, values),
	// SVG 2, section 6.6: attributes that are properties of CSS.
	presentation("mask cursor fill stroke filter clip-path marker marker-start marker-mid marker-end color-profile"),
	// VML, which Word-based renderers draw.
	rows("v:fill v:image v:imagedata v:stroke v:background v:vmlframe o:oleobject", "src o:href", Image, address),
	// Whatever its prefix is said to be.
	rows("fill imagedata stroke background vmlframe oleobject", "src href althref", Image, address),
	rows("v:fill v:image v:imagedata v:stroke v:background v:vmlframe", "althref", Image, address),
	// AMP for Email.
	rows("amp-img amp-anim", "src", Image, address),
	rows("amp-img amp-anim", "srcset", Image, candidates),
	rows("amp-pixel amp-iframe amp-list amp-video amp-audio amp-state amp-autocomplete amp-ad amp-embed", "src", Resource, address),
	rows("amp-video", "poster", Image, address),
	rows("amp-analytics", "config", Resource, address),
	// What a person follows, or a program that is told to.
	rows("form isindex", "action", Link, address),
	rows("form", "action-xhr verify-xhr", Link, address),
	rows("button input", "formaction", Link, address),
	rows("img iframe frame", "longdesc", Link, address),
	rows("blockquote q del ins", "cite", Link, address),
	rows("head", "profile", Link, address),
	rows("v:rect v:roundrect v:shape v:oval v:group v:line v:polyline v:image", "href", Link, address),
	rows("math mrow mi mn mo mtext ms mstyle mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mpadded mphantom menclose maction semantics annotation",
		"href xlink:href", Link, address),
)

// rows makes the rows of some elements and attributes that are alike. The
// vector's name is element and attribute, without the prefix of XLink.
func rows(elements, attributes string, kind Kind, f form) []row {
	var all []row
	for _, el := range strings.Fields(elements) {
		for _, at := range strings.Fields(attributes) {
			all = append(all, row{el, at, Vector(el + " " + strings.TrimPrefix(at, "xlink:")), kind, f})
		}
	}
	return all
}

// presentation makes the rows of attributes that hold CSS in any element.
func presentation(attributes string) []row {
	var all []row
	for _, at := range strings.Fields(attributes) {
		all = append(all, row{"*", at, SVGAttrURL, Image, styles})
	}
	return all
}

// inertRels are the relations of a link element that load nothing (WHATWG
// HTML, section 4.6.7). A link with any other word may be loaded: "next" was by
// Gecko, feeds and search engines ("alternate", "search") by programs that offer
// to subscribe to them.
var inertRels = map[string]bool{
	"author": true, "bookmark": true, "canonical": true, "contents": true,
	"copyright": true, "first": true, "glossary": true, "help": true, "home": true, "index": true, "last": true,
	"license": true, "me": true, "nofollow": true, "noopener": true, "noreferrer": true, "prev": true,
	"previous": true, "privacy-policy": true, "profile": true, "self": true, "shortlink": true,
	"start": true, "tag": true, "terms-of-service": true, "up": true,
}

// A relation is what the rel of a link element makes of its address.
type relation struct{ known, loaded, sheet bool }

// related says whether the tag being read is a link element that is loaded, and
// whether as a style sheet. It looks once for all addresses of the tag.
func (s *Scanner) related(view []byte) relation {
	if s.rel.known {
		return s.rel
	}
	s.rel.known = true
	for i := range s.attrs {
		a := &s.attrs[i]
		if a.id != attrRel {
			continue
		}
		for word := range strings.FieldsSeq(strings.ToLower(string(unescapeText(view[a.start:a.end])))) {
			s.rel.loaded = s.rel.loaded || !inertRels[word]
			s.rel.sheet = s.rel.sheet || word == "stylesheet"
		}
	}
	return s.rel
}
