package page

import (
	"encoding/base64"
	"html/template"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// bareView is what the template shows. Its picture was fetched and found to be one; no
// web page wrote its address.
type bareView struct {
	Told, Alt, Back, BackText string
	Picture                   template.URL
}

// Bare makes the page that shows a picture which came without what names the reader.
// Token is that of the load, and alt what the mail says in its place.
func (f *Frame) Bare(token, alt string, p api.BarePicture) []byte {
	w := f.Words
	v := bareView{
		Told: w.Say(words.PageBareTold, "host", p.Host), Alt: alt,
		Back: f.below("load/" + token), BackText: w.Say(words.PageAgain),
	}
	if strings.HasPrefix(p.Type, "image/") && !strings.ContainsAny(p.Type, ",;\" ") {
		v.Picture = template.URL("data:" + p.Type + ";base64," + base64.StdEncoding.EncodeToString(p.Body))
	}
	return f.render("bare", view{Title: w.Say(words.PageBareCame), Home: "-", V: v})
}
