package detect_test

import (
	"os"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
)

// shaped is a picture with a declared size; -1 is none.
func shaped(address string, width, height int) reference.Reference {
	r := load(address, reference.Image)
	r.Shape = reference.Shape{Width: width, Height: height}
	return r
}

// TestDoubt checks which pictures are held, although they are seen.
func TestDoubt(t *testing.T) {
	j := newJudge(t)
	const token = "6f1c2b9e8a7d4c3b9e2f0a1b2c3d4e5f"
	for _, tt := range []struct{ name, url, where, kind string }{
		{"a label of the host", "https://u6f1c2b9e8a7d4c3b9e2f0a1b2c3d4e5f.t.example/logo.png", "host", "random"},
		{"a number after a name for people", "https://t.example/logo.png?uid=837", "query", "number"},
		{"a name after a name for people", "https://t.example/logo.png?user=anna", "query", "random"},
		{"a first name", "https://t.example/hello.png?firstname=Anna", "query", "random"},
		{"the name of a parameter", "https://t.example/logo.png?7f3a9c2e51d84b06a1c2=1", "query", "hex"},
		{"a token in the query", "https://t.example/logo.png?x=" + token, "query", "hex"},
		{"a token without a file", "https://t.example/o/aSfkLwI7vMkxU38v7qTVXw", "path", "random"},
		{"a UUID without a file", "https://t.example/o/6f1c2b9e-8a7d-4c3b-9e2f-0a1b2c3d4e5f", "path", "uuid"},
		{"a folder without a file", "https://t.example/aSfkLwI7vMkxU38v7qTVXw/6pmEG", "path", "random"},
		{"a file at a counter", "https://t.example/open/aSfkLwI7vMkxU38v7qTVXw.png", "path", "random"},
		{"a short code at a counter", "https://t.example/open/aB3dE5gH", "path", "random"},
		{"a number of an answer", "https://api.t.example/recipes/51791698/positions/1", "path", "number"},
		{"a user", "https://aSfkLwI7vMkxU38v7qTVXw@t.example/logo.png", "user-info", "random"},
		{"somebody's address", "https://t.example/logo.png?x=anna@example.org", "query", "address"},
		{"somebody's address at the end", "https://t.example/logo/anna@example.org", "path", "address"},
		{"somebody's address, escaped", "https://t.example/anna%40example.org/logo.png", "path", "address"},
		{"a store, with a token", "https://cdn.shopify.com/s/files/1/a.png?u=7f3a9c2e51d84b06a1c2", "query", "hex"},
		{"a GIF that nothing is said of", "https://t.example/img/" + token + ".gif", "path", "hex"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ref := shaped(tt.url, -1, -1)
			if tt.kind != "hex" || tt.where != "path" {
				ref.Shape.Alt = "Our offers"
			}
			got := j.Judge(ref, detect.Facts{Repeats: map[string]int{tt.url: 2}})
			if got.Verdict != detect.Suspected || got.Certainty != detect.Weak || got.Individualised != detect.Unknown {
				t.Fatalf("%+v", got)
			}
			if got.Token == nil || got.Token.Where != tt.where || got.Token.Kind != tt.kind {
				t.Errorf("token %+v", got.Token)
			}
			if len(got.Because) != len(got.Reasons) {
				t.Errorf("%d reasons, %d as data", len(got.Reasons), len(got.Because))
			}
		})
	}
}

