package window

import (
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// A wizard is how far the setting up of one account is: its address, the mail program
// that reads it, the first mail that came through.
type wizard struct {
	address, imap, smtp *piece.Entry
	password            *piece.Entry
	// servers says that the reader has to name them.
	servers bool
	// account is what was connected, nil before.
	account *api.Account
	origin  string
	// programs are the mail programs that have the account; listed says that what would be
	// changed in them is shown.
	programs []Program
	listed   bool
	// named are the servers for receiving and sending that a mail program names.
	named [2]*api.Endpoint
	steps []api.Step
	// before is how many mails had come through when it began.
	before int
	// test is the mail that was put into the inbox, nil for none.
	test *api.TestMail
	// arrived says that mail came through since, opened that the test mail was opened.
	arrived, opened bool
}

// begin starts the wizard.
func (p *accounts) begin() {
	z := &wizard{address: piece.NewEntry("anna@example.org"), imap: piece.NewEntry("imap.example.org:993"),
		smtp: piece.NewEntry("smtp.example.org:465"), password: piece.NewSecret(p.w.words.Say(words.WinTestPassword))}
	z.address.OnSubmitted = func(string) { p.submit() }
	z.password.OnSubmitted = func(string) { p.putTest() }
	p.wizard = z
	p.step1()
	p.load()
}

// connect goes to the wizard, from wherever the reader is.
func (w *Window) connect() {
	p := w.pages[Accounts].(*accounts)
	w.Show(Accounts)
	p.begin()
}

// goOn goes on with an account that is connected: its mail program, and the first mail.
func (p *accounts) goOn(a *api.Account, st *api.Status) {
	p.begin()
	p.wizard.account, p.wizard.origin, p.wizard.before = a, st.Gateway.Origin, st.Mail.Messages
	p.step2()
	p.programs()
}

// look asks whether mail came, and whether the test mail was opened.
func (p *accounts) look() {
	c, z := p.w.cfg.Client, p.wizard
	p.read(func(ctx context.Context) (func(), error) {
		st, err := c.Status(ctx)
		if err != nil {
			return nil, err
		}
		var events []api.Event
		if z.test != nil {
			events, err = c.Events(ctx, -1, eventsRead)
		}
		return func() {
			if p.wizard == z {
				p.looked(&st, events)
			}
		}, err
	})
}

// looked takes in what was asked. What is being typed is not disturbed where nothing
// changed.
func (p *accounts) looked(st *api.Status, events []api.Event) {
	z := p.wizard
	was := z.origin
	z.origin = st.Gateway.Origin
	if z.account == nil {
		if z.before = st.Mail.Messages; !p.loaded {
			p.step1()
		}
		return
	}
	arrived := st.Mail.Messages > z.before
	opened := z.test != nil && slices.ContainsFunc(events, func(e api.Event) bool { return e.Kind == "load" && e.Host == z.test.Host })
	if arrived != z.arrived || opened != z.opened || was != z.origin {
		z.arrived, z.opened = arrived, opened
		p.step2()
	}
}

// step1 asks for the address, and for the servers where nobody knows them.
func (p *accounts) step1() {
	w, z := p.w.words, p.wizard
	parts := []fyne.CanvasObject{p.toList(), piece.Title(w.Say(words.WinConnect))}
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

// toList leads back to the accounts.
func (p *accounts) toList() fyne.CanvasObject {
	return piece.Row(piece.NewQuiet(p.w.words.Say(words.WinBackToList), func() { p.back() }))
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
			switch {
			case p.wizard == nil:
				p.load()
			case unknown:
				p.wizard.servers = true
				p.wizard.found(p.w.cfg.Programs, n.Address)
				p.step1()
			default:
				p.wizard.account = &a
				p.step2()
				p.programs()
			}
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

// step2 sets the mail program or shows what it has to be set to, and waits for the
// first mail. It stays where the reader was.
func (p *accounts) step2() {
	w, z := p.w.words, p.wizard
	parts := []fyne.CanvasObject{p.toList(), piece.Title(w.Say(words.WinConnected, "address", name(z.account.Address)))}
	second := []fyne.CanvasObject{piece.Heading(w.Say(words.WinStep, "n", 2, "all", 3))}
	for i := range z.programs {
		second = append(second, p.program(&z.programs[i])...)
	}
	byHand := p.local(z.account, z.origin)
	if len(z.programs) == 0 {
		second = append(second, byHand...)
	}
	parts = append(parts, piece.Card(second...), piece.Card(p.first(z)...), p.try(z))
	if len(z.programs) > 0 {
		parts = append(parts, piece.Card(append([]fyne.CanvasObject{piece.Heading(w.Say(words.WinProgramOther))}, byHand...)...))
	}
	p.again(parts...)
}

// first waits for the first mail: one of the reader's, or one of Unseen's own.
func (p *accounts) first(z *wizard) []fyne.CanvasObject {
	w := p.w.words
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.WinStep, "n", 3, "all", 3))}
	toToday := piece.Row(piece.NewMain(w.Say(words.WinToToday), func() {
		p.wizard = nil
		p.w.Show(Today)
	}))
	switch {
	case z.opened:
		return append(parts, piece.Body(w.Say(words.WinArrived)), piece.Body(w.Say(words.WinTestOpened)), toToday)
	case z.test != nil && z.arrived:
		parts = append(parts, piece.Body(w.Say(words.WinArrived)))
		fallthrough
	case z.test != nil:
		return append(parts, piece.Body(w.Say(words.WinTestLies, "subject", z.test.Subject)), piece.Row(piece.NewButton(w.Say(words.WinLookAgain), p.load)))
	case z.arrived:
		return append(parts, piece.Body(w.Say(words.WinArrived)), toToday)
	}
	return append(parts, piece.Body(w.Say(words.WinOpenOne)), piece.Row(piece.NewButton(w.Say(words.WinLookAgain), p.load)),
		piece.Body(w.Say(words.WinTestHow)), z.password, piece.Row(piece.NewButton(w.Say(words.WinTestPut), p.putTest)))
}

// secret takes the password out of where it was typed: it is used once.
func (z *wizard) secret() api.Secret {
	text := api.Secret(z.password.Text)
	z.password.SetText("")
	return text
}

// putTest has a test mail put into the inbox. A password that was wrong has to be typed
// again.
func (p *accounts) putTest() {
	z := p.wizard
	if z == nil || z.account == nil {
		return
	}
	q := api.TestMailRequest{Address: z.account.Address, Password: z.secret(), Language: p.w.words.Lang()}
	p.write(func(ctx context.Context) (func(), error) {
		made, err := p.w.cfg.Client.PutTestMail(ctx, q)
		return func() {
			if p.wizard == z {
				z.test = &made
				p.step2()
			}
		}, err
	})
}

// try offers to try the servers, with a password if the reader wants the login tried.
func (p *accounts) try(z *wizard) fyne.CanvasObject {
	w := p.w.words
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.WinCheck)), piece.Body(w.Say(words.WinCheckHow))}
	if z.test != nil || z.arrived {
		parts = append(parts, z.password)
	}
	parts = append(parts, piece.Row(piece.NewButton(w.Say(words.WinCheck), func() {
		q := api.CheckRequest{Address: z.account.Address, Password: z.secret()}
		p.write(func(ctx context.Context) (func(), error) {
			steps, err := p.w.cfg.Client.CheckAccount(ctx, q)
			return func() {
				if p.wizard == z {
					z.steps = steps
					p.step2()
				}
			}, err
		})
	})))
	if len(z.steps) > 0 {
		parts = append(parts, tried(w, z.steps))
	}
	return piece.Card(parts...)
}
