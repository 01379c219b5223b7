package daemon_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

const (
	// posterTag is a mail's words in a picture, whose address names the reader.
	posterTag = `<a href="http://shop.example/sale"><img src="http://img.shop.example/sale/poster.gif?u=0123456789abcdef0123456789abcdef" ` +
		`width="600" height="400" alt="The sale begins on Monday at nine, all coats at half the price"></a>`
	posterBare = "http://img.shop.example/sale/poster.gif"
)

// A mail whose words are in its pictures is told to be one, and read by what stands
// in their place; nobody is asked for that.
func TestReading(t *testing.T) {
	talk := `<p>Hello</p><a href="http://a.example/1">Read all about the opening of our new house in Ghent</a>` +
		`<a href="http://a.example/2">How to get there by train, by bus and on foot</a>`
	h := newHouse(t, mailFrom("shop.example", posterTag+pixel), mailFrom("talk.example", talk+`<img src="http://a.example/l.png" width="20" height="20" alt="logo">`))
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	ctx := context.Background()
	r, err := h.client.Reading(ctx, "shop.example")
	if err != nil || !r.InPictures || r.Pictures != 1 || r.Subject != "Hello" || r.Plain != "" || len(r.Lines) == 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	found := false
	for _, line := range r.Lines {
		found = found || line.Kind == "picture" && strings.HasPrefix(line.Text, "The sale begins")
	}
	if !found {
		t.Errorf("lines %+v", r.Lines)
	}
	if again, err := h.client.Reading(ctx, r.Message); err != nil || again.Message != r.Message {
		t.Errorf("by its name: %+v, %v", again, err)
	}
	if r, err := h.client.Reading(ctx, "talk.example"); err != nil || r.InPictures || r.Pictures != 1 || len(r.Lines) != 3 {
		t.Errorf("a mail of words: %+v, %v", r, err)
	}
	var refusal *api.Error
	for _, name := range []string{"nobody.example", strings.Repeat("0", 64), "a/b"} {
		if _, err := h.client.Reading(ctx, name); !errors.As(err, &refusal) || refusal.Code != api.CodeUnknown {
			t.Errorf("%s: %v", name, err)
		}
	}
	if asks := h.tracker.take(); asks != nil {
		t.Errorf("asked %v", asks)
	}
}

// The address without its identifier is asked only for that picture, on a word of
// its own, and carries nothing of the reader.
func TestBare(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", posterTag+pixel+coatsTag))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	ctx := context.Background()
	if asks := h.open(mail); asks != nil {
		t.Fatalf("opening asked %v", asks)
	}
	r, err := h.client.Reading(ctx, "shop.example")
	if err != nil {
		t.Fatal(err)
	}
	var tokens []string
	for _, line := range r.Lines {
		if line.Token != "" {
			tokens = append(tokens, line.Token)
		}
	}
	if len(tokens) != 1 {
		t.Fatalf("%d pictures can be tried: %+v", len(tokens), r.Lines)
	}
	pic, err := h.client.Bare(ctx, api.BareRequest{Message: r.Message, Token: tokens[0]})
	if err != nil || pic.Host != "img.shop.example" || pic.Type != "image/gif" || string(pic.Body) != trackerGIF {
		t.Fatalf("%+v, %v", pic, err)
	}
	if asks := h.tracker.take(); len(asks) != 1 || asks[0] != posterBare {
		t.Errorf("asked %v", asks)
	}
	if asks := h.open(mail); asks != nil {
		t.Errorf("opening it afterwards asked %v", asks)
	}
	// A redirect that puts the identifier back is not followed.
	back, err := url.Parse(pixelURL)
	if err != nil {
		t.Fatal(err)
	}
	h.tracker.leads = map[string]string{posterBare: back.String()}
	var refusal *api.Error
	if _, err := h.client.Bare(ctx, api.BareRequest{Message: r.Message, Token: tokens[0]}); !errors.As(err, &refusal) || refusal.Code != api.CodeFailed {
		t.Errorf("a redirect: %v", err)
	}
	if asks := h.tracker.take(); len(asks) != 1 {
		t.Errorf("a redirect: asked %v", asks)
	}
	for name, q := range map[string]api.BareRequest{
		"of another mail": {Message: strings.Repeat("0", 64), Token: tokens[0]},
		"no such token":   {Message: r.Message, Token: "AAAAAAAAAAAAAAAAAAAAAA"},
	} {
		if _, err := h.client.Bare(ctx, q); !errors.As(err, &refusal) || refusal.Code != api.CodeUnknown {
			t.Errorf("%s: %v", name, err)
		}
	}
}