// TestNoDoubt checks what pictures may be called.
func TestNoDoubt(t *testing.T) {
	j := newJudge(t)
	for _, tt := range []struct{ name, url string }{
		{"words", "https://t.example/images/newsletter/header-large.png"},
		{"sizes", "https://t.example/a.png?w=600&h=300&fit=crop&v=3"},
		{"a size in a name", "https://t.example/survey75x75.png"},
		{"a size of a banner", "https://t.example/HEADER-MOBILE600x600px.jpg"},
		{"a picture for fine screens", "https://t.example/icons/facebook@2x.png"},
		{"a day", "https://t.example/20240131/sale_240131.png?d=31012024"},
		{"an American day", "https://t.example/021502_camera.jpg"},
		{"a month", "https://t.example/202401/012024.png"},
		{"numbered slices", "https://t.example/mailer8_r1_c1.gif"},
		{"a number in a name", "https://t.example/logo-83721.png"},
		{"a number of goods", "https://t.example/goods/59024.jpg"},
		{"a camel", "https://t.example/ourNewLogo.png"},
		{"a German word", "https://t.example/Geburtstagsglueckwunsch.png"},
		{"shorthand", "https://t.example/btn_nwsltr.png"},
		{"what was registered", "https://d15k2d11r6t6rl.cloudfront.net/logo.png"},
		{"an address without names", "https://192.0.2.1/logo.png"},
		{"a number of things", "https://t.example/a.png?ecid=wonl_oc_kw03"},
		{"a file by its UUID", "https://t.example/o/6f1c2b9e-8a7d-4c3b-9e2f-0a1b2c3d4e5f.png"},
		{"a file by its hash", "https://cdn.t.example/7f3a9c2e51d84b06a1c2d3e4f5061728.png"},
		{"a file in a numbered folder", "https://t.example/lib/fe91127373/m/1/footer.png"},
		{"a file in a store without an extension", "https://files.s3.amazonaws.com/shop/6f1c2b9e-8a7d-4c3b-9e2f-0a1b2c3d4e5f"},
		{"a signed size", "https://t.example/a.jpg?w=600&s=6f1c2b9e8a7d4c3b9e2f0a1b2c3d4e5f"},
		{"another picture inside", "https://t.example/live.png?desktop_url=https%3A%2F%2Fimg.t.example%2F6f1c2b9e8a7d4c3b%2Fbanner.png"},
		{"instructions for a size", "https://t.example/a.png?imageView2/2/w/500/format/webp"},
		{"a version", "https://t.example/a.png?1738871483"},
		{"a store", "https://mcusercontent.com/0123456789abcdef012345678/images/11112222-3333-4444-5555-666677778888.png"},
		{"a store with a version", "https://cdn.shopify.com/s/files/1/0001/0002/header.png?v=1646911697"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := j.Judge(shaped(tt.url, -1, -1), detect.Facts{}); got.Verdict != detect.Clean {
				t.Errorf("%+v %+v", got, got.Token)
			}
		})
	}
}

// TestTiny checks pictures that are nearly pixels.
func TestTiny(t *testing.T) {
	j := newJudge(t)
	const token, plain = "https://t.example/o/6f1c2b9e8a7d4c3b9e2f0a1b2c3d4e5f.gif", "https://t.example/dot.gif"
	for _, tt := range []struct {
		name          string
		url           string
		width, height int
		verdict       detect.Verdict
		certainty     detect.Certainty
	}{
		{"three by three", token, 3, 3, detect.Tracker, detect.Strong},
		{"three wide", token, 3, -1, detect.Tracker, detect.Strong},
		{"four by three", token, 4, 3, detect.Tracker, detect.Strong},
		{"two by six", token, 2, 6, detect.Tracker, detect.Strong},
		{"a line", token, 600, 1, detect.Clean, ""},
		{"an icon", token, 24, 24, detect.Clean, ""},
		{"not declared", token, -1, -1, detect.Suspected, detect.Weak},
		{"a short token", "https://t.example/o/83721.gif", 3, 3, detect.Suspected, detect.Strong},
		{"no token", plain, 3, 3, detect.Clean, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := j.Judge(shaped(tt.url, tt.width, tt.height), detect.Facts{})
			if got.Verdict != tt.verdict || got.Certainty != tt.certainty {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestRepeated checks that what stands twice is a spacer only if nothing in its
// address could be a name.
func TestRepeated(t *testing.T) {
	j := newJudge(t)
	for _, tt := range []struct {
		name, url string
		clean     bool
	}{
		{"a spacer", "https://shop.example/img/spacer.gif", true},
		{"thirteen letters and digits", "https://t.example/o/1a2b3c4d5e6f7", false},
		{"seven letters", "https://t.example/o/aBcDeFg", false},
		{"fourteen digits", "https://t.example/o/84719283746152.gif", false},
		{"a token before a spacer", "https://t.example/83721/spacer.gif", false},
		{"a query", "https://t.example/spacer.gif?u=84719", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := j.Judge(load(tt.url, reference.Pixel), detect.Facts{Repeats: map[string]int{tt.url: 2}})
			if (got.Verdict == detect.Clean) != tt.clean {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestCorpusVerdicts prints how often real mail is held. It fails only if there
// is none.
func TestCorpusVerdicts(t *testing.T) {
	j := newJudge(t)
	pictures, mails := map[detect.Verdict]int{}, map[bool]int{}
	for _, name := range corpus(t, "real/*.eml") {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		seen, held := map[string]bool{}, false
		for _, f := range detect.Scan(raw, j, detect.ScanOptions{All: true}).Findings {
			if f.Kind == reference.Image && f.Host != "" && !seen[f.URL] {
				seen[f.URL] = true
				pictures[f.Verdict]++
				held = held || f.Verdict != detect.Clean
			}
		}
		if len(seen) > 0 {
			mails[held]++
		}
	}
	if len(pictures) == 0 {
		t.Fatal("there are no pictures")
	}
	t.Logf("visible pictures: %v; mails with pictures: some held %d, none held %d", pictures, mails[true], mails[false])
}
