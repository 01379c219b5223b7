package pipeline_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"github.com/unseen-mail/unseen/cmd/unseen-beam/internal/pipeline"
	"github.com/unseen-mail/unseen/internal/report"
	"github.com/unseen-mail/unseen/internal/study/made"
)

// root is the repository, wherever a test goes.
var root = func() string {
	dir, err := filepath.Abs("../../../..")
	if err != nil {
		panic(err)
	}
	return dir
}()

// TestMain makes of the tests a program that makes pipelines. They run on Prism, which
// Beam has within itself: nothing is brought from anywhere.
func TestMain(m *testing.M) {
	log.LogLevel = "error"
	pipeline.Register()
	beam.Init()
	os.Exit(m.Run())
}

// unseen is the program beside which the pipeline stands, built once.
var unseen = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "unseen-beam-test-*")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "unseen"), "./cmd/unseen")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building unseen: %w: %s", err, out)
	}
	return filepath.Join(dir, "unseen"), nil
})

// home is where a reader's own things lie, with rules of their own or without.
func home(t testing.TB, rules map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range rules {
		lay(t, filepath.Join(dir, "data", "rules", name), []byte(text))
	}
	return dir
}

// lay writes a file.
func lay(t testing.TB, name string, octets []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, octets, 0o644); err != nil {
		t.Fatal(err)
	}
}

// scan runs "unseen scan" in a directory. What cannot be read makes it end with 1, which
// is told by its rows; anything else is a fault.
func scan(t testing.TB, dir, home string, args ...string) []byte {
	t.Helper()
	program, err := unseen()
	if err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	cmd := exec.Command(program, append([]string{"scan"}, args...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &said
	cmd.Env = []string{"HOME=" + home, "UNSEEN_DATA=" + filepath.Join(home, "data"), "UNSEEN_CONFIG=" + filepath.Join(home, "config.toml"),
		"UNSEEN_RUNTIME=" + filepath.Join(home, "run"), "LANG=C"}
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 || strings.Contains(said.String(), "panic") {
		t.Fatalf("unseen scan %q: %v: %s", args, err, said.String())
	}
	return out.Bytes()
}

// run runs a job on Prism and returns its parts, by number.
func run(t testing.TB, j pipeline.Job, home string) ([]string, pipeline.Tally) {
	t.Helper()
	var err error
	if j.Rules, _, err = pipeline.PackRules(filepath.Join(home, "data", "rules")); err != nil {
		t.Fatal(err)
	}
	if j.Output == "" {
		j.Output = filepath.Join(t.TempDir(), "out", "scan")
	}
	if err := j.Check(); err != nil {
		t.Fatal(err)
	}
	tally, err := pipeline.Run(context.Background(), pipeline.Build(j))
	if err != nil {
		t.Fatal(err)
	}
	parts, err := pipeline.Parts(context.Background(), j.Output)
	if err != nil {
		t.Fatal(err)
	}
	if len(parts) != j.Parts {
		t.Fatalf("%d parts of %d: %q", len(parts), j.Parts, parts)
	}
	slices.Sort(parts)
	return parts, tally
}

// lines are the lines of files, sorted.
func lines(t testing.TB, names ...string) []string {
	t.Helper()
	var all []string
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, split(text)...)
	}
	slices.Sort(all)
	return all
}

// split are the lines of a text.
func split(text []byte) []string { return slices.Collect(strings.Lines(string(text))) }

// sorted are the lines of a text in order.
func sorted(text []byte) []string {
	all := split(text)
	slices.Sort(all)
	return all
}

// same compares rows, octet for octet.
func same(t testing.TB, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	t.Errorf("%s: %d rows, %d were expected", what, len(got), len(want))
	told := 0
	for i := 0; i < max(len(got), len(want)) && told < 4; i++ {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			told++
			t.Errorf("row %d:\n%s%s", i, at(got, i), at(want, i))
		}
	}
}

// at is a line, or that there is none.
func at(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return "none\n"
}

