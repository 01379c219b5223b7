package window

import (
	"context"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// maxFileName is how many letters of a sender a file is named by.
const maxFileName = 60

// fileOf names the file of a sender's bag, of letters that every disk takes.
func fileOf(sender string) string {
	kept := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r == '.' || r == '@' {
			return r
		}
		return '-'
	}, sender)
	return "unseen-evidence-" + kept[:min(len(kept), maxFileName)] + ".zip"
}

// export has a bag made of what was kept of a sender. It is ended by ending the
// request; the daemon keeps what it has, and the same request goes on with it.
func (p *evidence) export(sender string) {
	if p.busy {
		return
	}
	p.busy = true
	p.write(func(ctx context.Context) (func(), error) {
		p.w.soon(func() { p.busy = true }) // when it is tried again, too
		defer p.w.soon(func() { p.busy = false })
		output, err := p.w.cfg.Place(fileOf(sender))
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var made *api.BagMade
		q := api.ExportRequest{Sender: sender, Output: output, Languages: []string{p.w.words.Lang()}}
		for at, err := range p.w.cfg.Client.ExportKept(ctx, q) {
			if ctx.Err() != nil {
				return p.half, nil
			}
			if err != nil {
				return nil, err
			}
			made = at.Bag
			p.far(&at, cancel)
		}
		return func() { p.exported(sender, made) }, nil
	})
}

// far says how far a bag is, with a way to end it.
func (p *evidence) far(at *api.EvidenceStep, cancel context.CancelFunc) {
	w := p.w.words
	text := w.Say(words.WinEvidenceWriting)
	if at.Stage == "examine" {
		text = w.Say(words.WinEvidenceLooking, "done", w.Number(int64(at.Done)), "of", w.Number(int64(at.Of)))
	}
	p.w.soon(func() { p.step(text, cancel) })
}

// half says that a bag was not finished.
func (p *evidence) half() {
	p.w.note(p.w.words.Say(words.WinEvidenceHalf), nil)
	p.load()
}

// exported keeps in view what was made and where it lies.
func (p *evidence) exported(sender string, made *api.BagMade) {
	if made != nil {
		p.bags[sender] = *made
	}
	p.load()
}

// bag says where a bag lies.
func (p *evidence) bag(b *api.BagMade) []fyne.CanvasObject {
	w := p.w.words
	return []fyne.CanvasObject{
		piece.Body(w.Say(words.WinEvidenceMade, "n", b.Mails, "tracking", b.Tracking)), p.w.value(b.Path),
		piece.Small(w.Say(words.WinEvidenceKey)), p.w.value(b.Key),
	}
}

// folder opens a folder in the reader's program for files.
func (p *evidence) folder(path string) {
	p.write(func(context.Context) (func(), error) {
		if !p.w.cfg.Folder(path) {
			w := p.w.words
			return nil, &words.Fault{Text: w.Say(words.WinEvidenceNoFolder, "path", path), Hint: w.Say(words.WinEvidenceNoFolderHint)}
		}
		return func() {}, nil
	})
}
