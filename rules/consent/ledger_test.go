package consent_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

func TestStanding(t *testing.T) {
	yes := grant("shop.example")
	no := yes
	no.Decision, no.Until = consent.Refused, time.Time{}
	back := yes
	back.Decision, back.Until, back.Vendors = consent.Withdrawn, time.Time{}, nil
	forever := yes
	forever.Until = time.Time{}
	for name, c := range map[string]struct {
		records []consent.Record
		after   time.Duration
		want    consent.Decision
	}{
		"silence is no":                {nil, 0, consent.Unasked},
		"yes":                          {[]consent.Record{yes}, time.Hour, consent.Granted},
		"no":                           {[]consent.Record{no}, time.Hour, consent.Refused},
		"yes then withdrawn":           {[]consent.Record{yes, back}, time.Hour, consent.Withdrawn},
		"withdrawn then yes":           {[]consent.Record{back, yes}, time.Hour, consent.Granted},
		"no after yes":                 {[]consent.Record{yes, no}, time.Hour, consent.Refused},
		"lapsed":                       {[]consent.Record{yes}, 200 * 24 * time.Hour, consent.Lapsed},
		"lapsed at the very moment":    {[]consent.Record{yes}, yes.Until.Sub(begin), consent.Lapsed},
		"not yet at the moment before": {[]consent.Record{yes}, yes.Until.Sub(begin) - 1, consent.Granted},
		"without an end":               {[]consent.Record{forever}, 99 * 365 * 24 * time.Hour, consent.Granted},
		"a refusal does not lapse":     {[]consent.Record{no}, 200 * 24 * time.Hour, consent.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			m := new(memory)
			l := open(t, m)
			for _, r := range c.records {
				add(t, l, r)
			}
			for _, l := range []*consent.Ledger{l, open(t, m)} {
				s := l.Standing("shop.example", "anna@example.org", purpose.Performance, begin.Add(c.after))
				if s.Decision != c.want {
					t.Errorf("got %s, want %s", s.Decision, c.want)
				}
			}
		})
	}
}

// A decision is for exactly what it names.
func TestStandingIsExact(t *testing.T) {
	l := open(t, new(memory))
	add(t, l, grant("shop.example"))
	for name, s := range map[string]consent.Standing{
		"another sender":    l.Standing("shop.example.evil.example", "anna@example.org", purpose.Performance, begin),
		"another case":      l.Standing("Shop.example", "anna@example.org", purpose.Performance, begin),
		"another recipient": l.Standing("shop.example", "ben@example.org", purpose.Performance, begin),
		"another purpose":   l.Standing("shop.example", "anna@example.org", purpose.Profiling, begin),
		"nobody":            l.Standing("", "", "", begin),
	} {
		if s.Decision != consent.Unasked || s.Covers("sendgrid") || s.Covers() {
			t.Errorf("%s: got %+v", name, s)
		}
	}
}

