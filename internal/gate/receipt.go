package gate

import "time"

// Receipt says whether a notice that a mail was read may go to who asked for it
// (RFC 8098). The load's judgement names the purpose, its host is that of the
// address that would be told. A permit for pictures or loads releases none: each
// notice is asked about by itself.
func (g *Gate) Receipt(l *Load, now time.Time) Decision {
	d := Decision{Verdict: l.Judgement.Verdict, Vendor: Vendor(&l.Judgement, l.Host)}
	switch {
	case !l.Sender.Authenticated || l.Sender.Key == "":
		d.Why = Nobody
	case !l.Clear || l.Recipient == "":
		d.Why = NoRecipient
	default:
		g.granted(l, &d, now)
	}
	d.Reason = g.sentence(l, &d)
	return d
}
