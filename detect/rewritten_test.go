package detect_test

import (
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/signal"
)

// Some who count links rewrite pictures too: by way of their host, under a name that
// ends in a piece of what links have. Pictures on a host that links lead to are none.
func TestRewrittenPictures(t *testing.T) {
	j := newJudge(t)
	const picture = "https://c.shop.example/xjjngcrsglytcpyntppjj~fqrysrynybg.jpg"
	links := []reference.Reference{
		link("https://c.shop.example/view.do?r=fqrysrynybg"),
		link("https://c.shop.example/qwrtzpsdfghjklyxcvbnm_krpphfpsprdjldsvvdtvtt.html"),
		link("https://c.shop.example/zxcvbnmlkjhgfdsqwrtzp_krpphfpsprdjldsvvdtvtt.html"),
		link("https://c.shop.example/plmknjbhvgcfxdzswqrtz_krpphfpsprdjldsvvdtvtt.html"),
	}
	for _, tt := range []struct {
		name  string
		links []reference.Reference
		held  bool
	}{
		{"beside links by its host with a piece of its name", links, true},
		{"beside such links without that piece", links[1:], false},
		{"beside one link with the piece", links[:1], false},
	} {
		ref, beside := load(picture, reference.Image), load("https://c.shop.example/xjjmgcrsglytcpyntppkk~zwrtbpsdfgh.jpg", reference.Image)
		ref.Shape = reference.Shape{Width: 600, Height: 300, Alt: "Our offers"}
		beside.Shape = ref.Shape
		facts := detect.Facts{Mail: signal.Survey(append([]reference.Reference{beside, ref}, tt.links...))}
		if got := j.Judge(ref, facts); got.Holds() != tt.held {
			t.Errorf("%s: %s %v", tt.name, got.Verdict, got.Reasons)
		}
	}
}

// A picture that is moved away is judged as one that shows nothing, whatever its size,
// and the reason says so.
func TestOffScreenPicture(t *testing.T) {
	j := newJudge(t)
	ref := load("https://t.nobody.example/o/aSfkLwI7vMkxU38v7qTVXw", reference.Pixel)
	for hidden, want := range map[string]string{"off-screen:left": "off-screen", "display:none": "", "opacity:0": ""} {
		ref.Shape = reference.Shape{Width: 600, Height: 300, Alt: "Our offers", Hidden: hidden}
		got := j.Judge(ref, detect.Facts{})
		if code := got.Because[0].Code; (code == "off-screen") != (want != "") || !got.Holds() {
			t.Errorf("%s: %s, %v", hidden, got.Verdict, got.Because)
		}
	}
}
