package consent_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// full is a record in which every field is set.
func full() consent.Record {
	r := grant("news@gmail.com weekly.list.example")
	r.Vendors = []string{"sendgrid", "host:t.example"}
	r.Notice, r.NoticeSHA256 = "Shop asks.", "d84061e3c796d78e982418ae7f51730c0e337dbaf6acded6a20f7d2b65824c7d"
	r.SenderAddress, r.Scope = "news@gmail.com", consent.OnePurpose
	r.NoticeLanguage, r.NoticeEdition = "en", "1"
	r.Evidence = []string{strings.Repeat("1b", 32)}
	return r
}

// formOneJSON is how form 1 wrote it, and fullJSON how form 2 does. Both are
// final: a change here breaks ledgers.
const formOneJSON = `{"v":1,"type":"unseen:ReleasePermission","sender":"news@gmail.com weekly.list.example",` +
	`"sender_how":"dmarc","recipient":"anna@example.org","purpose":"performance","vendors":["sendgrid","host:t.example"],` +
	`"decision":"granted","when":"2026-11-30T09:00:00Z","until":"2027-05-30T09:00:00Z","how":"command",` +
	`"notice_sha256":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","notice_language":"en",` +
	`"notice_edition":"1","evidence":["1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b"],"actor":"uid 1000"}`

const fullJSON = `{"v":2,"type":"unseen:ReleasePermission","sender":"news@gmail.com weekly.list.example",` +
	`"sender_how":"dmarc","recipient":"anna@example.org","purpose":"performance","vendors":["sendgrid","host:t.example"],` +
	`"decision":"granted","when":"2026-11-30T09:00:00Z","until":"2027-05-30T09:00:00Z","how":"command",` +
	`"notice_sha256":"d84061e3c796d78e982418ae7f51730c0e337dbaf6acded6a20f7d2b65824c7d","notice_language":"en",` +
	`"notice_edition":"1","evidence":["1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b"],"actor":"uid 1000",` +
	`"sender_address":"news@gmail.com","scope":"purpose","notice_octets":10}` + "\nShop asks."

func TestPayloadForm(t *testing.T) {
	r := full()
	b, err := consent.Encode(&r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimRight(string(b), " "); got != fullJSON {
		t.Errorf("got  %s\nwant %s", got, fullJSON)
	}
	if len(b)%256 != 0 {
		t.Errorf("%d octets", len(b))
	}
	old := r
	old.Notice, old.SenderAddress, old.Scope, old.NoticeSHA256 = "", "", "", strings.Repeat("0a", 32)
	if back, _, err := consent.Decode(1, []byte(formOneJSON)); err != nil || !reflect.DeepEqual(back, old) {
		t.Errorf("form 1: got %+v, %v", back, err)
	}
	back, _, err := consent.Decode(2, []byte(fullJSON))
	if err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("got %+v, %v", back, err)
	}
}

