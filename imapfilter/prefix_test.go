package imapfilter

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// longMail has text, HTML and an attachment, and is longer than a prefix.
func longMail(attached int) string {
	return strings.TrimSuffix(partMail, "--X--\r\n") + "--X\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		strings.Repeat(strings.Repeat("QUJD", 18)+"\r\n", attached) + "--X--\r\n"
}

// A piece without edits costs the beginning of the message and no more; one with
// edits costs the rest, and no octet comes twice.
func TestPrefix(t *testing.T) {
	mail := longMail(2000)
	at := strings.Index(mail, "QUJD")
	text := strings.Index(mail, "\r\n\r\n") + 4
	for _, tt := range []struct {
		name, ask, item string
		value           string
		whole           bool
	}{
		{"preview of the text", "BODY.PEEK[1]<0.20>", "BODY[1]<0>", tracker[:20], false},
		{"text", "(FLAGS BODY.PEEK[1])", "BODY[1]", tracker, false},
		{"attachment", "BODY.PEEK[3]", "BODY[3]", mail[at : at+2000*74], false},
		{"chunk of the attachment", "BODY.PEEK[3]<100000.50>", "BODY[3]<100000>", mail[at+100000 : at+100050], false},
		{"beginning before the edits", "BODY.PEEK[TEXT]<0.120>", "BODY[TEXT]<0>", mail[text : text+120], false},
		{"header and a little", "BODY.PEEK[]<0.150>", "BODY[]<0>", mail[:150], false},
		{"beyond the end of a part", "BODY.PEEK[1]<9000.50>", "BODY[1]<9000>", "", false},
		{"html", "BODY.PEEK[2]", "BODY[2]", htmlBody, true},
		{"preview with an edit", "BODY.PEEK[2]<0.40>", "BODY[2]<0>", htmlBody[:40], true},
		{"beginning with the edits", "BODY[]<0.600>", "BODY[]<0>", mail[:600], true},
	} {
		for _, kind := range []string{"UID FETCH 5", "FETCH 1"} {
			t.Run(tt.name+", "+kind, func(t *testing.T) {
				tk := inMailbox(t, nil)
				tk.clientf("w UID FETCH 5 FLAGS")
				tk.wantServer("w UID FETCH 5 FLAGS")
				tk.serverf("* 1 FETCH (UID 5 FLAGS ())\r\nw OK done")
				tk.wantClient("* 1 FETCH (UID 5 FLAGS ())\r\nw OK done")
				for round := range 2 {
					tk.clientf("a %s %s", kind, tt.ask)
					if round == 0 {
						tk.serveEarly(mail, kind, tt.whole)
					}
					tk.wantServer("a " + kind + " " + tt.ask)
					tk.serverf("* 1 FETCH (%s %s UID 5)\r\na OK done", tt.item, lit(tt.value))
					want := tt.value
					if tt.whole {
						off := strings.Index(mail, tt.value)
						want = seen(mail)[off : off+len(tt.value)]
					}
					tk.wantClient("* 1 FETCH (" + tt.item + " " + lit(want) + " UID 5)\r\na OK done")
				}
				if s := tk.relay.Stats(); s.Passed != 0 || s.InjectedOctets > int64(len(mail)) || tt.whole != (s.Whole == 1) {
					t.Errorf("stats %+v", s)
				}
				if tk.planner.mu.Lock(); len(tk.planner.byPlace) > 0 != tt.whole {
					t.Errorf("stored: %v", tk.planner.byPlace)
				}
				tk.planner.mu.Unlock()
			})
		}
	}
}

// serveEarly answers the relay's own commands for a long mail.
func (tk *talk) serveEarly(mail, kind string, whole bool) {
	tk.t.Helper()
	tag, rest, _ := strings.Cut(tk.server.line(), " ")
	if rest != kind+" (UID BODY.PEEK[]<0.65536>)" {
		tk.t.Fatalf("server got %q", rest)
	}
	tk.serverf("* 1 FETCH (BODY[]<0> %s FLAGS (\\Seen) UID 5)\r\n%s OK done", lit(mail[:65536]), tag)
	tk.wantClient("* 1 FETCH (UID 5 FLAGS (\\Seen))")
	if !whole {
		return
	}
	tag, rest, _ = strings.Cut(tk.server.line(), " ")
	if rest != kind+" (UID BODY.PEEK[]<65536.1073741824>)" {
		tk.t.Fatalf("server got %q", rest)
	}
	tk.serverf("* 1 FETCH (UID 5 BODY[]<65536> %s)\r\n%s OK done", lit(mail[65536:]), tag)
}

