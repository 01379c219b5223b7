package statement_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/rules/purpose"
	"github.com/unseen-mail/unseen/rules/statement"
)

// now is when everything here is said.
var now = time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)

// yes is a statement in which every field is set.
func yes() statement.Statement {
	return statement.Statement{
		V: statement.Version, Sender: "shop.example", Recipient: "anna@example.org", Answer: statement.Yes,
		AgreedOn: "2025-03", Way: statement.ThirdParty, Where: "the form at the fair", By: "Fair Ltd",
		Purposes: []purpose.ID{purpose.Performance}, AddressGiven: "2025-03-14", Note: "They said it was for the raffle.",
		When: now, Actor: "uid 1000",
	}
}

func ExampleStatement_Check() {
	s := statement.Statement{V: statement.Version, Sender: "shop.example", Recipient: "anna@example.org", When: now}
	fmt.Println(s.Check())
	s.Answer = statement.No
	fmt.Println(s.Check())
	// Output:
	// statement: invalid: no answer: it is no, yes, unsure or told
	// <nil>
}

// The form is final: a change here breaks what readers said.
func TestForm(t *testing.T) {
	b, err := json.Marshal(yes())
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"v":1,"sender":"shop.example","recipient":"anna@example.org","answer":"yes","agreed_on":"2025-03",` +
		`"way":"third-party","where":"the form at the fair","by":"Fair Ltd","purposes":["performance"],` +
		`"address_given":"2025-03-14","note":"They said it was for the raffle.","when":"2026-11-22T18:00:00Z","actor":"uid 1000"}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
	var back statement.Statement
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, yes()) {
		t.Errorf("%+v, %v", back, err)
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *statement.Statement)
		want   string
	}{
		"all is well":        {func(*statement.Statement) {}, ""},
		"a year is enough":   {func(s *statement.Statement) { s.AgreedOn = "2019" }, ""},
		"no form":            {func(s *statement.Statement) { s.V = 0 }, "form 0"},
		"no sender":          {func(s *statement.Statement) { s.Sender = "" }, "no sender"},
		"no recipient":       {func(s *statement.Statement) { s.Recipient = "" }, "no recipient"},
		"no time":            {func(s *statement.Statement) { s.When = time.Time{} }, "no time"},
		"no answer":          {func(s *statement.Statement) { s.Answer = "maybe" }, "no, yes, unsure or told"},
		"no, but how":        {func(s *statement.Statement) { s.Answer = statement.No }, "only who agreed"},
		"no such way":        {func(s *statement.Statement) { s.Way = "pigeon" }, "no such way"},
		"somebody for a box": {func(s *statement.Statement) { s.Way = statement.Form }, "somebody else is named"},
		"no such purpose":    {func(s *statement.Statement) { s.Purposes = []purpose.ID{"fun"} }, "no such purpose"},
		"no date":            {func(s *statement.Statement) { s.AgreedOn = "last spring" }, "is no date"},
		"a day to come":      {func(s *statement.Statement) { s.AddressGiven = "2027-01-01" }, "has not come yet"},
		"told and agreed":    {func(s *statement.Statement) { s.ToldOn = "2026-01-02" }, "only who told"},
		"told":               {told, ""},
		"told, and no day":   {func(s *statement.Statement) { told(s); s.ToldOn = "" }, "no day"},
		"told, and agreed":   {func(s *statement.Statement) { told(s); s.AgreedOn = "2025" }, "nothing else"},
		"told through one":   {func(s *statement.Statement) { told(s); s.By = "Fair Ltd" }, "nothing else"},
		"told tomorrow":      {func(s *statement.Statement) { told(s); s.ToldOn = "2027-01-01" }, "has not come yet"},
		"too long":           {func(s *statement.Statement) { s.Where = strings.Repeat("a", 3000) }, "over 2048 octets"},
		"a long note":        {func(s *statement.Statement) { s.Note = strings.Repeat("a", 70_000) }, "a note over"},
		"not UTF-8":          {func(s *statement.Statement) { s.By = "\xff" }, "not UTF-8"},
	} {
		s := yes()
		c.change(&s)
		err := s.Check()
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, statement.ErrInvalid) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// told makes a statement one of having told the sender.
func told(s *statement.Statement) {
	*s = statement.Statement{
		V: s.V, Sender: s.Sender, Recipient: s.Recipient, When: s.When, Answer: statement.Told, ToldOn: "2026-03-02", Way: statement.Mail,
	}
}

func TestLatest(t *testing.T) {
	first, second, other := yes(), yes(), yes()
	second.Answer, second.Recipient, other.Sender = statement.No, "Anna@Example.org", "other.example"
	since := second
	told(&since)
	all := []statement.Statement{first, second, other, since}
	if got, ok := statement.Latest(all, "shop.example", "anna@example.org"); !ok || got.Answer != statement.No {
		t.Errorf("%+v, %v", got, ok)
	}
	if got, ok := statement.Latest(all, "shop.example", "ben@example.org"); ok {
		t.Errorf("%+v", got)
	}
}

// FuzzCheck reads anything as a statement; what passes comes back as it was.
func FuzzCheck(f *testing.F) {
	b, err := json.Marshal(yes())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"v":1,"sender":"a","recipient":"b","answer":"no","when":"2026-11-22T18:00:00Z"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s statement.Statement
		if json.Unmarshal(b, &s) != nil || s.Check() != nil {
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back statement.Statement
		if err := json.Unmarshal(again, &back); err != nil || back.Check() != nil || back.Note != s.Note || !back.When.Equal(s.When) {
			t.Fatalf("%s became %+v, %v", again, back, err)
		}
	})
}

// Each problem says itself in English, and is an ErrInvalid.
func TestProblemsSay(t *testing.T) {
	for _, p := range []statement.Problem{
		statement.OtherForm, statement.NoSender, statement.NoRecipient, statement.NoTime, statement.NoDay, statement.ToldMore,
		statement.NotAgreed, statement.NotTold, statement.NoAnswer, statement.NoWay, statement.NoPurpose, statement.NoDate,
		statement.NotThrough, statement.NotYet, statement.TooLong, statement.LongNote, statement.NotText,
	} {
		err := error(&statement.Invalid{Problem: p})
		if !errors.Is(err, statement.ErrInvalid) || strings.TrimPrefix(err.Error(), statement.ErrInvalid.Error()+": ") == "" {
			t.Errorf("%s says %q", p, err)
		}
	}
}
