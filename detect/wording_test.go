package detect_test

import (
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
)

// TestWording checks where the words of a mail are held to stand.
func TestWording(t *testing.T) {
	const alt = "Coats and hats for the spring, with boots for the rain, from tomorrow on"
	picture := `<img src="https://shop.example/a.jpg" width="600" height="900" alt="` + alt + `">`
	mute := `<img src="https://shop.example/a.jpg" width="600" height="900">`
	hidden := "<style>.a { color: red } .b { width: 20px; height: 20px; margin: auto }</style><!-- one two three four five six seven eight nine ten -->" +
		"<script>let these words count as nothing at all for nobody reads them</script><title>one two three four five six seven eight</title>"
	for _, tt := range []struct {
		name, html string
		want       bool
	}{
		{"text in a picture", picture, true},
		{"text in a picture, and a few words beside it", picture + "<p>Do you see nothing?</p>", true},
		{"text beside it", picture + "<p>" + alt + "</p>", false},
		{"a large picture that says nothing", mute, true},
		{"a large picture beside text", mute + "<p>" + alt + "</p>", false},
		{"what nobody reads is no text", hidden + mute, true},
		{"a small picture", strings.ReplaceAll(mute, "900", "20"), false},
		{"no picture", "<p>Hello</p>", false},
		{"a picture in the mail itself", strings.ReplaceAll(mute, "https://shop.example/a.jpg", "cid:a"), false},
		{"text that has no end", mute + "<style>" + alt, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := detect.Scan(mail(tt.html, "Content-Type: text/html"), newJudge(t), detect.ScanOptions{})
			if r.InPictures != tt.want {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestWordingLinks checks that links speak for a text that is not at hand, but for
// those around pictures.
func TestWordingLinks(t *testing.T) {
	const alt = "Coats and hats for the spring, with boots for the rain"
	image := reference.Reference{Kind: reference.Image, Remote: true, Shape: reference.Shape{Width: 10, Height: 10, Alt: alt}}
	for text, want := range map[string]bool{alt: true, "": true, "Read what else there is this spring": false} {
		var w detect.Wording
		w.Add(&image)
		w.Add(&reference.Reference{Kind: reference.Link, Remote: true, Text: text})
		if w.InPictures() != want || w.Pictures != 1 || w.Repeats("boots for the rain") != true {
			t.Errorf("%q: %+v", text, w)
		}
	}
}
