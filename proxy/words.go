package proxy

import (
	"fmt"
	"html"
	"strings"
	"unicode"
)

// maxName bounds a sender's name in a sentence; maxText a sentence.
const (
	maxName = 48
	maxText = 240
)

// Words are the sentences that the gateway shows. Each empty one is English.
type Words struct {
	// Held and Failed stand above the sentence on a placeholder.
	Held, Failed string
	// Wanted is the sentence for a held picture where the decision has none;
	// %s is who wanted to know.
	Wanted string
	// Undecided, BadAddress, NotPicture, TooLarge and Unreachable say why
	// there is nothing to see; PicturesOnly why a frame, a style sheet, a font
	// or a film was held.
	Undecided, BadAddress, NotPicture, TooLarge, Unreachable, PicturesOnly string
}

// orEnglish fills what is empty.
func (w Words) orEnglish() Words {
	for _, f := range []struct {
		word    *string
		english string
	}{
		{&w.Held, "Picture held"},
		{&w.Failed, "No picture"},
		{&w.Wanted, "%s wanted to know that you opened this mail. It was not told."},
		{&w.Undecided, "Unseen could not read its rules, so nobody was asked."},
		{&w.BadAddress, "Its address does not lead to the public internet, so it was not asked for."},
		{&w.NotPicture, "What came back is not a picture, so it is not shown."},
		{&w.TooLarge, "It is larger than 8 MB, so it is not shown."},
		{&w.Unreachable, "Its server gave no picture. Open the mail again to try once more."},
		{&w.PicturesOnly, "Unseen shows pictures only. Nobody was asked."},
	} {
		if *f.word == "" {
			*f.word = f.english
		}
	}
	return w
}

// wanted says who wanted to know, by name if there is one to show.
func (w Words) wanted(sender, host string) string {
	name := cleanText(sender, maxName)
	if name == "" {
		name = cleanText(host, maxName)
	}
	return fmt.Sprintf(w.Wanted, name)
}

// cleanText makes a line of text that cannot do anything but be read: one line,
// no control, format or private characters, so no change of direction either,
// no more than n letters. It reads no more of s than it needs.
func cleanText(s string, n int) string {
	var b strings.Builder
	letters, space := 0, false
	for _, r := range s {
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		if !unicode.IsGraphic(r) || r == unicode.ReplacementChar {
			continue
		}
		if letters >= n {
			b.WriteRune('…')
			break
		}
		if space {
			b.WriteByte(' ')
			letters++
			space = false
		}
		b.WriteRune(r)
		letters++
	}
	return b.String()
}

// framePage stands where a mail shows another page.
func framePage(w Words) string {
	return "<!DOCTYPE html><meta charset=utf-8><title>Unseen</title><p>" + html.EscapeString(w.PicturesOnly) + "\n"
}
