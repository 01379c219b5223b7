package study

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/study/made"
)

// seeded makes a study of seed mailboxes with made-up mail, each mailbox an mbox, runs it
// and returns its dataset and the truth by the hash of each mail.
func seeded(t *testing.T, c made.Config) (string, map[string]made.Mail) {
	t.Helper()
	mail, truth := t.TempDir(), make(map[string]made.Mail)
	boxes := make(map[string]*bytes.Buffer)
	for m := range c.Mails() {
		if boxes[m.Mailbox] == nil {
			boxes[m.Mailbox] = new(bytes.Buffer)
		}
		boxes[m.Mailbox].WriteString("From news@example Mon Jan  5 08:00:00 2026\r\n")
		boxes[m.Mailbox].Write(m.Raw)
		boxes[m.Mailbox].WriteString("\r\n")
		truth[sum(m.Raw)] = m
	}
	for name, box := range boxes {
		write(t, filepath.Join(mail, name+".mbox"), box.Bytes())
	}
	var table bytes.Buffer
	if err := c.Conditions(&table); err != nil {
		t.Fatal(err)
	}
	conditions := filepath.Join(t.TempDir(), "conditions.csv")
	write(t, conditions, table.Bytes())
	s := begin(t, Protocol{Replicates: 100}, Files{Conditions: conditions}, mail)
	if tally := ran(t, s); tally.Mails != len(truth) {
		t.Fatalf("%+v of %d", tally, len(truth))
	}
	dataset, _ := published(t, s)
	return dataset, truth
}

// A study of 300 senders and 4 mailboxes: what stood in the protocol, who tracked all
// the same, and what differs between the copies of a mailing is what was made up.
func TestSeeds(t *testing.T) {
	c := made.Config{Senders: 300, Mailboxes: 4, Mailings: 3}
	dataset, truth := seeded(t, c)
	tracked := make(map[string]int)
	mails := make(map[string]int)
	senders := make(map[string]map[string]bool)
	compared := 0
	copies := make(map[[2]int]int) // of a mailing, those with a pixel
	for _, m := range truth {
		if m.Truth.Tracked {
			copies[[2]int{m.Sender, m.Mailing}]++
		}
	}
	cur, err := openCursor(filepath.Join(dataset, messagesParquet), filepath.Join(dataset, observationsParquet))
	if err != nil {
		t.Fatal(err)
	}
	defer cur.close()
	for ; cur.head != nil; err = cur.advance() {
		if err != nil {
			t.Fatal(err)
		}
		r := cur.head
		m, ok := truth[text(r.Message.SHA256)]
		if !ok {
			t.Fatalf("no such mail: %+v", r.Message)
		}
		if text(r.Message.Declared) != m.Truth.Answer || text(r.Message.Mailbox) != m.Mailbox || text(r.Message.Signup) != m.Truth.Domain ||
			text(r.Message.Sender) != "news@"+m.Truth.Domain || text(r.Message.ReceivedAt) == "" {
			t.Fatalf("%+v of %+v", r.Message, m.Truth)
		}
		if got := marksOf(r)&1 != 0; got != m.Truth.Tracked {
			t.Errorf("%s mailing %d to %s: tracked %v, in truth %v", m.Truth.Domain, m.Mailing, m.Mailbox, got, m.Truth.Tracked)
		}
		mails[m.Truth.Answer]++
		if m.Truth.Tracked {
			tracked[m.Truth.Answer]++
			if senders[m.Truth.Answer] == nil {
				senders[m.Truth.Answer] = make(map[string]bool)
			}
			senders[m.Truth.Answer][m.Truth.Domain] = true
			compared += comparedPixels(t, r, copies[[2]int{m.Sender, m.Mailing}] > 1 || m.Truth.LeakLoad != "")
		}
	}
	if compared < 1000 {
		t.Errorf("only %d pixels were compared", compared)
	}
	f := figuresOf(t, dataset)
	for _, state := range []string{Granted, Refused, Withdrawn, NotAsked} {
		row, by := f[[2]string{"declared", state}], f[[2]string{"declared-sender", state}]
		if row[0] != strconv.Itoa(tracked[state]) || row[1] != strconv.Itoa(mails[state]) || by[0] != strconv.Itoa(len(senders[state])) || by[1] != "300" {
			t.Errorf("%s: %v and %v; in truth %d of %d mails, %d senders", state, row, by, tracked[state], mails[state], len(senders[state]))
		}
		if low, _ := strconv.ParseFloat(row[3], 64); state == Refused && (low <= 0 || row[3] >= row[2] || row[4] <= row[2]) {
			t.Errorf("the interval of %s is %v", state, row)
		}
	}
	refusedInDuckDB(t, dataset, senders)
	sameInDuckDB(t, dataset)
}