// fromParquet are the rows of files of Parquet as lines, sorted.
func fromParquet(t testing.TB, names ...string) []string {
	t.Helper()
	var out bytes.Buffer
	w := report.NewLines(&out)
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err == nil {
			err = report.ReadParquet(f, info.Size(), w.Write)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return sorted(out.Bytes())
}

// generated writes made-up mail: two mailboxes as mbox, one as a Maildir, one as single
// files and one as an archive, and returns how many mails there are.
func generated(t testing.TB, dir string, mails int) int {
	t.Helper()
	c := made.Config{Senders: mails / 10, Mailboxes: 5, Mailings: 2}
	var boxes [2]bytes.Buffer
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	n := 0
	for m := range c.Mails() {
		name := fmt.Sprintf("%06d.eml", n)
		if n%10 != 0 {
			m.Raw = addressless(m.Raw)
		}
		n++
		switch at := slices.Index([]string{made.Mailbox(0), made.Mailbox(1), made.Mailbox(2), made.Mailbox(3), made.Mailbox(4)}, m.Mailbox); at {
		case 0, 1:
			fmt.Fprintf(&boxes[at], "From x Mon Jan  5 08:00:00 2026\r\n%s\r\n", m.Raw)
		case 2:
			lay(t, filepath.Join(dir, "Maildir", "cur", name+":2,S"), m.Raw)
		case 3:
			lay(t, filepath.Join(dir, "single", name), m.Raw)
		default:
			w, err := z.Create(name)
			if err == nil {
				_, err = w.Write(m.Raw)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	lay(t, filepath.Join(dir, "box0.mbox"), boxes[0].Bytes())
	lay(t, filepath.Join(dir, "box1.mbox"), boxes[1].Bytes())
	lay(t, filepath.Join(dir, "packed.zip"), packed.Bytes())
	lay(t, filepath.Join(dir, "Maildir", "new", ".keep"), nil)
	if err := os.Remove(filepath.Join(dir, "Maildir", "new", ".keep")); err != nil {
		t.Fatal(err)
	}
	return n
}

// addressless is a mail that does not say to whom it came. Looking for all forms of an
// address is most of the work on mails as small as these; a tenth of them has one.
func addressless(raw []byte) []byte {
	var out []byte
	for line := range bytes.Lines(raw) {
		if !bytes.HasPrefix(line, []byte("Delivered-To: ")) && !bytes.HasPrefix(line, []byte("To: ")) {
			out = append(out, line...)
		}
	}
	return out
}

// damaged writes what cannot be read, or not as a whole, and what is no file.
func damaged(t testing.TB, dir string) {
	t.Helper()
	var whole bytes.Buffer
	z := zip.NewWriter(&whole)
	for i := range 40 {
		w, err := z.Create(fmt.Sprintf("%d.eml", i))
		if err == nil {
			_, err = fmt.Fprintf(w, "From: a@shop.example\r\nContent-Type: text/html\r\n\r\n<img src=\"https://shop.example/open.php?u=%032d\" width=1 height=1>", i)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(whole.Bytes())
	copy(broken[len(broken)/3:], "here is something else")
	for name, octets := range map[string][]byte{
		"broken.zip": broken, "cut.zip": whole.Bytes()[:whole.Len()/2], "empty.eml": nil, "large.eml": bytes.Repeat([]byte("A: b\r\n"), 400_000),
		"caf\xe9.eml": []byte("Content-Type: text/html\r\n\r\n<img src=\"https://shop.example/\xe9\xff?id=0123456789abcdef0123456789abcdef\">"),
		"bare.mbox":   []byte("From x Mon Jan  5 08:00:00 2026\nA: b\n\n\nFrom x Mon Jan  5 08:00:01 2026\n"),
		"binary.eml":  {0, 1, 2, 0xff, 0xfe, '\n', 0, '\n'},
		"utf7.eml":    []byte("Content-Type: text/html; charset=utf-7\r\n\r\n<img src=\"https://shop.example/a.gif\">"),
	} {
		lay(t, filepath.Join(dir, name), octets)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
}
