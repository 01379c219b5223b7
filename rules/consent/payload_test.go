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
	r.NoticeSHA256 = strings.Repeat("0a", 32)
	r.NoticeLanguage, r.NoticeEdition = "en", "1"
	r.Evidence = []string{strings.Repeat("1b", 32)}
	return r
}

// fullJSON is how form 1 writes it. It is final: a change here breaks ledgers.
const fullJSON = `{"v":1,"type":"unseen:ReleasePermission","sender":"news@gmail.com weekly.list.example",` +
	`"sender_how":"dmarc","recipient":"anna@example.org","purpose":"performance","vendors":["sendgrid","host:t.example"],` +
	`"decision":"granted","when":"2026-11-30T09:00:00Z","until":"2027-05-30T09:00:00Z","how":"command",` +
	`"notice_sha256":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","notice_language":"en",` +
	`"notice_edition":"1","evidence":["1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b"],"actor":"uid 1000"}`

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
	back, _, err := consent.Decode([]byte(fullJSON))
	if err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("got %+v, %v", back, err)
	}
}

func TestPayloadRefuses(t *testing.T) {
	for name, s := range map[string]string{
		"nothing":               ``,
		"not JSON":              `consent`,
		"an unknown field":      strings.Replace(fullJSON, `"v":1`, `"v":1,"x":1`, 1),
		"something behind":      fullJSON + `{}`,
		"another version":       strings.Replace(fullJSON, `"v":1`, `"v":2`, 1),
		"no type":               strings.Replace(fullJSON, `unseen:ReleasePermission`, ``, 1),
		"no sender":             strings.Replace(fullJSON, `"sender":"news@gmail.com weekly.list.example",`, ``, 1),
		"a permission forgets":  strings.Replace(fullJSON, `"v":1`, `"v":1,"forgets":[1]`, 1),
		"a forgetting names":    strings.Replace(strings.Replace(fullJSON, `"v":1`, `"v":1,"forgets":[1]`, 1), "ReleasePermission", "Forgetting", 1),
		"forgetting nothing":    `{"v":1,"type":"unseen:Forgetting","when":"2026-11-30T09:00:00Z"}`,
		"forgetting twice":      `{"v":1,"type":"unseen:Forgetting","when":"2026-11-30T09:00:00Z","forgets":[2,2]}`,
		"forgetting record 0":   `{"v":1,"type":"unseen:Forgetting","when":"2026-11-30T09:00:00Z","forgets":[0]}`,
		"forgetting at no time": `{"v":1,"type":"unseen:Forgetting","when":"0001-01-01T00:00:00Z","forgets":[1]}`,
	} {
		if _, _, err := consent.Decode([]byte(s)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

// TestFormOne reads a ledger that was written when form 1 was made. Every later
// Unseen has to.
func TestFormOne(t *testing.T) {
	m := new(memory)
	for i, v := range formOne {
		r := consent.StoredRow{Row: consent.Row{Seq: uint64(i + 1), Version: 1}}
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
	l := open(t, m)
	if err := l.Verify(context.Background()); err != nil {
		t.Fatal(err)
	}
	s := l.Standing("shop.example", "anna@example.org", purpose.Performance, begin)
	if !s.Covers("sendgrid") {
		t.Errorf("got %+v", s)
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
	f.Add([]byte(`{"v":1,"type":"unseen:Forgetting","when":"2026-11-30T09:00:00Z","forgets":[1,2]}  `))
	f.Add([]byte(`{"V":1,"v":1,"type":"unseen:ReleasePermission"}`))
	f.Add([]byte(`{"v":1,"when":"2026-11-30T09:00:00+14:00"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, forgets, err := consent.Decode(b)
		if err != nil {
			return
		}
		again, err := consent.Encode(&r, forgets)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		r2, forgets2, err := consent.Decode(again)
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
