package imapfilter

import (
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
)

// asks are what a mail program may say, with places for numbers; go-imap's server
// knows them all.
var asks = []string{
	"FETCH %d (FLAGS BODY.PEEK[])", "UID FETCH %d BODY.PEEK[TEXT]<%d.%d>", "FETCH %d:%d (UID BODY.PEEK[1])", "UID FETCH %d:* (ENVELOPE RFC822.SIZE)",
	"FETCH %d BODYSTRUCTURE", "UID FETCH %d,%d (BODY.PEEK[HEADER.FIELDS (Subject From)] UID)", "FETCH %d BODY[]<%d.%d>", "UID FETCH %d RFC822.TEXT",
	"SEARCH SUBJECT \"a\"", "UID SEARCH %d:%d", "STORE %d +FLAGS (\\Flagged)", "UID STORE %d FLAGS.SILENT (\\Deleted)", "EXPUNGE", "COPY %d INBOX",
	"NOOP", "CHECK", "LIST \"\" *", "STATUS INBOX (MESSAGES UIDNEXT)", "EXAMINE INBOX", "SELECT INBOX", "SELECT {5+}\r\nINBOX", "CLOSE", "UNSELECT",
	"CREATE a%d", "DELETE a%d", "RENAME a%d b%d", "NOPE %d", "UID FETCH %d BINARY.PEEK[1]", "FETCH %d BINARY.SIZE[1]", "UID MOVE %d INBOX",
	"APPEND INBOX (\\Seen) {12+}\r\nSubject: a\r\n", "FETCH %d (BODY.PEEK[2.MIME] BODY.PEEK[1.1])", "UID FETCH 1:* (UID BODY.PEEK[TEXT]<%d.%d>)",
}

// A plainPlanner edits nothing, so that what goes through stays as it is.
type plainPlanner struct{}

func (plainPlanner) Known(context.Context, Place) (*message.Overlay, error)       { return nil, nil }
func (plainPlanner) Copied(context.Context, []Place, []Place) error               { return nil }
func (plainPlanner) Begin(Place) Planning                                         { return plainPlanning{} }
func (plainPlanner) Appended(context.Context, []byte) ([]*message.Overlay, error) { return nil, nil }
func (plainPlanner) Restore(_ context.Context, raw []byte) ([]byte, error)        { return raw, nil }

type plainPlanning struct{}

func (plainPlanning) Header([]byte)                     {}
func (plainPlanning) Leaf(*message.Part) message.Editor { return nil }
func (plainPlanning) End(*message.Layout, bool)         {}
func (plainPlanning) Place(Place)                       {}

// FuzzAlike says the same to go-imap's server through the relay and directly, to two
// mailboxes that are alike. The answers are alike: to the octet, but for the order
// of what comes before a completion, and for what only a relay says.
func FuzzAlike(f *testing.F) {
	f.Add([]byte{0, 1, 1, 2, 0, 50, 2, 1, 2, 8, 13, 1, 12, 14})
	f.Add([]byte{20, 21, 22, 0, 1, 19, 3, 1, 27, 1, 28, 1, 32, 3, 90, 6, 2, 5, 60, 30, 29, 1, 5, 1, 2})
	f.Add([]byte{10, 1, 11, 2, 12, 30, 30, 31, 1, 24, 3, 23, 3, 25, 3, 4, 26, 7, 9, 1, 3, 15, 16, 17, 18, 7, 2})
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 60 {
			return
		}
		mails := madeUp(t, 4)
		near, far := memserver(t, mails), memserver(t, mails)
		_, relay := relayTo(t, plainPlanner{}, Upstream{Host: "127.0.0.1", Port: near, Mode: ModePlain}, ModePlain, func(c *Config) { c.Timeouts.Watch = -1 })
		through, direct := speak(t, relay), speak(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(far)))
		for len(in) > 0 {
			ask := asks[int(in[0])%len(asks)]
			in = in[1:]
			var numbers []any
			for range strings.Count(ask, "%d") {
				n := 1
				if len(in) > 0 {
					n, in = 1+int(in[0]), in[1:]
				}
				numbers = append(numbers, n)
			}
			ask = fmt.Sprintf(ask, numbers...)
			got, gone := through(ask)
			want, left := direct(ask)
			if got != want || gone != left {
				t.Fatalf("%q:\n got %q (%v)\nwant %q (%v)", ask, clip(got), gone, clip(want), left)
			}
			if left {
				return
			}
		}
	})
}

var oneLiteral = regexp.MustCompile(`\{(\d+)\}\r\n$`)

// speak logs in and returns what says one command.
func speak(t *testing.T, addr string) func(string) (answer string, gone bool) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	s := newSide(t, addr, conn)
	s.line()
	say := func(command string) (string, bool) {
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		io.WriteString(conn, "a "+command+"\r\n")
		var all []string
		for {
			line, err := s.r.ReadString('\n')
			for err == nil && oneLiteral.MatchString(line) && strings.HasPrefix(line, "*") {
				n, _ := strconv.Atoi(oneLiteral.FindStringSubmatch(line)[1])
				body := make([]byte, n)
				if _, err = io.ReadFull(s.r, body); err == nil {
					var rest string
					rest, err = s.r.ReadString('\n')
					line += string(body) + rest
				}
			}
			if err != nil {
				return "", true
			}
			if strings.HasPrefix(line, "a ") {
				status, _, _ := strings.Cut(line[2:], " ")
				return sorted(all) + status, false
			}
			if !strings.HasPrefix(line, "+") && !strings.Contains(line, "CAPABILITY") {
				all = append(all, line)
			}
		}
	}
	say("LOGIN anna pw")
	say("SELECT INBOX")
	return say
}

var listed = regexp.MustCompile(`FLAGS \([^)]*\)`)

// sorted joins lines in an order that does not depend on when they were told; in
// which order it names flags go-imap's server leaves to chance.
func sorted(lines []string) string {
	for i, line := range lines {
		lines[i] = listed.ReplaceAllStringFunc(line, func(flags string) string {
			words := strings.Fields(strings.Trim(flags[len("FLAGS "):], "()"))
			slices.Sort(words)
			return "FLAGS (" + strings.Join(words, " ") + ")"
		})
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}
