package reference_test

import (
	"fmt"
	"testing"

	"github.com/unseen-mail/unseen/detect/reference"
)

// What is moved or cut away is seen by nobody, however large it is.
func TestOffScreen(t *testing.T) {
	for _, tt := range []struct{ name, style, hidden string }{
		{"to the left", "position:absolute; left:-9999px", "off-screen:left"},
		{"sides first", "LEFT:-5000px;Position:Fixed", "off-screen:left"},
		{"upwards", "position: relative; top: -1000px !important", "off-screen:top"},
		{"to the right", "position:absolute;right:-200vw", "off-screen:right"},
		{"by a margin", "margin-left:-9999px", "off-screen:margin"},
		{"by one of four margins", "margin:0 0 0 -200em", "off-screen:margin"},
		{"cut away", "position:absolute;clip:rect(0 0 0 0)", "off-screen:clip"},
		{"cut to a pixel", "position:absolute;clip:rect(1px,1px,1px,1px)", "off-screen:clip"},
		{"cut by a path", "clip-path: inset(50%)", "off-screen:clip-path"},
		{"cut to a point", "clip-path:circle(0)", "off-screen:clip-path"},
		{"to no size", "transform:scale(0)", "off-screen:transform"},
		{"to no width", "transform: rotate(3deg) scale(1, 0)", "off-screen:transform"},
		{"carried away", "transform:translateX(-9999px)", "off-screen:transform"},
		{"hidden besides", "display:none;margin-left:-9999px", "display:none"},

		{"sides of what is not placed", "left:-9999px", ""},
		{"sides of what stands where it is", "position:static;left:-9999px", ""},
		{"cut, but not placed", "clip:rect(0,0,0,0)", ""},
		{"a little aside", "margin:-15px -40px", ""},
		{"half aside", "margin-left:-50%;position:absolute;left:-20px", ""},
		{"an indent, which moves text alone", "text-indent:-9999px", ""},
		{"a rectangle", "position:absolute;clip:rect(0,600px,300px,0)", ""},
		{"any rectangle", "position:absolute;clip:rect(auto,auto,auto,auto)", ""},
		{"a round picture", "clip-path:circle(50%)", ""},
		{"less than a whole", "transform:scale(0.5)", ""},
		{"centred", "position:absolute;top:50%;transform:translate(-50%,-50%)", ""},
		{"nothing in brackets", "transform:scale();clip:rect();clip-path:inset();position:absolute", ""},
		{"a minus alone", "margin:-;position:absolute;left:-", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			html := fmt.Sprintf(`<img src="https://t.example/a.png" width="600" height="300" style="%s">`, tt.style)
			refs := reference.Find("text/html", "", []byte(html))
			if len(refs) != 1 || refs[0].Shape.Hidden != tt.hidden {
				t.Fatalf("%+v, want hidden %q", refs, tt.hidden)
			}
			away := tt.hidden != "" && tt.hidden != "display:none"
			if refs[0].Shape.OffScreen() != away || (refs[0].Kind == reference.Pixel) != (tt.hidden != "") {
				t.Errorf("off the screen %v, kind %s", refs[0].Shape.OffScreen(), refs[0].Kind)
			}
		})
	}
}
