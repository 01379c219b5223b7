package window

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

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

// A wizard is how far the setting up of one account is.
type wizard struct {
	address, imap, smtp *widget.Entry
	login, password     *widget.Entry
	// servers says that the reader has to name them.
	servers bool
	// account is what was connected, nil before.
	account *api.Account
	steps   []api.Step
	// before is how many mails had come through when it began.
	before int
	// arrived says that mail came through since.
	arrived bool
	origin  string
	// programs are the mail programs that have the account; listed says that what would be
	// changed in them is shown.
	programs []Program
	listed   bool
	// named are the servers for receiving and sending that a mail program names.
	named [2]*api.Endpoint
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

// load asks for the accounts, or, in the wizard, whether mail came.
func (p *accounts) load() {
	p.read(func(ctx context.Context) (func(), error) {
		st, err := p.w.cfg.Client.Status(ctx)
		if err != nil {
			return nil, err
		}
		v := askWays(ctx, p.w.cfg.Client)
		return func() {
			if p.wizard == nil {
				p.draw(&st, &v)
				return
			}
			p.wizard.origin = st.Gateway.Origin
			if p.wizard.account == nil {
				p.wizard.before = st.Mail.Messages
				if !p.loaded {
					p.step1()
				}
				return
			}
			if arrived := st.Mail.Messages > p.wizard.before; arrived != p.wizard.arrived {
				p.wizard.arrived = arrived
				p.step2()
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
	return append(parts, piece.Small(w.Say(words.SettingsLogin)), piece.Small(w.Say(words.WinCertificate)), p.w.value(l.Fingerprint),
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

// begin starts the wizard.
func (p *accounts) begin() {
	entry := func(hint string) *widget.Entry {
		e := widget.NewEntry()
		e.SetPlaceHolder(hint)
		return e
	}
	p.wizard = &wizard{address: entry("anna@example.org"), imap: entry("imap.example.org:993"), smtp: entry("smtp.example.org:465"),
		login: entry(""), password: widget.NewPasswordEntry()}
	p.wizard.address.OnSubmitted = func(string) { p.submit() }
	p.step1()
	p.load()
}

// step1 asks for the address, and for the servers where nobody knows them.
func (p *accounts) step1() {
	w, z := p.w.words, p.wizard
	parts := []fyne.CanvasObject{piece.Row(piece.NewQuiet(w.Say(words.WinBackToList), func() { p.back() })), piece.Title(w.Say(words.WinConnect))}
	card := []fyne.CanvasObject{piece.Heading(w.Say(words.WinStep, "n", 1, "all", 3)), piece.Body(w.Say(words.WinYourAddress)), z.address}
	if z.servers {
		asks := words.WinServers
		if z.named[0] != nil {
			asks = words.WinServersFound
		}
		card = append(card, piece.Body(w.Say(asks)), piece.Small(w.Say(words.SettingsIMAP)), z.imap, piece.Small(w.Say(words.SettingsSMTP)), z.smtp)
	}
	next := piece.NewMain(w.Say(words.WinNext), p.submit)
	p.show(append(parts, piece.Card(append(card, piece.Row(next), piece.Small(w.Say(words.WinNothingSent)))...))...)
}

// submit connects the account that was typed in.
func (p *accounts) submit() {
	z := p.wizard
	n := api.NewAccount{Address: strings.TrimSpace(z.address.Text)}
	if z.servers {
		n.IMAP, n.SMTP = chosen(z.imap.Text, z.named[0], 993), chosen(z.smtp.Text, z.named[1], 465)
		n.NoSMTP = n.SMTP == nil
	}
	p.connect(n)
}

// line is a server as it is written into the wizard.
func line(e *api.Endpoint) string { return net.JoinHostPort(e.Host, strconv.Itoa(e.Port)) }

// endpoint reads "host" or "host:port": nil for nothing. The usual ports say how the
// server is spoken to.
func endpoint(text string, usual int) *api.Endpoint {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(text)
	n, wrong := strconv.Atoi(port)
	if err != nil || wrong != nil {
		host, n = text, usual
	}
	e := &api.Endpoint{Host: host, Port: n, TLS: "implicit"}
	if n == 143 || n == 587 || n == 25 {
		e.TLS = "starttls"
	}
	return e
}

// connect asks for the account to be connected. Where the servers are not known they
// are asked for.
func (p *accounts) connect(n api.NewAccount) {
	p.write(func(ctx context.Context) (func(), error) {
		a, err := p.w.cfg.Client.AddAccount(ctx, n)
		var said *api.Error
		unknown := errors.As(err, &said) && said.Code == api.CodeUnknown && n.IMAP == nil
		return func() {
			if unknown {
				p.wizard.servers = true
				p.wizard.found(p.w.cfg.Programs, n.Address)
				p.step1()
				return
			}
			if p.wizard == nil {
				p.load()
				return
			}
			p.wizard.account = &a
			p.step2()
			p.programs()
		}, ifNot(unknown, err)
	})
}

// ifNot is an error unless something else is done about it.
func ifNot(handled bool, err error) error {
	if handled {
		return nil
	}
	return err
}

// step2 sets the mail program up, or shows what it has to be set to, tries the servers, and waits for
// the first mail.
func (p *accounts) step2() {
	w, z := p.w.words, p.wizard
	parts := []fyne.CanvasObject{piece.Row(piece.NewQuiet(w.Say(words.WinBackToList), func() { p.back() })), piece.Title(w.Say(words.WinConnected, "address", name(z.account.Address)))}
	step := []fyne.CanvasObject{piece.Heading(w.Say(words.WinStep, "n", 2, "all", 3))}
	for i := range z.programs {
		step = append(step, p.program(&z.programs[i])...)
	}
	byHand := p.local(z.account, z.origin)
	if len(z.programs) == 0 {
		step = append(step, byHand...)
	}
	parts = append(parts, piece.Card(step...))
	last := []fyne.CanvasObject{piece.Heading(w.Say(words.WinStep, "n", 3, "all", 3))}
	if z.arrived {
		last = append(last, piece.Body(w.Say(words.WinArrived)), piece.Row(piece.NewMain(w.Say(words.WinToToday), func() {
			p.wizard = nil
			p.w.Show(Today)
		})))
	} else {
		last = append(last, piece.Body(w.Say(words.WinOpenOne)), piece.Row(piece.NewButton(w.Say(words.WinLookAgain), p.load)))
	}
	parts = append(parts, piece.Card(last...), p.try(z))
	if len(z.programs) > 0 {
		parts = append(parts, piece.Card(append([]fyne.CanvasObject{piece.Heading(w.Say(words.WinProgramOther))}, byHand...)...))
	}
	p.again(parts...)
}

// try offers to try the servers, with a password if the reader wants the login tried.
func (p *accounts) try(z *wizard) fyne.CanvasObject {
	w := p.w.words
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.WinCheck)), piece.Body(w.Say(words.WinCheckHow)), z.password,
		piece.Row(piece.NewButton(w.Say(words.WinCheck), func() {
			q := api.CheckRequest{Address: z.account.Address, Password: api.Secret(z.password.Text)}
			p.write(func(ctx context.Context) (func(), error) {
				steps, err := p.w.cfg.Client.CheckAccount(ctx, q)
				return func() {
					z.password.SetText("")
					z.steps = steps
					p.step2()
				}, err
			})
		}))}
	if len(z.steps) > 0 {
		parts = append(parts, tried(w, z.steps))
	}
	return piece.Card(parts...)
}
