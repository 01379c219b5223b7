package page

import (
	"unicode"
	"unicode/utf8"

	"github.com/unseen-mail/unseen/internal/words"
)

// messageView is what the template shows.
type messageView struct {
	Text, Hint, Again, AgainText string
	// In is the language of Text and Hint, "" for that of the page.
	In string
}

// Closed makes the page of every session that is not open.
func (f *Frame) Closed() []byte {
	w := f.Words
	return f.render("message", view{
		Title: w.Say(words.PageClosed), Home: "-",
		V: messageView{Text: w.Say(words.PageClosedText), Hint: w.Say(words.PageClosedHow)},
	})
}

// Unchanged says that a form was not heard: because its page was used before, or
// because it cannot be read. Again is the page to answer on.
func (f *Frame) Unchanged(used bool, again string) []byte {
	w := f.Words
	v := messageView{Text: w.Say(words.PageUnchangedForm), Again: f.Base + again, AgainText: w.Say(words.PageAgain)}
	if used {
		v.Text = w.Say(words.PageUnchangedPage)
	}
	return f.render("message", view{Title: w.Say(words.PageUnchanged), Home: "-", V: v})
}

// Trouble says what could not be done, in the words of the daemon, whose language
// is in.
func (f *Frame) Trouble(text, hint, in, again string) []byte {
	w := f.Words
	return f.render("message", view{Title: w.Say(words.PageTrouble), Home: "-", V: messageView{
		Text: capital(text), Hint: capital(hint), In: in, Again: f.Base + again, AgainText: w.Say(words.PageAgain),
	}})
}

// Missing says that what was asked for is not there.
func (f *Frame) Missing() []byte {
	w := f.Words
	return f.render("message", view{Title: w.Say(words.PageMissing), Home: "-", V: messageView{
		Text: w.Say(words.PageMissingText), Again: f.Base, AgainText: w.Say(words.PageOverview),
	}})
}

// A Done is what was just done.
type Done string

// What can have been done.
const (
	// Saved is an answer, Once and Shown are permits, Later is none yet.
	Saved Done = "saved"
	Once  Done = "once"
	Shown Done = "shown"
	Later Done = "later"
	// None is a form that chose nothing new, Pictures a choice about them.
	None     Done = "none"
	Pictures Done = "pictures"
	// Word is the reader's own word, Forgotten a sender that was forgotten.
	Word      Done = "word"
	Forgotten Done = "forgotten"
	// ReceiptGoes and ReceiptStays are answers about a notice of reading.
	ReceiptGoes  Done = "receipt"
	ReceiptStays Done = "no-receipt"
)

// Note is the sentence on what was just done, "" for what is nothing of the kind.
func Note(w *words.Catalogue, done Done) string {
	switch done {
	case Saved:
		return w.Say(words.PageNoteSaved)
	case Once:
		return w.Say(words.PageNoteOnce)
	case Shown:
		return w.Say(words.PageNoteShown)
	case Later:
		return w.Say(words.PageNoteLater, "overview", w.Say(words.PageOverview))
	case None:
		return w.Say(words.PageNoteNone)
	case Pictures:
		return w.Say(words.PageNotePictures)
	case Word:
		return w.Say(words.PageNoteWord)
	case Forgotten:
		return w.Say(words.PageNoteForgotten)
	case ReceiptGoes:
		return w.Say(words.PageNoteReceipt)
	case ReceiptStays:
		return w.Say(words.PageNoteNoReceipt)
	}
	return ""
}

// capital begins a sentence, which on the command line begins in lower case.
func capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 || r == utf8.RuneError {
		return text
	}
	return string(unicode.ToUpper(r)) + text[n:]
}
