package window

import (
	"context"
	"fmt"
	"strconv"

	"fyne.io/fyne/v2"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// accounts lists the connected accounts, and leads from an address to the first mail
// that came through.
type accounts struct {
	*frame
	// wizard is the account that is being set up, nil for the list.
	wizard *wizard
}

func newAccounts(w *Window) *accounts { return &accounts{frame: newFrame(w)} }

// live says that the arrival of the first mail is seen.
func (p *accounts) live() bool { return p.wizard == nil || p.wizard.account != nil }

// back leaves the wizard.
func (p *accounts) back() bool {
	was := p.wizard != nil
	p.wizard = nil
	if was {
		p.load()
	}
	return was
}

// load asks for the accounts, or, in the wizard, how far the first mail is.
func (p *accounts) load() {
	if p.wizard != nil {
		p.look()
		return
	}
	p.read(func(ctx context.Context) (func(), error) {
		st, err := p.w.cfg.Client.Status(ctx)
		if err != nil {
			return nil, err
		}
		v := askWays(ctx, p.w.cfg.Client)
		return func() {
			if p.wizard == nil {
				p.draw(&st, &v)
			}
		}, ctx.Err()
	})
}

// draw lists the accounts, and the other ways in.
func (p *accounts) draw(st *api.Status, v *ways) {
	w := p.w.words
	parts := []fyne.CanvasObject{piece.Title(w.Say(words.WinAccounts))}
	if len(st.Accounts) == 0 {
		parts = append(parts, piece.Card(piece.Heading(w.Say(words.WinNoAccount)), piece.Body(w.Say(words.WinNoAccountHow))))
	}
	for i := range st.Accounts {
		a := &st.Accounts[i]
		card := []fyne.CanvasObject{piece.Heading(name(a.Name)), piece.Body(name(a.Address)), piece.Body(p.serves(a))}
		if a.Local.Problem != "" {
			card = append(card, piece.Body(piece.Clean(a.Local.Problem, maxSentence)))
		}
		switch a.Vouching {
		case "no":
			card = append(card, piece.Small(w.Say(words.VouchNone, "host", name(a.IMAP.Host))))
		case "unknown":
			card = append(card, piece.Small(w.Say(words.WinVouchUnknown)))
		}
		card = append(card, p.local(a, st.Gateway.Origin)...)
		parts = append(parts, piece.Card(append(card, piece.Row(
			piece.NewButton(w.Say(words.WinSetUp), func() { p.goOn(a, st) }),
			piece.NewButton(w.Say(words.WinCheck), func() { p.check(a) }),
			piece.NewButton(w.Say(words.WinDisconnect), func() { p.remove(a) })))...))
	}
	connect := piece.NewMain(w.Say(words.WinConnect), p.begin)
	parts = append(append(parts, piece.Row(connect)), p.ways(v)...)
	p.again(append(parts, piece.Card(piece.Heading(w.Say(words.WinWays)), piece.Body(w.Say(words.WinWaysHow))))...)
}

// serves says where mail comes from and goes to.
func (p *accounts) serves(a *api.Account) string {
	w := p.w.words
	imap := fmt.Sprintf("%s:%d", a.IMAP.Host, a.IMAP.Port)
	if a.SMTP == nil {
		return w.Say(words.AccountReceives, "name", name(a.Name), "imap", imap)
	}
	return w.Say(words.AccountBoth, "name", name(a.Name), "imap", imap, "smtp", fmt.Sprintf("%s:%d", a.SMTP.Host, a.SMTP.Port))
}

// local are the settings for the mail program, to be copied.
func (p *accounts) local(a *api.Account, origin string) []fyne.CanvasObject {
	w, l := p.w.words, &a.Local
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.WinSetTo)),
		p.w.value(w.Say(words.WinSetIMAP, "host", l.Host, "port", strconv.Itoa(l.IMAP), "tls", strconv.Itoa(l.IMAPS)))}
	if l.SMTP > 0 {
		parts = append(parts, p.w.value(w.Say(words.WinSetSMTP, "host", l.Host, "port", strconv.Itoa(l.SMTP))))
	} else {
		parts = append(parts, piece.Small(w.Say(words.SettingsNoSMTP)))
	}
	return append(parts, piece.Small(w.Say(words.SettingsLogin)), piece.Small(w.Say(words.WinCertificate)), p.w.print(l.Fingerprint),
		piece.Small(w.Say(words.WinAllow)), p.w.value(origin))
}

// remove disconnects an account, and offers to connect it again.
func (p *accounts) remove(a *api.Account) {
	w := p.w.words
	p.write(func(ctx context.Context) (func(), error) {
		_, err := p.w.cfg.Client.RemoveAccount(ctx, a.Address)
		return func() {
			p.w.note(w.Say(words.WinRemoved, "address", name(a.Address)), func() {
				p.connect(api.NewAccount{Address: a.Address, Name: a.Name, IMAP: &a.IMAP, SMTP: a.SMTP, NoSMTP: a.SMTP == nil, Unchecked: true})
			})
			p.load()
		}, err
	})
}

// check tries the servers of an account, without logging in.
func (p *accounts) check(a *api.Account) {
	p.write(func(ctx context.Context) (func(), error) {
		steps, err := p.w.cfg.Client.CheckAccount(ctx, api.CheckRequest{Address: a.Address})
		return func() {
			w := p.w.words
			parts := []fyne.CanvasObject{piece.Row(piece.NewQuiet(w.Say(words.WinBackToList), p.load)), piece.Title(w.Say(words.WinChecked, "address", name(a.Address)))}
			p.show(append(parts, tried(w, steps))...)
		}, err
	})
}

// tried says what came of each thing that was tried.
func tried(w *words.Catalogue, steps []api.Step) fyne.CanvasObject {
	var parts []fyne.CanvasObject
	for _, s := range steps {
		state := w.Say(words.WinWell)
		if !s.OK {
			state = w.Say(words.WinNotWell)
		}
		parts = append(parts, piece.Body(state+" "+piece.Clean(s.Text, maxSentence)))
		if s.Hint != "" {
			parts = append(parts, piece.Small(piece.Clean(s.Hint, maxSentence)))
		}
	}
	return piece.Card(parts...)
}
