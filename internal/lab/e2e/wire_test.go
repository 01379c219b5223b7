package e2e_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A talk is one IMAP connection, spoken by hand: what is compared are octets,
// and a client library would already have read something into them.
type talk struct {
	conn net.Conn
	in   *bufio.Reader
	last int
}

// An answer is what came for one command: the untagged responses, each with
// its literals, and the status.
type answer struct {
	untagged []string
	status   string
	text     string
}

// dial connects, logs in and selects the INBOX.
func dial(t testing.TB, addr, user string) *talk {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	k := &talk{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
	if greeting, err := k.response(); err != nil || !strings.HasPrefix(greeting, "* OK") {
		t.Fatalf("greeting %q, %v", greeting, err)
	}
	k.must(t, "LOGIN "+user+" "+lab.Password)
	k.must(t, "SELECT INBOX")
	return k
}

// must says a command and wants an OK.
func (k *talk) must(t testing.TB, command string) answer {
	t.Helper()
	a := k.say(t, command)[0]
	if a.status != "OK" {
		t.Fatalf("%s: %s %s", command, a.status, a.text)
	}
	return a
}

// say sends commands, all at once, and returns what was answered to each. A
// server may complete commands in another order than they came (RFC 3501,
// section 5.5), and nothing tells which untagged response belongs to which: all
// are with the first answer.
func (k *talk) say(t testing.TB, commands ...string) []answer {
	t.Helper()
	if err := k.conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	index := map[string]int{}
	for i, c := range commands {
		k.last++
		index["c"+strconv.Itoa(k.last)] = i
		fmt.Fprintf(&out, "c%d %s\r\n", k.last, c)
	}
	if _, err := io.WriteString(k.conn, out.String()); err != nil {
		t.Fatalf("sending %q: %v", commands, err)
	}
	answers := make([]answer, len(commands))
	for len(index) > 0 {
		response, err := k.response()
		if err != nil {
			t.Fatalf("waiting for the answers to %q: %v", commands, err)
		}
		tag, rest, _ := strings.Cut(response, " ")
		i, tagged := index[tag]
		if !tagged {
			answers[0].untagged = append(answers[0].untagged, response)
			continue
		}
		answers[i].status, answers[i].text, _ = strings.Cut(strings.TrimRight(rest, "\r\n"), " ")
		delete(index, tag)
	}
	return answers
}

// appendLiteral stores a message by a command with one literal.
func (k *talk) appendLiteral(t testing.TB, command string, raw []byte) answer {
	t.Helper()
	k.last++
	tag := "c" + strconv.Itoa(k.last) + " "
	fmt.Fprintf(k.conn, "%s%s {%d}\r\n", tag, command, len(raw))
	if line, err := k.in.ReadString('\n'); err != nil || !strings.HasPrefix(line, "+") {
		t.Fatalf("%s: no leave to go on: %q, %v", command, line, err)
	}
	if _, err := k.conn.Write(append(bytes.Clone(raw), "\r\n"...)); err != nil {
		t.Fatal(err)
	}
	var a answer
	for {
		response, err := k.response()
		if err != nil {
			t.Fatal(err)
		}
		if rest, ok := strings.CutPrefix(response, tag); ok {
			a.status, a.text, _ = strings.Cut(strings.TrimRight(rest, "\r\n"), " ")
			return a
		}
		a.untagged = append(a.untagged, response)
	}
}

var literal = regexp.MustCompile(`\{(\d+)\}\r\n$`)

// response reads one response with its literals.
func (k *talk) response() (string, error) {
	var out strings.Builder
	for {
		line, err := k.in.ReadString('\n')
		if err != nil {
			return out.String() + line, err
		}
		out.WriteString(line)
		m := literal.FindStringSubmatch(line)
		if m == nil {
			return out.String(), nil
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return out.String(), err
		}
		if _, err := io.CopyN(&out, k.in, int64(n)); err != nil {
			return out.String(), err
		}
	}
}

// hear says one command whose answer may be that the server leaves: Dovecot 2.3
// does on some parts without their encoding, with and without a relay. The status
// is "left" then.
func (k *talk) hear(t testing.TB, command string) answer {
	t.Helper()
	k.begin(t, command)
	return k.rest(t, "")
}

// begin says a command and waits for nothing.
func (k *talk) begin(t testing.TB, command string) {
	t.Helper()
	k.last++
	if err := k.conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(k.conn, "c%d %s\r\n", k.last, command) // an error shows in what is read
}

// rest says a line, if any, and reads what there is of the last command's answer.
func (k *talk) rest(t testing.TB, line string) answer {
	t.Helper()
	if line != "" {
		fmt.Fprintf(k.conn, "%s\r\n", line)
	}
	var a answer
	for {
		response, err := k.response()
		if err != nil {
			if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
				t.Fatalf("no answer: %v", err)
			}
			a.status = "left"
			return a
		}
		if rest, ok := strings.CutPrefix(response, "c"+strconv.Itoa(k.last)+" "); ok {
			a.status, a.text, _ = strings.Cut(strings.TrimRight(rest, "\r\n"), " ")
			return a
		}
		if !strings.HasPrefix(response, "+") {
			a.untagged = append(a.untagged, response)
		}
	}
}
