package template_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/template"
)

var day = time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)

// token makes an identifier of a word.
func token(word string) string {
	out := []byte("a1b2")
	for i := range 12 {
		out = append(out, "0123456789abcdef"[(int(word[i%len(word)])*31+i*7)%16])
	}
	return string(out)
}

// mailTo is the i-th mail to one of the reader's addresses, with two links that
// name person, mail and link.
func mailTo(who string, i int) (template.Mail, []string) {
	m := template.Mail{Sender: "shop.example", ID: fmt.Sprintf("%s-%d", who, i), Recipient: who + "@reader.example", Date: day.AddDate(0, 0, i)}
	var urls []string
	for link := range 2 {
		urls = append(urls, fmt.Sprintf("https://t.shop.example/c/%d/%d/%s?acc=998877&v=%d", 550000+i, 120+link, token(who), i/3))
	}
	return m, urls
}

// classes returns those of the slots of an address.
func classes(l template.Learned) string {
	var out []string
	for _, s := range l.Slots {
		out = append(out, string(s.Class))
	}
	return strings.Join(out, " ")
}

// TestHistory checks what one and two addresses of a reader show.
func TestHistory(t *testing.T) {
	var h template.History
	m, urls := mailTo("anna", 0)
	if got := h.Observe(m, append(urls, "mailto:x@y.example")); len(got) != 3 || classes(got[0]) != "unknown link unknown unknown unknown" || got[2].Template != "" {
		t.Errorf("one mail: %+v", got)
	}
	for i := 1; i < 7; i++ {
		h.Observe(mailTo("anna", i))
	}
	got, ok := h.Look("shop.example", urls[0])
	if !ok || classes(got) != "mail link constant constant unknown" || got.Mails != 7 || !got.Since.Equal(day) || !got.Until.Equal(day.AddDate(0, 0, 6)) {
		t.Errorf("one address: %s %+v", classes(got), got)
	}
	if !strings.Contains(got.Slots[2].Reason(), "one mailbox cannot tell") || len(got.Examples) == 0 || got.Examples[0] != "anna-0" {
		t.Errorf("%q %v", got.Slots[2].Reason(), got.Examples)
	}
	for i := range 3 {
		h.Observe(mailTo("bert", i))
	}
	got, _ = h.Look("shop.example", urls[0])
	if classes(got) != "mail link reader everybody unknown" || got.Slots[2].Readers != 2 {
		t.Errorf("two addresses: %s", classes(got))
	}
	for _, s := range got.Slots {
		if r := s.Reason(); !strings.HasSuffix(r, ".") || strings.Contains(r, s.Slot.Value) && len(s.Slot.Value) > 3 {
			t.Errorf("%q", r)
		}
	}
	if _, ok := h.Look("other.example", urls[0]); ok {
		t.Error("one sender's history speaks for another")
	}
	h.Forget("shop.example")
	if _, ok := h.Look("shop.example", urls[0]); ok || len(h.Senders()) != 0 {
		t.Error("something is not forgotten")
	}
}

// TestTwice checks that a mail that is seen again teaches nothing.
func TestTwice(t *testing.T) {
	var h template.History
	m, urls := mailTo("anna", 0)
	for range 5 {
		h.Observe(m, urls)
	}
	if got, _ := h.Look("shop.example", urls[0]); got.Mails != 1 || got.Slots[3].Class != template.Unknown {
		t.Errorf("%+v", got)
	}
}

// TestBounds checks that no sender makes a history grow without end.
func TestBounds(t *testing.T) {
	var h template.History
	for i := range 400 {
		var urls []string
		for j := range 5 {
			urls = append(urls, fmt.Sprintf("https://x.example/%s?a=1", strings.Repeat(string(rune('a'+i%26)), 1+i/26+j)))
		}
		h.Observe(template.Mail{Sender: "x.example", ID: fmt.Sprint(i), Recipient: fmt.Sprint(i % 40), Date: day.AddDate(0, 0, i)}, urls)
	}
	for i := range 5000 {
		h.Observe(template.Mail{Sender: fmt.Sprintf("s%d.example", i), ID: "x", Date: day.AddDate(0, 0, i%300)}, nil)
	}
	if n := len(h.Senders()); n > 4096 {
		t.Errorf("%d senders", n)
	}
	var one template.History
	for i := range 2000 {
		one.Observe(template.Mail{Sender: "x.example", ID: fmt.Sprint(i), Recipient: fmt.Sprint(i), Date: day}, []string{"https://x.example/?" + strings.Repeat("a=1&", 60), "https://x.example/" + strings.Repeat("ab", i)})
	}
	raw, err := one.MarshalBinary()
	if err != nil || len(raw) > 400_000 {
		t.Errorf("%d octets, %v", len(raw), err)
	}
}

