package window

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// A Program is a profile of a mail program of this computer, and how it stands with an
// account.
type Program struct {
	// Name is the program's, Profile what the reader calls the profile, Dir where it lies.
	Name, Profile, Dir string
	// Changes are what would be set, a line each; nil where nothing is to be.
	Changes []string
	// Note is what the reader should know before, "" for nothing.
	Note string
	// Done says that it reads the account through Unseen.
	Done bool
	// Trouble says why it cannot be set up from here, "" for nothing.
	Trouble string
}

// Programs brings mail programs of this computer behind Unseen. All of its fields are set.
type Programs struct {
	// Look says how the programs that have an account stand with it. It changes nothing.
	Look func(ctx context.Context, w *words.Catalogue, address string) ([]Program, error)
	// Set makes the changes that were listed for a profile.
	Set func(ctx context.Context, w *words.Catalogue, address, dir string) error
	// Servers are those that a program names for an address, nil where none does.
	Servers func(address string) (imap, smtp *api.Endpoint)
	// Start starts the program with a profile.
	Start func(dir string) error
}

// maxChange is how much of a line of changes is shown.
const maxChange = 200

// programs asks how the mail programs stand with the account of the wizard.
func (p *accounts) programs() {
	z := p.wizard
	if p.w.cfg.Programs == nil {
		return
	}
	p.write(func(ctx context.Context) (func(), error) {
		list, err := p.w.cfg.Programs.Look(ctx, p.w.words, z.account.Address)
		return func() {
			if p.wizard == z {
				z.programs = list
				p.step2()
			}
		}, err
	})
}

// program says how one mail program stands, and sets it up at a press.
func (p *accounts) program(v *Program) []fyne.CanvasObject {
	w, z := p.w.words, p.wizard
	parts := []fyne.CanvasObject{piece.Heading(name(v.Name))}
	switch {
	case v.Done:
		parts = append(parts, piece.Body(w.Say(words.WinProgramDone, "program", name(v.Name), "address", name(z.account.Address))),
			piece.Row(piece.NewMain(w.Say(words.WinProgramStart, "program", name(v.Name)), func() { p.open(v) })),
			piece.Small(w.Say(words.WinProgramBack)))
	case v.Trouble != "":
		parts = append(parts, piece.Body(piece.Clean(v.Trouble, maxSentence)))
	default:
		parts = append(parts, piece.Body(w.Say(words.WinProgramCan, "program", name(v.Name), "profile", name(v.Profile), "n", len(v.Changes))),
			piece.Row(piece.NewMain(w.Say(words.WinProgramSet, "program", name(v.Name)), func() { p.set(v) }),
				piece.NewQuiet(w.Say(words.WinProgramWhat), func() {
					z.listed = !z.listed
					p.step2()
				})))
		if v.Note != "" {
			parts = append(parts, piece.Small(piece.Clean(v.Note, maxSentence)))
		}
		for _, line := range v.Changes {
			if z.listed {
				parts = append(parts, piece.Small(piece.Clean(line, maxChange)))
			}
		}
	}
	return parts
}

// set sets a program up, and says then how it stands.
func (p *accounts) set(v *Program) {
	z := p.wizard
	p.write(func(ctx context.Context) (func(), error) {
		if err := p.w.cfg.Programs.Set(ctx, p.w.words, z.account.Address, v.Dir); err != nil {
			return nil, err
		}
		return p.programs, nil
	})
}

// open starts a program, as a press in its desktop's menu does.
func (p *accounts) open(v *Program) {
	p.write(func(context.Context) (func(), error) { return func() {}, p.w.cfg.Programs.Start(v.Dir) })
}

// found fills in the servers that a mail program names for the address.
func (z *wizard) found(all *Programs, address string) {
	if all == nil {
		return
	}
	fill := func(e *piece.Entry, at *api.Endpoint) {
		if at != nil && e.Text == "" {
			e.SetText(line(at))
		}
	}
	imap, smtp := all.Servers(address)
	fill(z.imap, imap)
	fill(z.smtp, smtp)
	if imap != nil {
		z.named = [2]*api.Endpoint{imap, smtp}
	}
}

// chosen is the server that stands in a place to write in: as the mail program names it
// where it was left so, since a port alone does not tell how it is spoken to.
func chosen(text string, named *api.Endpoint, usual int) *api.Endpoint {
	if named != nil && text == line(named) {
		return named
	}
	return endpoint(text, usual)
}