// What a server may do with the relay's own command for a beginning, and how the
// piece is served then.
func TestPrefixOddly(t *testing.T) {
	mail := longMail(2000)
	want := strings.ReplaceAll(htmlBody, tracker, gateway)
	for _, tt := range []struct{ name, first, second string }{
		{"all of it at once", "BODY[] " + lit(mail), ""},
		{"gone", "BODY[]<0> NIL", ""},
		{"empty, quoted", `BODY[]<0> ""`, ""},
		{"empty", "BODY[]<0> {0}\r\n", ""},
		{"too much", "BODY[]<0> " + lit(mail), ""},
		{"rest gone", "BODY[]<0> " + lit(mail[:65536]), "BODY[]<65536> NIL"},
		{"empty rest", "BODY[]<0> " + lit(mail[:65536]), "BODY[]<65536> \"\""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.clientf("a UID FETCH 5 BODY.PEEK[2]")
			for _, answer := range []string{tt.first, tt.second} {
				if answer != "" {
					tag, _, _ := strings.Cut(tk.server.line(), " ")
					tk.serverf("* 1 FETCH (UID 5 %s)\r\n%s OK done", answer, tag)
				}
			}
			tk.wantServer("a UID FETCH 5 BODY.PEEK[2]")
			tk.serverf("* 1 FETCH (UID 5 BODY[2] %s)\r\na OK done", lit(htmlBody))
			tk.wantClient("* 1 FETCH (UID 5 BODY[2] " + lit(want) + ")\r\na OK done")
		})
	}
}

// Whatever a prefix covers is in the plan of the whole message as it is in the
// original. The draws are the same in every run, so that as many are covered.
func TestPrefixIsConsistent(t *testing.T) {
	p := newRealPlanner()
	s := &session{srv: &Server{cfg: Config{Planner: p}}}
	mails := madeUp(t, 400)
	r := rand.New(rand.NewPCG(11, 12))
	covered := 0
	for range 3000 {
		raw := mails[r.IntN(len(mails))]
		if x := s.prefixOf(Place{}, raw[:1+r.IntN(len(raw))]); x != nil && consistent(t, r, x, &p.planner.Plan(raw).Overlay) {
			covered++
		}
	}
	if covered < 100 {
		t.Errorf("only %d pieces were covered", covered)
	}
}

// consistent draws a piece and tells whether the prefix covers it.
func consistent(t *testing.T, r *rand.Rand, x *prefix, o *message.Overlay) bool {
	t.Helper()
	section := o.Sections[r.IntN(len(o.Sections))]
	size := section.Range.Len() + 5
	origin, n := int64(r.IntN(size+1)), int64(r.IntN(size+2)-1)
	if n < 0 {
		origin = 0
	}
	if !x.covers(section.Name, origin, n) {
		return false
	}
	start, end := section.Range.Start+int(origin), section.Range.End
	if n >= 0 {
		end = min(end, start+int(n))
	}
	// An empty part may begin before its header's end: the line end is the
	// boundary's.
	if held, _ := x.overlay.Section(section.Name); start < end && (held.Start != section.Range.Start || touches(o, start, end)) {
		t.Fatalf("%q <%d.%d> has edits; prefix %+v", section.Name, origin, n, x)
	}
	return true
}

func TestEarly(t *testing.T) {
	for items, want := range map[string]bool{
		"BODY.PEEK[1]": true, "BODY[TEXT]<0.2048>": true, "(FLAGS BODY[]<100.200>)": true, "BODY[2.1]<900000.100000>": true,
		"BODY[TEXT]": false, "BODY[]": false, "BODY[]<65536.65536>": false, "BINARY[1]": false, "RFC822.TEXT": false,
		"(BODY[1] BODY[])": false, "(BODY[1] BODY[TEXT]<60000.60000>)": false,
	} {
		f, err := wire.ParseFetch([]byte(" 1 " + items + "\r\n"))
		if err != nil || early(f.Items) != want {
			t.Errorf("%s: %v, %v", items, !want, err)
		}
	}
}

// Nothing is stored of a beginning, and nobody hears of an end.
func TestPrefixIsGivenUp(t *testing.T) {
	p := newFakePlanner()
	s := &session{srv: &Server{cfg: Config{Planner: p}}}
	x := s.prefixOf(Place{Mailbox: "INBOX", UIDValidity: 7, UID: 5}, []byte(longMail(2000))[:prefixLen])
	if x == nil || x.open != "3" || len(x.overlay.Edits) != 1 || len(p.ended) > 0 || len(p.byPlace) > 0 {
		t.Fatalf("%+v, %v, %v", x, p.ended, p.byPlace)
	}
	if o, _ := p.Known(context.Background(), Place{Mailbox: "INBOX", UIDValidity: 7, UID: 5}); o != nil {
		t.Error("known")
	}
	if x := s.prefixOf(Place{}, bytes.Repeat([]byte("X: y\r\n"), 99)); x != nil {
		t.Errorf("half a header: %+v", x)
	}
	var none *prefix
	if none.covers("1", 0, 5) || none.coversAll(nil) {
		t.Error("nothing covers something")
	}
	if got := fmt.Sprint(touches(&message.Overlay{}, 0, 5)); got != "false" {
		t.Error(got)
	}
}