// What is kept comes back as it was, and in the same octets.
func TestKept(t *testing.T) {
	var h template.History
	for i := range 5 {
		h.Observe(mailTo("anna", i))
		h.Observe(mailTo("bert", i))
	}
	raw, err := h.MarshalBinary()
	if err != nil || bytes.Contains(raw, []byte(token("anna"))) || bytes.Contains(raw, []byte("reader.example")) {
		t.Fatalf("%v, or it keeps a value", err)
	}
	var again template.History
	if err := again.UnmarshalBinary(raw); err != nil {
		t.Fatal(err)
	}
	if second, err := again.MarshalBinary(); err != nil || !bytes.Equal(raw, second) {
		t.Errorf("%d octets became %d, %v", len(raw), len(second), err)
	}
	other, err := cbor.Marshal(map[int]any{1: 9})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.UnmarshalBinary(other); !errors.Is(err, template.ErrVersion) {
		t.Error(err)
	}
	if err := again.UnmarshalBinary([]byte{0xff}); err == nil || len(again.Senders()) != 1 {
		t.Error("what cannot be read replaced what was there")
	}
}

// Two histories of a reader's mail, merged, say what one history of all of it
// says.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all, a, b template.History
		for i := range 8 {
			who := rapid.SampledFrom([]string{"anna", "bert"}).Draw(t, "who")
			m, urls := mailTo(who, i)
			all.Observe(m, urls)
			if rapid.Bool().Draw(t, "side") {
				a.Observe(m, urls)
			} else {
				b.Observe(m, urls)
			}
		}
		a.Merge(&b)
		_, urls := mailTo("anna", 0)
		x, _ := all.Look("shop.example", urls[0])
		y, _ := a.Look("shop.example", urls[0])
		// Whether the part that changes at times was seen to change depends
		// on what lay next to what.
		x.Slots, y.Slots = x.Slots[:4], y.Slots[:4]
		if classes(x) != classes(y) || x.Mails != y.Mails || !x.Since.Equal(y.Since) || !x.Until.Equal(y.Until) {
			t.Fatalf("%q, merged %q", classes(x), classes(y))
		}
	})
}

func ExampleHistory() {
	var h template.History
	for i := range 3 {
		h.Observe(template.Mail{Sender: "shop.example", ID: fmt.Sprint("mail-", i), Recipient: "anna@reader.example", Date: day.AddDate(0, 0, 7*i)},
			[]string{fmt.Sprintf("https://t.shop.example/o/7f3a9c2e51d84b06.gif?m=%d", 550000+i)})
	}
	l, _ := h.Look("shop.example", "https://t.shop.example/o/7f3a9c2e51d84b06.gif?m=550009")
	for _, k := range l.Slots {
		fmt.Println(k.Class, k.Reason())
	}
	// Output:
	// constant The part in its path stayed the same in 3 mails; whether it names you or is the same for everybody, one mailbox cannot tell.
	// mail The part in its query (m) is another one in each of 3 mails: it names the mailing, or what was sent to you of it.
}

// FuzzUnmarshal checks that whatever was kept is read or refused, and that what
// was read can be used, merged and kept.
func FuzzUnmarshal(f *testing.F) {
	var h template.History
	h.Observe(mailTo("anna", 0))
	h.Observe(mailTo("anna", 1))
	raw, err := h.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte{0xa0})
	f.Add([]byte{0xa2, 1, 1, 2, 0xa1, 0x60, 0xf6})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var h template.History
		if h.UnmarshalBinary(raw) != nil {
			return
		}
		for i := range 3 {
			h.Observe(mailTo("anna", i))
		}
		_, urls := mailTo("anna", 0)
		h.Look("shop.example", urls[0])
		if _, err := h.MarshalBinary(); err != nil {
			t.Fatal(err)
		}
	})
}

// BenchmarkObserve takes in a newsletter with forty links.
func BenchmarkObserve(b *testing.B) {
	var urls []string
	for i := range 40 {
		urls = append(urls, fmt.Sprintf("https://t.shop.example/c/550000/%d/7f3a9c2e51d84b06?acc=998877", 120+i))
	}
	var h template.History
	i := 0
	for b.Loop() {
		i++
		h.Observe(template.Mail{Sender: "shop.example", ID: fmt.Sprint(i), Recipient: "anna@reader.example", Date: day}, urls)
	}
}
