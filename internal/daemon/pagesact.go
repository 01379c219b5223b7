package daemon

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/page"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/rules/consent"
)

// Act does what a form asks for.
func (p *pages) Act(ctx context.Context, r proxy.PageRequest) proxy.PageAnswer {
	f := p.frame(r)
	do, ok := map[string]func(context.Context, proxy.PageRequest) (proxy.PageAnswer, error){
		"answer": p.answer, "withdraw": p.withdraw, "once": p.once, "pictures": p.pictures, "link": p.decideLink,
		"state": p.state, "forget": p.forget, "receipt": p.receipt, "bare": p.bare,
	}[r.Route.Name]
	if named := r.Route.Name == "link" || r.Route.Name == "bare"; !ok || named != (r.Route.Token != "") {
		return proxy.PageAnswer{Status: http.StatusNotFound, Body: f.Missing()}
	}
	a, err := do(ctx, r)
	if err != nil {
		return p.trouble(f, err, p.again(r))
	}
	return a
}

// again is where the reader can try once more.
func (p *pages) again(r proxy.PageRequest) string {
	switch {
	case r.Route.Name == "link":
		return "link/" + r.Route.Token
	case r.Route.Name == "bare":
		return "load/" + r.Route.Token
	case r.Route.Name == "answer" && r.Form["notice"] != "":
		return page.Below("ask", "sender", r.Form["sender"], "address", r.Form["address"], "one", r.Form["one"], "until", r.Form["until"])
	case r.Form["back"] != "":
		return back(r.Form["back"])
	case r.Form["sender"] != "" && r.Form["sender"] != everySender:
		return page.Below("sender", "sender", r.Form["sender"])
	}
	return ""
}

// back is a page that a form may lead back to: a load or a link, "" for all else.
func back(to string) string {
	name, token, ok := strings.Cut(to, "/")
	if !ok || name != "load" && name != "link" || token == "" || strings.Trim(token, letters) != "" {
		return ""
	}
	return to
}

// letters are those of tokens.
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// answer takes the answer to a question, or leaves it open.
func (p *pages) answer(ctx context.Context, r proxy.PageRequest) (proxy.PageAnswer, error) {
	form := r.Form
	a := api.Answer{
		Sender: form["sender"], Address: form["address"], Language: form["language"], OneAddress: form["one"] == "1",
		Notice: form["notice"], How: onPage, Until: endOf(form["until"]),
	}
	switch form["do"] {
	case "save":
		if p.chosen(ctx, &a, form); len(a.Yes)+len(a.No) == 0 {
			return p.after(form, page.None), nil
		}
	case allYes, allNo:
		a.All = form["do"]
	case "once":
		return p.once(ctx, r)
	case "later":
		return p.later(ctx, &a)
	default:
		return proxy.PageAnswer{}, p.wrongForm()
	}
	out, err := p.d.answer(ctx, a)
	if err != nil {
		return proxy.PageAnswer{}, err
	}
	if len(out.Tell) > 0 {
		return goTo("tell", "sender", form["sender"], "address", form["address"], "note", string(page.Saved)), nil
	}
	return p.after(form, page.Saved), nil
}

// chosen reads what is answered for each purpose, without what stands already.
func (p *pages) chosen(ctx context.Context, a *api.Answer, form map[string]string) {
	stands := make(map[string]string)
	list, err := p.d.ask(ctx, api.Ask{Sender: a.Sender, Address: a.Address, OneAddress: a.OneAddress})
	for i := range list {
		for _, s := range list[i].Switches {
			switch {
			case err != nil, list[i].Kind == askAgain:
			case s.On:
				stands[s.Purpose] = allYes
			case s.Decision == string(consent.Refused), s.Decision == string(consent.Withdrawn):
				stands[s.Purpose] = allNo
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		id, ok := strings.CutPrefix(name, "p.")
		if !ok || form[name] == stands[id] {
			continue
		}
		switch form[name] {
		case allYes:
			a.Yes = append(a.Yes, id)
		case allNo:
			a.No = append(a.No, id)
		}
	}
}

// later notes that the question was put to the reader, so that it is not put to
// them again by itself.
func (p *pages) later(ctx context.Context, a *api.Answer) (proxy.PageAnswer, error) {
	_, err := p.d.ask(ctx, api.Ask{Sender: a.Sender, Address: a.Address, OneAddress: a.OneAddress, Shown: true})
	return goTo("", "note", string(page.Later)), err
}

// after is where the reader goes on after an answer: back to where they came from,
// else to the sender.
func (p *pages) after(form map[string]string, done page.Done) proxy.PageAnswer {
	if to := back(form["back"]); to != "" {
		return goTo(to, "note", string(done))
	}
	return goTo("sender", "sender", form["sender"], "note", string(done))
}

// withdraw takes back all that a sender was granted.
func (p *pages) withdraw(ctx context.Context, r proxy.PageRequest) (proxy.PageAnswer, error) {
	_, err := p.d.decide(ctx, api.Decision{
		Decision: string(consent.Withdrawn), Sender: r.Form["sender"], Address: r.Form["address"], All: true, How: onPage,
	})
	return goTo("tell", "sender", r.Form["sender"], "note", string(page.Saved)), err
}

// once permits one mail, for what it would tell or for its pictures.
func (p *pages) once(ctx context.Context, r proxy.PageRequest) (proxy.PageAnswer, error) {
	pictures := r.Form["do"] == "shown"
	if !pictures && r.Form["do"] != "once" {
		return proxy.PageAnswer{}, p.wrongForm()
	}
	_, err := p.d.once(ctx, api.OnceRequest{Message: r.Form["mail"], Pictures: pictures, How: onPage})
	done := page.Once
	if pictures {
		done = page.Shown
	}
	if r.Form["sender"] == "" && back(r.Form["back"]) == "" {
		return goTo("held", "note", string(done)), err
	}
	return p.after(r.Form, done), err
}

// pictures makes a choice about pictures, of one sender or of all.
func (p *pages) pictures(ctx context.Context, r proxy.PageRequest) (proxy.PageAnswer, error) {
	show := r.Form["show"]
	if show != "on" && show != "off" || r.Form["sender"] == "" {
		return proxy.PageAnswer{}, p.wrongForm()
	}
	if _, err := p.d.showPictures(ctx, api.Picture{Sender: r.Form["sender"], Show: show == "on"}); err != nil {
		return proxy.PageAnswer{}, err
	}
	if r.Form["sender"] == everySender {
		return goTo("", "note", string(page.Pictures)), nil
	}
	return goTo("sender", "sender", r.Form["sender"], "note", string(page.Pictures)), nil
}

// wrongForm is a form that none of our pages sends.
func (p *pages) wrongForm() error {
	return &api.Error{Code: api.CodeWrong, Text: p.d.cfg.Words.Say(words.PageUnchangedForm)}
}