func TestPayloadRefuses(t *testing.T) {
	for name, s := range map[string]string{
		"nothing":               ``,
		"not JSON":              `consent`,
		"an unknown field":      strings.Replace(fullJSON, `"v":2`, `"v":2,"x":1`, 1),
		"something behind":      fullJSON + `{}`,
		"another version":       strings.Replace(fullJSON, `"v":2`, `"v":3`, 1),
		"form 1 in form 2":      formOneJSON,
		"another notice":        strings.Replace(fullJSON, "Shop asks.", "Shop asky.", 1),
		"a longer notice":       fullJSON + "!",
		"a shorter notice":      strings.TrimSuffix(fullJSON, "."),
		"another scope":         strings.Replace(fullJSON, `"scope":"purpose"`, `"scope":"everything"`, 1),
		"no type":               strings.Replace(fullJSON, `unseen:ReleasePermission`, ``, 1),
		"no sender":             strings.Replace(fullJSON, `"sender":"news@gmail.com weekly.list.example",`, ``, 1),
		"a permission forgets":  strings.Replace(fullJSON, `"v":2`, `"v":2,"forgets":[1]`, 1),
		"a forgetting names":    strings.Replace(strings.Replace(fullJSON, `"v":2`, `"v":2,"forgets":[1]`, 1), "ReleasePermission", "Forgetting", 1),
		"forgetting nothing":    `{"v":2,"type":"unseen:Forgetting","when":"2026-11-30T09:00:00Z"}`,
		"forgetting twice":      `{"v":2,"type":"unseen:Forgetting","when":"2026-11-30T09:00:00Z","forgets":[2,2]}`,
		"forgetting record 0":   `{"v":2,"type":"unseen:Forgetting","when":"2026-11-30T09:00:00Z","forgets":[0]}`,
		"forgetting at no time": `{"v":2,"type":"unseen:Forgetting","when":"0001-01-01T00:00:00Z","forgets":[1]}`,
	} {
		if _, _, err := consent.Decode(2, []byte(s)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	if _, _, err := consent.Decode(1, []byte(strings.Replace(fullJSON, `"v":2`, `"v":1`, 1))); err == nil {
		t.Error("form 1 with what only form 2 has was read")
	}
}

// TestOldForms reads ledgers that were written when a form was made. Every later
// Unseen has to, and has to go on with them.
func TestOldForms(t *testing.T) {
	for form, rows := range map[int][]stored{1: formOne(), 2: formTwo()} {
		m := new(memory)
		m.take(form, rows)
		l := open(t, m)
		if err := l.Verify(context.Background()); err != nil {
			t.Fatalf("form %d: %v", form, err)
		}
		s := l.Standing("shop.example", "anna@example.org", purpose.Performance, begin)
		if !s.Covers("sendgrid") {
			t.Errorf("form %d: got %+v", form, s)
		}
		back := grant("shop.example")
		back.Decision = consent.Withdrawn
		add(t, l, back)
		if err := open(t, m).Verify(context.Background()); err != nil {
			t.Errorf("form %d, gone on with: %v", form, err)
		}
	}
}

// take fills an empty memory with rows of a form.
func (m *memory) take(form int, rows []stored) {
	for i, v := range rows {
		r := consent.StoredRow{Row: consent.Row{Seq: uint64(i + 1), Version: form}}
		r.Sealed, _ = hex.DecodeString(v.sealed)
		copy(r.Hash[:], unhex(v.hash))
		if i > 0 {
			r.Previous = m.rows[i-1].Hash
		}
		if v.key != "" {
			r.Key = (*consent.Key)(unhex(v.key))
		}
		m.rows = append(m.rows, r)
		m.head = consent.Head{Seq: r.Seq, Hash: r.Hash}
	}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(fmt.Sprintf("%q: %v", s, err))
	}
	return b
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(fullJSON))
	f.Add([]byte(formOneJSON))
	f.Add([]byte(`{"v":2,"type":"unseen:Forgetting","when":"2026-11-30T09:00:00Z","forgets":[1,2]}  `))
	f.Add([]byte(`{"V":1,"v":1,"type":"unseen:ReleasePermission"}`))
	f.Add([]byte(`{"v":1,"when":"2026-11-30T09:00:00+14:00"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, forgets, err := consent.Decode(2, b)
		if err != nil {
			if r, forgets, err = consent.Decode(1, b); err != nil {
				return
			}
		}
		again, err := consent.Encode(&r, forgets)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		r2, forgets2, err := consent.Decode(2, again)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if !reflect.DeepEqual(forgets, forgets2) || !same(r, r2) {
			t.Fatalf("%+v became %+v", r, r2)
		}
	})
}

// same compares records; an empty list is none.
func same(a, b consent.Record) bool {
	if len(a.Vendors) == 0 && len(b.Vendors) == 0 {
		a.Vendors, b.Vendors = nil, nil
	}
	if len(a.Evidence) == 0 && len(b.Evidence) == 0 {
		a.Evidence, b.Evidence = nil, nil
	}
	return reflect.DeepEqual(a, b)
}