// comparedPixels counts the pixels of a mail that were compared. One that stands in
// several copies, or carries the address, is one recipient's; of any other that stands in
// one alone it cannot be told.
func comparedPixels(t *testing.T, r *Record, individual bool) int {
	want, n := "individual", 0
	if !individual {
		want = "unaligned"
	}
	for i := range r.Observations {
		o := &r.Observations[i]
		if o.ElementKind != "pixel" || o.Compared == nil {
			continue
		}
		if n++; *o.Compared != want {
			t.Errorf("%s is %s, and %s in truth", text(o.URL), *o.Compared, want)
		}
	}
	return n
}

// refusedInDuckDB compares the table of who tracked all the same with the truth.
func refusedInDuckDB(t *testing.T, dataset string, senders map[string]map[string]bool) {
	t.Helper()
	sql, err := os.ReadFile(filepath.Join(dataset, "sql", "refused.sql"))
	if err != nil {
		t.Fatal(err)
	}
	rows := lab.DuckDB(t, dataset, string(sql))
	if want := len(senders[Refused]) + len(senders[Withdrawn]) + len(senders[NotAsked]); len(rows) != want || want < 50 {
		t.Errorf("%d rows, in truth %d", len(rows), want)
	}
	for _, r := range rows {
		if !senders[r["answer"].(string)][r["sender"].(string)] {
			t.Errorf("%v did not track", r)
		}
	}
}

// Tables of conditions that cannot be meant are refused, with the line.
func TestConditions(t *testing.T) {
	head := "mailbox,sender,alias,answer,purposes,signed_up,withdrawn\n"
	for name, row := range map[string]struct{ table, want string }{
		"empty":             {"", "no heading"},
		"no answer":         {"mailbox,sender,signed_up\n", `"answer" is missing`},
		"unknown column":    {"mailbox,sender,answer,signed_up,mood\n", `"mood"`},
		"answer":            {head + "b,s.example,,maybe,,2026-01-01,\n", "line 2: the answer"},
		"date":              {head + "b,s.example,,yes,,1.1.2026,\n", "line 2: a date"},
		"withdrawal":        {head + "b,s.example,,yes,,2026-01-01,soon\n", "line 2: a date"},
		"purpose":           {head + "b,s.example,,yes,world peace,2026-01-01,\n", "line 2: a purpose"},
		"twice":             {head + "b,s.example,,yes,,2026-01-01,\nb,S.example,,no,,2026-01-01,\n", "line 3: mailbox and sender"},
		"alias twice":       {head + "b,s.example,a@b.example,yes,,2026-01-01,\nc,s.example,a@b.example,no,,2026-01-01,\n", "line 3: mailbox and sender"},
		"cell":              {head + ",s.example,,yes,,2026-01-01,\n", "line 2: mailbox or sender"},
		"too short a row":   {head + "b,s.example\n", "wrong number of fields"},
		"with a byte order": {"\ufeff" + head + "b,s.example,,yes,performance;click,2026-01-01,2026-02-01\n", ""},
	} {
		_, err := parseConditions(strings.NewReader(row.table))
		switch {
		case row.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case row.want != "" && (!errors.Is(err, ErrConditions) || !strings.Contains(err.Error(), row.want)):
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
}

// A withdrawal stands from the day after it, and what came before the sign-up is no
// answer to it.
func TestStands(t *testing.T) {
	all, err := parseConditions(strings.NewReader("mailbox,sender,answer,signed_up,withdrawn\nb,s.example,yes,2026-01-10,2026-02-01\nb,t.example,no,2026-01-10,\n"))
	if err != nil {
		t.Fatal(err)
	}
	yes, no := all.bySender[[2]string{"b", "s.example"}], all.bySender[[2]string{"b", "t.example"}]
	for _, c := range []struct {
		of       *condition
		at, want string
	}{
		{yes, "2026-01-09T23:59:59Z", Before}, {yes, "2026-01-10T00:00:00Z", Granted}, {yes, "2026-02-01T23:59:59Z", Granted},
		{yes, "2026-02-02T00:00:00Z", Withdrawn}, {no, "2026-01-09T00:00:00Z", Before}, {no, "2026-05-01T00:00:00Z", Refused},
	} {
		if got := c.of.stands(at(t, c.at)); got != c.want {
			t.Errorf("%s: %s, want %s", c.at, got, c.want)
		}
	}
}

// Whatever a table holds, it is read or refused.
func FuzzConditions(f *testing.F) {
	f.Add("mailbox,sender,answer,signed_up\nb,s.example,yes,2026-01-01\n")
	f.Add("mailbox,sender,alias,answer,purposes,signed_up,withdrawn\n\"b\n\",s,a,no,click,2026-01-01,2026-01-01\n")
	f.Fuzz(func(t *testing.T, table string) {
		all, err := parseConditions(strings.NewReader(table))
		if err != nil && !errors.Is(err, ErrConditions) {
			t.Errorf("%v", err)
		}
		if err == nil {
			for _, c := range all.bySender {
				if !slices.Contains([]string{"yes", "no", NotAsked}, c.answer) || c.signed.IsZero() {
					t.Errorf("%+v", c)
				}
			}
		}
	})
}
