package imapfilter

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A step is one thing said in a recorded conversation.
type step struct {
	server bool
	text   string // with its line end; the octets of a literal
}

var (
	transcriptLine = regexp.MustCompile(`^\s*[0-9.]+ #(\d+) ([CS]): (.*)$`)
	transcriptLit  = regexp.MustCompile(`^<literal (\d+) of (\d+) bytes`)
	transcriptCut  = regexp.MustCompile(`\.\.\.\(\d+\)`)
)

// conversations reads the connections of a transcript. The octets of literals
// were not recorded, and long lines were cut: what is missing is made up.
func conversations(t *testing.T, name string) map[string][]step {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]step{}
	for line := range strings.Lines(string(raw)) {
		m := transcriptLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil {
			continue
		}
		steps := all[m[1]]
		if l := transcriptLit.FindStringSubmatch(m[3]); l != nil {
			n, _ := strconv.Atoi(l[2])
			if last := &steps[len(steps)-1]; !strings.HasSuffix(last.text, "}\r\n") {
				last.text = fmt.Sprintf("* 1 FETCH (RFC822.HEADER {%d}\r\n", n)
			}
			all[m[1]] = append(steps, step{m[2] == "S", strings.Repeat("x", n)})
			continue
		}
		if !strings.HasPrefix(m[3], `"`) {
			continue // a remark: EOF and the like
		}
		cut := transcriptCut.MatchString(m[3])
		text, err := strconv.Unquote(transcriptCut.ReplaceAllString(m[3], ""))
		if err != nil {
			t.Fatalf("%s: %s", name, line)
		}
		if cut {
			text = mended(text)
		}
		all[m[1]] = append(all[m[1]], step{m[2] == "S", text})
	}
	return all
}

// mended makes something whole of a line that was cut.
func mended(text string) string {
	switch {
	case strings.HasPrefix(text, " "):
		return ")\r\n"
	case strings.Contains(text, "* CAPABILITY"):
		return text + "\r\n"
	case strings.Contains(text, "[CAPABILITY"):
		return text + "] x\r\n"
	}
	return "* 1 FETCH (FLAGS ())\r\n"
}

// Every recorded conversation of a real mail program goes through as it was, but
// for what is withheld.
func TestTranscripts(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(lab.Root(t), "..", "shared", "facts", "transcripts", "*.txt"))
	if err != nil || len(names) == 0 {
		lab.Missing(t, "recorded conversations (../shared/facts/transcripts)")
	}
	for _, name := range names {
		if strings.Contains(name, "-pad-") {
			continue // an experiment whose literals were made longer
		}
		for n, steps := range conversations(t, name) {
			t.Run(filepath.Base(name)+" "+n, func(t *testing.T) { replay(t, steps) })
		}
	}
}

// A replayed server answers what the relay asks for itself, and notes the rest.
type replayed struct {
	mu   sync.Mutex // guards what follows
	cond *sync.Cond
	got  []string
}

func (r *replayed) listen(conn io.ReadWriter) {
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if tag, _, _ := strings.Cut(line, " "); strings.HasPrefix(tag, "U") && strings.Contains(tag, ".") {
			io.WriteString(conn, tag+" OK nothing\r\n")
			continue
		}
		r.mu.Lock()
		r.got = append(r.got, line)
		r.cond.Broadcast()
		r.mu.Unlock()
	}
}

// await waits for the command with a tag.
func (r *replayed) await(t *testing.T, tag string) {
	t.Helper()
	r.until(t, "command "+tag, func() bool {
		return slices.ContainsFunc(r.got, func(line string) bool { return strings.HasPrefix(line, tag+" ") })
	})
}

// awaitAll waits for all that was to be forwarded.
func (r *replayed) awaitAll(t *testing.T, want string) {
	t.Helper()
	r.until(t, want, func() bool { return strings.Join(r.got, "") == want })
}

func (r *replayed) until(t *testing.T, what string, ready func() bool) {
	t.Helper()
	late := false
	timer := time.AfterFunc(5*time.Second, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		late = true
		r.cond.Broadcast()
	})
	defer timer.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for !ready() {
		if late {
			t.Fatalf("%q does not arrive; got %q", clip(what), clip(strings.Join(r.got, "")))
		}
		r.cond.Wait()
	}
}

func replay(t *testing.T, steps []step) {
	tk := startTalk(t, ModePlain, nil)
	server := &replayed{}
	server.cond = sync.NewCond(&server.mu)
	go server.listen(tk.server.conn)
	var asked, said strings.Builder
	heard := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(tk.client.r)
		heard <- string(b)
	}()
	withheldTags := map[string]bool{}
	for i, s := range steps {
		if !s.server {
			tag, rest, _ := strings.Cut(s.text, " ")
			if strings.HasPrefix(strings.ToUpper(rest), "COMPRESS") {
				withheldTags[tag] = true
			} else {
				asked.WriteString(s.text)
			}
			tk.client.raw(s.text)
			continue
		}
		if tag := completedBy(steps[i:]); withheldTags[tag] {
			continue
		} else if tag != "" {
			server.await(t, tag)
		}
		said.WriteString(s.text)
		tk.server.raw(s.text)
	}
	server.awaitAll(t, asked.String())
	tk.server.conn.(interface{ CloseWrite() error }).CloseWrite()
	got := <-heard
	checkHeard(t, got, said.String())
}

// completedBy returns the tag of the completion that follows.
func completedBy(steps []step) string {
	for _, s := range steps {
		if !s.server {
			return ""
		}
		tag, rest, _ := strings.Cut(s.text, " ")
		if tag != "*" && tag != "+" && (strings.HasPrefix(rest, "OK") || strings.HasPrefix(rest, "NO") || strings.HasPrefix(rest, "BAD")) {
			return tag
		}
	}
	return ""
}

// checkHeard compares all lines but those with capabilities and the relay's own.
func checkHeard(t *testing.T, got, want string) {
	t.Helper()
	keep := func(text string) string {
		var out strings.Builder
		for line := range strings.Lines(text) {
			if !strings.Contains(line, "CAPABILITY") && !own([]byte(line)) {
				out.WriteString(line)
			}
		}
		return out.String()
	}
	got, want = keep(got), keep(want)
	if got == want {
		return
	}
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	t.Errorf("differs at %d: got %q\nwant %q", i, clip(got[i:]), clip(want[i:]))
}
