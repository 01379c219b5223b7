package study

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/study/made"
)

// asProgram makes the test binary run the study in a directory, so that it can be ended
// from outside; partOf says how many mails a part holds, and asked that each step is told
// on the standard output and waits for a line on the standard input. exportTo says that a
// dataset is to be made, and where.
const (
	asProgram = "UNSEEN_TEST_STUDY"
	partOf    = "UNSEEN_TEST_STUDY_PART"
	asked     = "UNSEEN_TEST_STUDY_ASKED"
	exportTo  = "UNSEEN_TEST_STUDY_EXPORT"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(asProgram); dir != "" {
		os.Exit(program(dir))
	}
	os.Exit(m.Run())
}

// program runs the study in a directory in small parts.
func program(dir string) int {
	s, err := Open(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer s.Close()
	if out := os.Getenv(exportTo); out != "" {
		if _, err := Publish([]*Study{s}, Export{Out: out, Day: day, Tool: "test"}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	r := Run{Catalogue: rulesOf(nil), Tool: "test"}
	if r.part, err = strconv.Atoi(os.Getenv(partOf)); err != nil {
		r.part = 16
	}
	if os.Getenv(asked) != "" {
		in := bufio.NewReader(os.Stdin)
		r.step = func(at step) {
			fmt.Println(at)
			if _, err := in.ReadString('\n'); err != nil {
				os.Exit(3) // nobody is there to answer
			}
		}
	}
	if _, err := s.Run(context.Background(), r); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// asOther starts the study in a directory in a process of its own.
func asOther(dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asProgram+"="+dir)
	return cmd
}

// A life is how long a process may work on a study: until it has told of so many steps of
// a kind. Then it is killed, where it stands and waits, or, if it is let go once more,
// wherever it is on its way to the next step, which it cannot pass.
type life struct {
	until  step
	count  int
	letGo  bool
	before int // how long it is on its way, in turns of a loop
}

// lives draws lives: of each kind in turn, and of each a length and a way that nobody
// chose.
func lives(draw *rand.Rand, part int) func() life {
	n := 0
	return func() life {
		l := life{until: []step{stepMail, stepWritten, stepNoted}[n%3], letGo: n/3%2 == 1}
		if l.until == stepMail {
			l.count = 1 + draw.IntN(3*part)
		} else {
			l.count = 1 + draw.IntN(3)
		}
		l.before = draw.IntN(1 << 20)
		n++
		return l
	}
}

// live lets a process work on the study in a directory for a life. It says whether the
// study came to its end first.
func live(t *testing.T, dir string, part int, l life) (ended bool) {
	t.Helper()
	cmd := asOther(dir)
	cmd.Env = append(cmd.Env, partOf+"="+strconv.Itoa(part), asked+"=1")
	said := new(strings.Builder)
	cmd.Stderr = said
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := follow(bufio.NewReader(out), in, l, func() { _ = cmd.Process.Kill() })
	err = cmd.Wait()
	if killed {
		if said.Len() > 0 || cmd.ProcessState.Success() {
			t.Fatalf("it ended by itself where it was to wait: %v: %s", err, said)
		}
		return false
	}
	if err != nil {
		t.Fatalf("it ended by itself: %v: %s", err, said)
	}
	return true
}

// follow answers a process until its life is over, and kills it; or until it says no more.
func follow(out *bufio.Reader, in io.Writer, l life, kill func()) (killed bool) {
	for {
		line, err := out.ReadString('\n')
		if err != nil {
			return false
		}
		at := step(strings.TrimSpace(line))
		if at == l.until {
			l.count--
		}
		if l.count > 0 {
			_, _ = io.WriteString(in, "\n")
			continue
		}
		if l.letGo && at != stepNoted {
			// After a mail or the files of a part there is always a step to come, at
			// which it would wait for good.
			_, _ = io.WriteString(in, "\n")
			for range l.before {
				_ = l // it is on its way
			}
		}
		kill()
		return true
	}
}

// A study that is killed again and again, wherever it is, comes to the same dataset.
func TestKilled(t *testing.T) {
	mail := t.TempDir()
	c, part := made.Config{Senders: 30, Mailboxes: 5, Mailings: 2, OneAddress: true}, 16
	if os.Getenv("UNSEEN_LONG") == "1" {
		// 100,000 mails.
		c, part = made.Config{Senders: 1000, Mailboxes: 5, Mailings: 20, OneAddress: true}, 2048
	}
	mails := len(madeMail(t, c, mail))
	s := begin(t, Protocol{Replicates: 20}, Files{}, mail)
	dir := copyOf(t, s)
	ran(t, s)
	want, _ := published(t, s)
	seed := uint64(20261123)
	next := lives(rand.New(rand.NewPCG(seed, 0)), part)
	killed := make(map[step]int)
	l := next()
	for ; !live(t, dir, part, l); l = next() {
		killed[l.until]++
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	parts, err := again.state.parts()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("seed %d: %d mails in %d parts, killed %v", seed, mails, len(parts), killed)
	// No life is longer than four parts, so that there must have been so many.
	all := killed[stepMail] + killed[stepWritten] + killed[stepNoted]
	if least := mails/part/4 - 1; all < least || killed[stepMail]*killed[stepWritten]*killed[stepNoted] == 0 {
		t.Errorf("it was killed %d times, not %d: %v", all, least, killed)
	}
	got, _ := published(t, again)
	same(t, want, got)
}

// A part whose files are there and that was not counted is done again: a run that ended
// between the two left nothing that is looked into twice or not at all.
func TestKilledBetweenFilesAndState(t *testing.T) {
	mail := t.TempDir()
	madeMail(t, made.Config{Senders: 10, Mailboxes: 2, Mailings: 2}, mail)
	s := begin(t, Protocol{Replicates: 20}, Files{}, mail)
	dir := copyOf(t, s)
	ran(t, s)
	want, _ := published(t, s)
	for range 3 {
		if live(t, dir, 8, life{until: stepWritten, count: 1}) {
			t.Fatal("it came to its end")
		}
		again, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := again.state.parts()
		if err = errors.Join(err, again.Close()); err != nil || len(parts) != 0 {
			t.Fatalf("%d parts count: %v", len(parts), err)
		}
	}
	if !live(t, dir, 8, life{until: "never", count: 1}) {
		t.Fatal("it was killed")
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	got, _ := published(t, again)
	same(t, want, got)
}
