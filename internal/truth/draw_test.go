package truth_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/truth"
)

// keys names what was drawn.
func keys(drawn []truth.Drawn) []string {
	var out []string
	for _, d := range drawn {
		r := d.Row()
		out = append(out, fmt.Sprint(r.File, r.Section, r.Ordinal))
	}
	return out
}

func TestDraw(t *testing.T) {
	mails := open(t, corpus(t, letters()...))
	for name, c := range map[string]struct {
		sample truth.Sample
		want   int
	}{
		// The logo and the picture are alike in both copies and count once.
		"all loads":       {truth.Sample{Loads: true, Recent: 100, Old: 100, PerSender: 100}, 4 + 2 + 1},
		"all links":       {truth.Sample{Recent: 100, Old: 100, PerSender: 100}, 3},
		"two of a sender": {truth.Sample{Loads: true, Recent: 100, Old: 100, PerSender: 2}, 2 + 2 + 1},
		"three recent":    {truth.Sample{Loads: true, Recent: 3, PerSender: 100}, 3},
		"one old":         {truth.Sample{Loads: true, Old: 100, PerSender: 100}, 1},
		"none":            {truth.Sample{Loads: true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := keys(truth.Draw(mails, c.sample)); len(got) != c.want {
				t.Errorf("%d drawn instead of %d: %v", len(got), c.want, got)
			}
		})
	}
}

// The same is drawn whatever the order of the mails, and another seed draws
// others.
func TestDrawAgain(t *testing.T) {
	var many []made
	for i := range 12 {
		m := made{name: fmt.Sprintf("%04d.eml", i), from: fmt.Sprintf("a@s%d.example", i%4), to: "r@reader.example", date: "2024-01-01"}
		for k := range 6 {
			m.body += fmt.Sprintf("<img src=https://s%d.example/%d/%d.png>", i%4, i, k)
		}
		many = append(many, m)
	}
	mails := open(t, corpus(t, many...))
	s := truth.Sample{Seed: "one", Loads: true, Recent: 10, PerSender: 3}
	first := keys(truth.Draw(mails, s))
	slices.Reverse(mails)
	if again := keys(truth.Draw(mails, s)); !reflect.DeepEqual(first, again) {
		t.Errorf("first %v, then %v", first, again)
	}
	s.Seed = "two"
	if other := keys(truth.Draw(mails, s)); reflect.DeepEqual(first, other) {
		t.Error("another seed drew the same")
	}
	per := map[string]int{}
	for _, d := range truth.Draw(mails, s) {
		per[d.Mail.Sender]++
	}
	for sender, n := range per {
		if n > 3 || n < 2 {
			t.Errorf("%s has %d", sender, n)
		}
	}
}

// A sample that is larger holds the smaller one.
func TestDrawMore(t *testing.T) {
	mails := open(t, corpus(t, letters()...))
	s := truth.Sample{Seed: "x", Loads: true, Recent: 3, PerSender: 9}
	few := keys(truth.Draw(mails, s))
	s.Recent = 5
	more := keys(truth.Draw(mails, s))
	for _, k := range few {
		if !slices.Contains(more, k) {
			t.Errorf("%s was drawn and is no more", k)
		}
	}
}

// The forms of a sender take turns: a mail of a hundred spacers has one first.
func TestDrawForms(t *testing.T) {
	body := `<img src="https://s.example/open?id=1" width=1 height=1><style>a{background:url(https://s.example/bg.png)}</style>`
	for i := range 50 {
		body += fmt.Sprintf("<img src=https://s.example/pic%d.png>", i)
	}
	mails := open(t, corpus(t, made{"1.eml", "a@s.example", "b@c.example", "2024-01-01", body}))
	drawn := truth.Draw(mails, truth.Sample{Seed: "any", Loads: true, Recent: 3, PerSender: 3})
	vectors := map[string]bool{}
	for _, d := range drawn {
		vectors[string(d.Element.Vector)+string(d.Element.Kind)] = true
	}
	if len(vectors) != 3 {
		t.Errorf("three draws have only the forms %v", vectors)
	}
}

// A row names its reference by hashes and numbers.
func TestRow(t *testing.T) {
	m := open(t, corpus(t, letters()...))[0]
	r := truth.Drawn{Mail: m, Element: m.Elements[2], Day: m.Date}.Row()
	want := truth.Row{File: "real/0001.eml", MessageSHA256: m.SHA256, Section: "1", Ordinal: 2, Offset: m.Elements[2].Offset,
		Vector: "img src", Host: "count.example", URLSHA256: sum(m.Elements[2].URL), Sender: "shop.example", Date: "2024-05-01",
		Language: "en"}
	if r != want {
		t.Errorf("the row is %+v, not %+v", r, want)
	}
}

func TestShow(t *testing.T) {
	mails := open(t, corpus(t, append(letters(), made{"0005.eml", "x@y.example", "ann@reader.example", "2024-01-01",
		`<img src="https://y.example/p?e=ann@reader.example"><img src="https://y.example/` + strings.Repeat("long", 200) + `">`})...))
	var b bytes.Buffer
	if err := truth.Show(&b, mails, truth.Draw(mails, truth.Sample{Loads: true, Recent: 99, Old: 99, PerSender: 99})); err != nil {
		t.Fatal(err)
	}
	with(t, b.String(), "=== real/0001.eml 2024-05-01 from shop.example to ann@reader.example",
		"pixel 1x1", "in 2 mails", "carries address", " ... ",
		// The pixel of the other copy stands beside that of the one.
		"~ real/0002.eml img src https://count.example/o/m1Yp7KdS3fGh5RuJ6tQo.gif")
}

// Senders that have labels already are left out, and mail that the index does not
// date is drawn by its own day if that is asked for.
func TestDrawFresh(t *testing.T) {
	undated := made{name: "0005.eml", from: "x@undated.example", to: "ann@reader.example",
		body: `<img src="https://undated.example/a.png">`}
	mails := open(t, corpus(t, append(letters(), undated)...))
	for _, m := range mails {
		if m.Sender == "undated.example" {
			m.Written = "2026-04-01"
		}
	}
	s := truth.Sample{Seed: "fresh", Loads: true, Recent: 99, Old: 99, PerSender: 99,
		Except: map[string]bool{"shop.example": true}}
	for _, d := range truth.Draw(mails, s) {
		if d.Mail.Sender == "shop.example" || d.Mail.Sender == "undated.example" {
			t.Errorf("%s was drawn", d.Mail.Sender)
		}
	}
	s.Written = true
	days := map[string]string{}
	for _, d := range truth.Draw(mails, s) {
		days[d.Mail.Sender] = d.Row().Date
	}
	if days["undated.example"] != "2026-04-01" || days["shop.example"] != "" {
		t.Errorf("the days are %v", days)
	}
}
