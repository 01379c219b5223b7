package consent

import (
	"bytes"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// readWritten reads a payload that stands exactly as encode writes it: the fields in
// their order, no blanks, no escapes. It is several times as fast as a reader of any
// JSON, and a ledger is read whole each time it is opened. It returns false for
// whatever else may be JSON too, and p is of no use then.
func (p *payload) readWritten(b []byte) bool {
	w := written{rest: b, whole: true}
	w.expect(`{"v":`)
	p.V = w.number()
	w.expect(`,"type":`)
	p.Type = w.text(typePermission)
	w.field(`,"sender":`, &p.Sender)
	w.field(`,"sender_how":`, &p.SenderHow)
	w.field(`,"recipient":`, &p.Recipient)
	w.field(`,"purpose":`, (*string)(&p.Purpose), string(purpose.Performance), string(purpose.Click))
	p.Vendors = w.list(`,"vendors":[`)
	w.field(`,"decision":`, (*string)(&p.Decision), string(Granted), string(Refused), string(Withdrawn))
	w.expect(`,"when":`)
	p.When = w.time()
	if w.begins(`,"until":`) {
		until := w.time()
		p.Until = &until
	}
	w.field(`,"how":`, (*string)(&p.How), string(Tray), string(Window), string(Page), string(Command))
	w.field(`,"notice_sha256":`, &p.NoticeSHA256)
	w.field(`,"notice_language":`, &p.NoticeLanguage)
	w.field(`,"notice_edition":`, &p.NoticeEdition)
	p.Evidence = w.list(`,"evidence":[`)
	w.field(`,"actor":`, &p.Actor)
	if w.begins(`,"forgets":[`) {
		p.Forgets = w.numbers()
	}
	w.field(`,"sender_address":`, &p.SenderAddress)
	w.field(`,"scope":`, (*string)(&p.Scope), string(OnePurpose), string(AllPurposes))
	if w.begins(`,"notice_octets":`) {
		p.NoticeOctets = w.number()
	}
	w.expect(`}`)
	return w.whole && len(w.rest) == 0
}

// written is JSON while it is read. Once something is not as expected, whole is
// false and stays so.
type written struct {
	rest  []byte
	whole bool
}

// begins takes a text off the beginning, if it stands there.
func (w *written) begins(text string) bool {
	if len(w.rest) < len(text) || string(w.rest[:len(text)]) != text {
		return false
	}
	w.rest = w.rest[len(text):]
	return true
}

// expect takes off a text that has to stand there.
func (w *written) expect(text string) { w.whole = w.begins(text) && w.whole }

// field reads a string into to, if the name of its field stands there. Those that are
// common are not made anew.
func (w *written) field(name string, to *string, common ...string) {
	if w.begins(name) {
		*to = w.text(common...)
		// What is empty is left out where it is written.
		w.whole = w.whole && *to != ""
	}
}

// text reads a string.
func (w *written) text(common ...string) string {
	raw := w.quoted()
	for _, s := range common {
		if string(raw) == s {
			return s
		}
	}
	return string(raw)
}

// quoted reads a string without escapes.
func (w *written) quoted() []byte {
	w.expect(`"`)
	end := bytes.IndexByte(w.rest, '"')
	if !w.whole || end < 0 {
		w.whole = false
		return nil
	}
	raw := w.rest[:end]
	w.rest = w.rest[end+1:]
	ascii := true
	for _, c := range raw {
		if c < ' ' || c == '\\' {
			w.whole = false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	w.whole = w.whole && (ascii || utf8.Valid(raw))
	return raw
}

// list reads strings up to the end of an array, if its beginning stands there.
func (w *written) list(begin string) []string {
	if !w.begins(begin) {
		return nil
	}
	var list []string
	for w.whole {
		list = append(list, w.text())
		if w.begins(`]`) {
			break
		}
		w.expect(`,`)
	}
	return list
}

// numbers reads numbers up to the end of an array.
func (w *written) numbers() []uint64 {
	var list []uint64
	for w.whole {
		list = append(list, uint64(w.number()))
		if w.begins(`]`) {
			break
		}
		w.expect(`,`)
	}
	return list
}

// number reads a number from 1 to what 31 bits hold, which no ledger comes near.
func (w *written) number() int {
	n := 0
	for n < len(w.rest) && n < len("2147483647") && w.rest[n] >= '0' && w.rest[n] <= '9' {
		n++
	}
	value, err := strconv.Atoi(string(w.rest[:n]))
	if err != nil || w.rest[0] == '0' || value > math.MaxInt32 {
		w.whole = false
		return 0
	}
	w.rest = w.rest[n:]
	return value
}

// time reads a moment as the JSON of all others is read.
func (w *written) time() time.Time {
	begin := w.rest
	raw := w.quoted()
	var t time.Time
	if !w.whole || t.UnmarshalJSON(begin[:len(raw)+2]) != nil {
		w.whole = false
	}
	return t
}
