package daemon

import (
	"errors"
	"syscall"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// ill adds a problem to a status, and what to do about it.
func (d *Daemon) ill(st *api.Status, text string, hint words.Key, pairs ...any) {
	if text != "" {
		st.Problems, st.Remedies = append(st.Problems, text), append(st.Remedies, d.cfg.Words.Say(hint, pairs...))
	}
}

// problems says what does not work, and what mends it.
func (d *Daemon) problems(st *api.Status) {
	if d.gateway.port.problem() != nil {
		st.Gateway.Open, st.Gateway.Problem = false, d.gatewayTaken()
		d.ill(st, st.Gateway.Problem, d.gateway.port.remedy())
	}
	for _, r := range d.relays.list() {
		text, hint := r.problem()
		d.ill(st, text, hint)
	}
	d.wayProblems(st)
	d.ill(st, d.policy.trouble(), words.ConfigHint)
	d.ill(st, d.core.clockWrong(time.Now()), words.ClockWrongHint)
	if err := d.core.ledger.Broken(); err != nil {
		d.ill(st, d.brokenLedger(err).Text, words.LedgerBrokenHint)
	}
}

// wayProblems are what keeps mail and loads from coming in by the proxies.
func (d *Daemon) wayProblems(st *api.Status) {
	d.ill(st, d.ways.taken(), d.ways.port.remedy())
	d.ill(st, d.web.taken(), d.web.port.remedy())
	if d.web.wanted() {
		named, _ := d.web.named()
		if missing := d.relays.certs.keyring.Missing(named, time.Now()); len(missing) > 0 {
			d.ill(st, d.cfg.Words.Say(words.WebUncovered, "hosts", d.core.words.List(missing)), words.WebUncoveredHint)
		}
	}
	if d.ways.wanted() {
		if missing := d.relays.certs.keyring.Missing(d.standIns(), time.Now()); len(missing) > 0 {
			d.ill(st, d.cfg.Words.Say(words.ProxyUncovered, "hosts", d.core.words.List(missing)), words.ProxyUncoveredHint)
		}
	}
}

// forbidden says whether the system itself keeps Unseen from listening, so that no other
// program need be looked for.
func forbidden(err error) bool {
	for _, why := range []error{syscall.EACCES, syscall.EPERM, syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL} {
		if errors.Is(err, why) {
			return true
		}
	}
	return false
}

// remedy is what to do where the port cannot be had.
func (p *port) remedy() words.Key {
	if forbidden(p.problem()) {
		return words.PortRefusedHint
	}
	return words.TakenHint
}

// lost says why the port cannot be had: what is said where another program has it, or
// what the system says.
func (p *port) lost(in *words.Catalogue, taken words.Key) string {
	err := p.problem()
	var why syscall.Errno
	switch {
	case err == nil:
		return ""
	case forbidden(err) && errors.As(err, &why):
		return in.Say(words.PortRefused, "port", p.number, "why", why.Error())
	}
	return in.Say(taken, "port", p.number)
}
