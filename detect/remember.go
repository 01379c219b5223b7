package detect

import (
	"strconv"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/signal"
	"github.com/unseen-mail/unseen/detect/template"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A Memory is what was seen of the forms of addresses in other mail of the sender
// whose mail is judged. What it says does not change while a mail is judged.
type Memory interface {
	// Proof is what copies of one mailing proved about addresses of the form.
	Proof(url string, load bool) (twin.Proof, bool)
	// Learned is what mail after mail showed of addresses of the form.
	Learned(url string) (template.Learned, bool)
}

// minStays is in how many mails a part has to have stayed the same to say anything,
// if it is not known whether it is another one for other readers.
const minStays = 4

// minSealed is how long such a part is at least: shorter ones name accounts and
// lists.
const minSealed = 16

// remembered puts a verdict right by what other mail of the sender showed. What is
// exempt by header or words stays so.
func (v *view) remembered(out Judgement) Judgement {
	memory := v.facts.Memory
	if memory == nil || out.Verdict == Exempt {
		return out
	}
	if proof, ok := memory.Proof(v.ref.URL, v.ref.Kind.Load()); ok {
		return v.proven(out, proof)
	}
	if known, ok := memory.Learned(v.ref.URL); ok {
		return v.learned(out, known)
	}
	return out
}

// proven is a verdict after a comparison of copies.
func (v *view) proven(out Judgement, p twin.Proof) Judgement {
	args := []string{p.Date, strconv.Itoa(p.Recipients)}
	switch {
	case p.Result == twin.Individual:
		return v.raised(out, Tracker, Proven, v.slotted(p.Slots), "twin:"+p.Part, why("twin-own", args...))
	case p.Result != twin.Aggregate:
		return out
	case out.Holds() && v.ref.Kind.Load():
		// What everybody gets tells of a rate, and of nobody.
		same := Judgement{Verdict: Exempt, Certainty: Proven, Individualised: NotIndividual, Exemption: string(purpose.Aggregate),
			Vendor: out.Vendor, Purposes: []purpose.ID{purpose.Aggregate}, Basis: Inferred, Rules: append(out.Rules, "twin:"+p.Part)}
		same.because(why("twin-same", args...))
		return same
	case out.Holds():
		same := v.clean(NotIndividual, why("twin-same", args...))
		same.Rules = append(same.Rules, "twin:"+p.Part)
		return same
	}
	return out
}

// learned is a verdict after mail upon mail. It only ever says more than before: one
// mailbox cannot tell what everybody gets.
func (v *view) learned(out Judgement, known template.Learned) Judgement {
	for i := range known.Slots {
		k := &known.Slots[i]
		if !k.Slot.Telling() {
			continue
		}
		place, mails := string(k.Slot.Place), strconv.Itoa(k.Mails)
		switch {
		case k.Class == template.Reader:
			return v.raised(out, Tracker, Strong, tokenOf(k.Slot), "history:reader", why("history-reader", place, mails, strconv.Itoa(k.Readers)))
		case k.Class == template.Constant && k.Mails >= minStays && len(k.Slot.Value) >= minSealed && changes(known, i) && v.ref.Kind != reference.Image:
			if out.Verdict == Tracker {
				return out
			}
			return v.raised(out, Suspected, Weak, tokenOf(k.Slot), "history:stays", why("history-stays", place, mails))
		}
	}
	return out
}

// changes says whether another part of the address is seen to change.
func changes(known template.Learned, but int) bool {
	for i, k := range known.Slots {
		if i != but && (k.Class == template.PerMail || k.Class == template.PerLink) {
			return true
		}
	}
	return false
}

// raised is a verdict with a further reason, the weightiest one. It is not less than
// it was.
func (v *view) raised(out Judgement, verdict Verdict, c Certainty, t *signal.Token, rule string, reason Reason) Judgement {
	was := out
	if out = v.tracker(c, t, rule, reason); verdict == Suspected {
		out.Verdict, out.Individualised = Suspected, Unknown
	}
	if out.Token == nil {
		out.Token = was.Token
	}
	if !was.Holds() {
		// The reason it was clean no longer holds.
		return out
	}
	out.Reasons, out.Because = append(out.Reasons, was.Reasons...), append(out.Because, was.Because...)
	out.Rules = append(was.Rules, out.Rules...)
	out.Vendor, out.Purposes, out.Basis = was.Vendor, was.Purposes, was.Basis
	if was.Certainty == Strong && c == Weak {
		out.Certainty = Strong
	}
	return out
}

// slotted is what stands in the first of the places that a proof rests on.
func (v *view) slotted(slots []int) *signal.Token {
	t, ok := template.Parse(v.ref.URL)
	if !ok || len(slots) == 0 || slots[0] < 0 || slots[0] >= len(t.Slots) {
		return nil
	}
	return tokenOf(t.Slots[slots[0]])
}

// tokenOf is a slot of a form as what names somebody.
func tokenOf(s template.Slot) *signal.Token {
	t := signal.Token{Where: signal.Place(s.Place), Name: s.Name, Text: s.Value}
	if t.Kind, t.Strength = signal.Grade(s.Value); t.Strength == signal.None {
		t.Kind = signal.Random
	}
	return &t
}