func TestCovers(t *testing.T) {
	l := open(t, new(memory))
	r := grant("shop.example")
	r.Vendors = []string{"sendgrid", "host:t.shop.example"}
	add(t, l, r)
	s := l.Standing("shop.example", "anna@example.org", purpose.Performance, begin)
	for name, c := range map[string]struct {
		vendors []string
		want    bool
	}{
		"one":       {[]string{"sendgrid"}, true},
		"both":      {[]string{"host:t.shop.example", "sendgrid"}, true},
		"new":       {[]string{"mailchimp"}, false},
		"one new":   {[]string{"sendgrid", "mailchimp"}, false},
		"no vendor": {[]string{""}, false},
		"prefix":    {[]string{"send"}, false},
	} {
		if got := s.Covers(c.vendors...); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	for name, change := range map[string]func(*consent.Record){
		"no sender":             func(r *consent.Record) { r.Sender = "" },
		"no recipient":          func(r *consent.Record) { r.Recipient = "" },
		"no purpose":            func(r *consent.Record) { r.Purpose = "" },
		"no decision":           func(r *consent.Record) { r.Decision = "" },
		"a standing":            func(r *consent.Record) { r.Decision = consent.Lapsed },
		"a grant to nobody":     func(r *consent.Record) { r.Vendors = nil },
		"a nameless vendor":     func(r *consent.Record) { r.Vendors = []string{"a", ""} },
		"too many vendors":      func(r *consent.Record) { r.Vendors = make([]string, 257) },
		"no time":               func(r *consent.Record) { r.When = time.Time{} },
		"year 10000":            func(r *consent.Record) { r.When = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"an end before":         func(r *consent.Record) { r.Until = r.When },
		"a hash that is none":   func(r *consent.Record) { r.NoticeSHA256 = "abc" },
		"a hash in capitals":    func(r *consent.Record) { r.NoticeSHA256 = strings.Repeat("A", 64) },
		"evidence that is none": func(r *consent.Record) { r.Evidence = []string{strings.Repeat("g", 64)} },
		"not UTF-8":             func(r *consent.Record) { r.Sender = "shop\xff" },
		"vendor not UTF-8":      func(r *consent.Record) { r.Vendors = []string{"\xff"} },
		"a text without end":    func(r *consent.Record) { r.Actor = strings.Repeat("a", 3000) },
	} {
		t.Run(name, func(t *testing.T) {
			m := new(memory)
			l := open(t, m)
			r := grant("shop.example")
			change(&r)
			if _, err := l.Append(t.Context(), r); !errors.Is(err, consent.ErrInvalid) {
				t.Errorf("got %v", err)
			}
			if len(m.rows) != 0 || l.Head() != (consent.Head{}) {
				t.Error("something was kept")
			}
		})
	}
}

// A yes that could not be stored was not given; a no acts all the same.
func TestRefusingDisk(t *testing.T) {
	m := new(memory)
	l := open(t, m)
	at := func() consent.Decision {
		return l.Standing("shop.example", "anna@example.org", purpose.Performance, begin).Decision
	}
	yes, back := grant("shop.example"), grant("shop.example")
	back.Decision, back.Until = consent.Withdrawn, time.Time{}
	m.refuse = true
	if _, err := l.Append(t.Context(), yes); !errors.Is(err, errDisk) || at() != consent.Unasked {
		t.Fatalf("a yes: %v, %s", err, at())
	}
	m.refuse = false
	add(t, l, yes)
	m.refuse = true
	if _, err := l.Append(t.Context(), back); !errors.Is(err, errDisk) || at() != consent.Withdrawn {
		t.Fatalf("a no: %v, %s", err, at())
	}
	m.refuse = false
	add(t, l, grant("other.example"))
	if at() != consent.Withdrawn {
		t.Errorf("the no was forgotten: %s", at())
	}
	add(t, l, yes)
	if at() != consent.Granted {
		t.Errorf("a later yes does not act: %s", at())
	}
	if err := l.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// A storage that stored and then said it did not leaves no gap and no double.
func TestDoubtfulDisk(t *testing.T) {
	m := new(memory)
	l := open(t, m)
	add(t, l, grant("a.example"))
	m.lie = true
	if _, err := l.Append(t.Context(), grant("b.example")); err == nil {
		t.Fatal("no error")
	}
	m.lie = false
	if e := add(t, l, grant("c.example")); e.Seq != 3 {
		t.Errorf("got record %d, want 3", e.Seq)
	}
	if err := l.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if got := l.Standing("b.example", "anna@example.org", purpose.Performance, begin); got.Decision != consent.Granted {
		t.Errorf("what is stored must act: %s", got.Decision)
	}
}

// A withdrawal acts while a grant is still on its way to the disk.
func TestWithdrawalOvertakesGrant(t *testing.T) {
	m := &memory{gate: make(chan struct{}), entered: make(chan struct{}, 2)}
	l := open(t, m)
	at := func() consent.Decision {
		return l.Standing("shop.example", "anna@example.org", purpose.Performance, begin).Decision
	}
	back := grant("shop.example")
	back.Decision, back.Until = consent.Withdrawn, time.Time{}
	var done sync.WaitGroup
	done.Go(func() { l.Append(context.Background(), grant("shop.example")) })
	<-m.entered // the grant is being written
	done.Go(func() { l.Append(context.Background(), back) })
	for at() != consent.Withdrawn { // it acts although it has to wait
		runtime.Gosched()
	}
	m.gate <- struct{}{} // the grant is stored
	<-m.entered          // and noted; now the withdrawal is being written
	if at() != consent.Withdrawn {
		t.Error("granted after a withdrawal")
	}
	m.gate <- struct{}{}
	done.Wait()
	if at() != consent.Withdrawn {
		t.Errorf("got %s", at())
	}
}

func TestCallerKeepsItsSlices(t *testing.T) {
	l := open(t, new(memory))
	r := grant("shop.example")
	add(t, l, r)
	r.Vendors[0] = "evil"
	s := l.Standing("shop.example", "anna@example.org", purpose.Performance, begin)
	if s.Covers("evil") || !s.Covers("sendgrid") {
		t.Errorf("got %v", s.Vendors)
	}
}

func TestHistoryAndList(t *testing.T) {
	m := filled(t, 20)
	l := open(t, m)
	all, err := l.History(t.Context(), "")
	if err != nil || len(all) != 20 {
		t.Fatalf("got %d entries, %v", len(all), err)
	}
	one, err := l.History(t.Context(), "shop3.example")
	if err != nil || len(one) != 3 {
		t.Fatalf("got %d entries, %v", len(one), err)
	}
	for i, e := range one {
		if want := uint64(4 + 7*i); e.Seq != want || e.Record.Sender != "shop3.example" {
			t.Errorf("got record %d of %s, want %d", e.Seq, e.Record.Sender, want)
		}
	}
	list := l.List(begin)
	if len(list) != 7 {
		t.Fatalf("got %d standings", len(list))
	}
	for i := 1; i < len(list); i++ {
		if list[i-1].Sender >= list[i].Sender {
			t.Error("the list is not sorted")
		}
	}
}

func TestForget(t *testing.T) {
	m := filled(t, 30)
	l := open(t, m)
	n, err := l.Forget(t.Context(), "shop2.example", begin, consent.Command, "uid 1000")
	if err != nil || n != 4 {
		t.Fatalf("forgot %d, %v", n, err)
	}
	for _, l := range []*consent.Ledger{l, open(t, m)} {
		if err := l.Verify(t.Context()); err != nil {
			t.Error(err)
		}
		s := l.Standing("shop2.example", "anna@example.org", purpose.Performance, begin)
		if s.Decision != consent.Unasked {
			t.Errorf("got %s", s.Decision)
		}
		all, err := l.History(t.Context(), "")
		if err != nil || len(all) != 31 {
			t.Fatalf("got %d entries, %v", len(all), err)
		}
		last := all[30]
		if len(last.Forgets) != 4 || last.Record.Sender != "" {
			t.Errorf("got %+v", last)
		}
		for _, seq := range last.Forgets {
			if e := all[seq-1]; !e.Forgotten || e.Record.Sender != "" {
				t.Errorf("record %d is still known: %+v", seq, e)
			}
		}
	}
	if n, err := l.Forget(t.Context(), "shop2.example", begin, consent.Command, ""); n != 0 || err != nil {
		t.Errorf("twice: %d, %v", n, err)
	}
	if len(m.rows) != 31 {
		t.Error("forgetting nobody left a record")
	}
	if _, err := l.Forget(t.Context(), "", begin, consent.Command, ""); !errors.Is(err, consent.ErrInvalid) {
		t.Errorf("forgetting nobody: %v", err)
	}
}

// The length of what was forgotten must not tell of whom it spoke.
func TestLengthsTellNothing(t *testing.T) {
	m := new(memory)
	l := open(t, m)
	add(t, l, grant("a.example"))
	add(t, l, grant("a-much-longer-name-of-a-shop.example"))
	if a, b := len(m.rows[0].Sealed), len(m.rows[1].Sealed); a != b {
		t.Errorf("%d and %d octets", a, b)
	}
}

func TestKeyIsNotPrinted(t *testing.T) {
	k := consent.Key{1, 2, 3}
	if s := k.String() + k.GoString(); strings.ContainsAny(s, "0123456789") {
		t.Error(s)
	}
}

func TestParseHead(t *testing.T) {
	l := open(t, filled(t, 3))
	h, err := consent.ParseHead(" " + l.Head().String() + "\n")
	if err != nil || h != l.Head() {
		t.Errorf("got %v, %v", h, err)
	}
	for _, s := range []string{"", ":", "3:", "x:" + h.Hash.String(), "3:" + h.Hash.String()[1:], "-1:" + h.Hash.String(), "3:" + strings.Repeat("x", 64)} {
		if _, err := consent.ParseHead(s); err == nil {
			t.Errorf("%q was read", s)
		}
	}
}
