package command

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/report"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/words"
)

// asProgram makes the test binary behave as unseen does, so that it can be ended
// from outside.
const asProgram = "UNSEEN_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Main(os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}))
	}
	os.Exit(m.Run())
}

// A scanBox is a directory in which scans run.
type scanBox struct {
	t   testing.TB
	dir string
}

// newScanBox makes a directory of its own the working directory.
func newScanBox(t testing.TB) *scanBox {
	t.Helper()
	b := &scanBox{t, t.TempDir()}
	if one, ok := t.(*testing.T); ok {
		one.Chdir(b.dir)
	} else {
		t.(*testing.B).Chdir(b.dir)
	}
	return b
}

// env is an environment without anything of this user's.
func (b *scanBox) env(name string) string {
	return map[string]string{"HOME": b.dir, "UNSEEN_CONFIG": filepath.Join(b.dir, "config.toml"),
		"UNSEEN_DATA": filepath.Join(b.dir, "data"), "UNSEEN_RUNTIME": filepath.Join(b.dir, "run")}[name]
}

// run runs unseen and returns the exit code and what it wrote.
func (b *scanBox) run(in io.Reader, args ...string) (code int, out, said string) {
	b.t.Helper()
	var stdout, stderr bytes.Buffer
	code = Main(args, Streams{In: in, Out: &stdout, Err: &stderr, Getenv: b.env})
	return code, stdout.String(), stderr.String()
}

// scan returns what a scan that finds nothing wrong writes.
func (b *scanBox) scan(args ...string) string {
	b.t.Helper()
	code, out, said := b.run(strings.NewReader(""), append([]string{"scan"}, args...)...)
	if code != exitDone || said != "" {
		b.t.Fatalf("scan %q ended with %d: %s", args, code, said)
	}
	return out
}

// write writes a file.
func (b *scanBox) write(name string, octets []byte) {
	b.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(name, octets, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// madeUp makes different mails of several kinds, in CR LF.
func madeUp(n int) [][]byte {
	var mails [][]byte
	for i := range n {
		token := fmt.Sprintf("%x", sha256.Sum256([]byte{byte(i), byte(i >> 8)}))[:32]
		pixel := "https://click.shop.example/track/open.php?u=30400001&amp;id=" + token
		text := fmt.Sprintf("From: Shop <news@shop.example>\nTo: anna@example.org\nSubject: Coats %d\nMIME-Version: 1.0\n", i)
		switch i % 4 {
		case 0:
			text += "Content-Type: text/html\n\n<p>From here\n<img src=\"" + pixel + "\" width=1 height=1>\n<a href=\"https://shop.example/\">x</a>\n"
		case 1:
			text += "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nhello\nFrom me\n--b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<img src=3D\"" +
				strings.ReplaceAll(pixel, "=", "=3D") + "\">\n--b--\n"
		case 2:
			text += "\nOn Saturday.\n>From me\n"
		case 3:
			text += "Content-Type: text/html; charset=utf-7\n\n<img src=\"" + pixel + "\">\n"
		}
		mails = append(mails, []byte(strings.ReplaceAll(text, "\n", "\r\n")))
	}
	return mails
}

// places puts the same mails into each kind of place, and returns their names.
func (b *scanBox) places(mails [][]byte) []string {
	var box, packed, outer bytes.Buffer
	z := zip.NewWriter(&packed)
	for i, raw := range mails {
		name := fmt.Sprintf("%04d.eml", i)
		b.write("dir/"+name, raw)
		b.write([]string{"M/cur/", "M/new/"}[i%2]+name+[]string{":2,S", ""}[i%2], raw)
		b.write("M/cur/.keep", nil)
		box.WriteString("From news@shop.example Mon Mar  3 08:12:00 2025\r\n")
		for line := range bytes.Lines(raw) {
			if bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
				box.WriteString(">")
			}
			box.Write(line)
		}
		box.WriteString("\r\n")
		w, err := z.Create("mail/" + name)
		if err == nil {
			_, err = w.Write(raw)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	z.Close()
	b.write("box.mbox", box.Bytes())
	b.write("box.zip", packed.Bytes())
	z = zip.NewWriter(&outer)
	w, err := z.Create("box.zip")
	if err != nil {
		b.t.Fatal(err)
	}
	w.Write(packed.Bytes())
	z.Close()
	b.write("outer.zip", outer.Bytes())
	if err := os.Remove("M/cur/.keep"); err != nil {
		b.t.Fatal(err)
	}
	return []string{"dir", "M", "box.mbox", "box.zip", "outer.zip"}
}

// parse reads rows.
func parse(t testing.TB, lines string) []report.Row {
	t.Helper()
	var rows []report.Row
	for line := range strings.Lines(lines) {
		var r report.Row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		rows = append(rows, r)
	}
	return rows
}

// sourceless are rows without the name of the place, in the order of their mails.
func sourceless(t testing.TB, lines string) []string {
	t.Helper()
	var list []string
	for _, r := range parse(t, lines) {
		r.Source = ""
		text, _ := json.Marshal(r)
		list = append(list, string(text))
	}
	slices.SortStableFunc(list, func(a, b string) int { return strings.Compare(a[:90], b[:90]) })
	return list
}

// The same mails have the same findings, wherever they are. Those in UTF-7 have two
// rows: what can be found in them, and that this may not be all.
func TestScanPlaces(t *testing.T) {
	b := newScanBox(t)
	var want []string
	for _, place := range b.places(madeUp(12)) {
		got := sourceless(t, b.scan("--all", "--format", "jsonl", place))
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) || len(got) != 15 {
			t.Errorf("%s: %d rows, %q", place, len(got), got)
		}
	}
	box, err := os.Open("box.mbox")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	if _, out, _ := b.run(box, "scan", "--all", "--format", "jsonl"); !slices.Equal(sourceless(t, out), want) {
		t.Errorf("standard input: %s", out)
	}
}

// All formats hold the same rows in the same order, twice the same octets.
func TestScanFormats(t *testing.T) {
	b := newScanBox(t)
	places := b.places(madeUp(9))
	b.write("bad.zip", []byte("PK\x03\x04 no archive"))
	args := append([]string{"scan", "--all", "missing.eml", "bad.zip"}, places...)
	format := func(name string) string {
		code, out, said := b.run(nil, append(args, "--format", name)...)
		if code != exitFailed || strings.Count(said, "unseen: reading") != 2 {
			t.Fatalf("%s: %d, %s", name, code, said)
		}
		if _, again, _ := b.run(nil, append(args, "--format", name, "-o", "again")...); again != "" {
			t.Errorf("%s: with --output standard output has %q", name, again)
		}
		if whole, _ := os.ReadFile("again"); string(whole) != out {
			t.Errorf("%s: twice is not the same", name)
		}
		return out
	}
	rows := parse(t, format("jsonl"))
	if rows[0].Error != "missing" || rows[0].Source != "missing.eml" || rows[1].Error != "archive" || len(rows) < 40 {
		t.Fatalf("%d rows, %+v", len(rows), rows[:2])
	}
	cells, err := csv.NewReader(strings.NewReader(format("csv"))).ReadAll()
	if err != nil || len(cells) != len(rows)+1 {
		t.Fatalf("CSV has %d lines: %v", len(cells), err)
	}
	packed, n := format("parquet"), 0
	err = report.ReadParquet(strings.NewReader(packed), int64(len(packed)), func(r report.Row) error {
		one, _ := json.Marshal(r)
		other, _ := json.Marshal(rows[n])
		if n++; string(one) != string(other) || cells[n][7] != r.URL || cells[n][23] != r.Error {
			t.Errorf("row %d: %s and %s", n, one, other)
		}
		return nil
	})
	if err != nil || n != len(rows) {
		t.Errorf("%d rows of %d: %v", n, len(rows), err)
	}
}

// Shards are disjoint, and together they are everything.
func TestScanShards(t *testing.T) {
	b := newScanBox(t)
	b.places(madeUp(30))
	want := strings.SplitAfter(b.scan("--all", "--format", "jsonl", "dir"), "\n")
	var got []string
	for i := range 3 {
		part := b.scan("--all", "--format", "jsonl", "--shard", fmt.Sprintf("%d/3", i+1), "dir")
		if part == "" {
			t.Errorf("shard %d is empty", i+1)
		}
		got = append(got, strings.SplitAfter(strings.TrimSuffix(part, "\n"), "\n")...)
	}
	for i := range got {
		got[i] = strings.TrimSuffix(got[i], "\n") + "\n"
	}
	slices.Sort(want)
	slices.Sort(got)
	if want = slices.DeleteFunc(want, func(s string) bool { return s == "" }); !slices.Equal(got, want) {
		t.Errorf("%d rows of %d", len(got), len(want))
	}
	for _, bad := range []string{"0/3", "4/3", "x", "1/", "1/0", "-1/2"} {
		if code, _, said := b.run(nil, "scan", "--shard="+bad, "dir"); code != exitUsage || !strings.Contains(said, bad) {
			t.Errorf("%s: %d %s", bad, code, said)
		}
	}
}

// Whose mail it is goes by the header where several addresses are given.
func TestScanRecipients(t *testing.T) {
	b := newScanBox(t)
	mail := func(to, in string) []byte {
		return []byte("From: news@shop.example\nDelivered-To: " + to + "\nContent-Type: text/html\n\n<img src=\"https://shop.example/o.gif?e=" + in + "\">\n")
	}
	b.write("1.eml", mail("Anna@example.org", "anna@example.org"))
	b.write("2.eml", mail("bert@example.org", "bert@example.org"))
	b.write("3.eml", mail("bert@example.org", "other@example.org"))
	rows := parse(t, b.scan("--all", "--format", "jsonl", "--recipient", "anna@example.org", "--recipient", "bert@example.org", "1.eml", "2.eml", "3.eml"))
	if len(rows) != 3 || rows[0].Leak == nil || rows[1].Leak == nil || rows[2].Leak != nil {
		t.Errorf("%+v", rows)
	}
}

// The reader's own rules count.
func TestScanOwnRules(t *testing.T) {
	b := newScanBox(t)
	b.write("mail.eml", []byte("From: news@shop.example\nContent-Type: text/html\n\n<img src=\"https://pics.shop.example/logo.png\" width=200 height=100>\n"))
	if out := b.scan("--format", "jsonl", "mail.eml"); out != "" {
		t.Fatalf("without rules: %s", out)
	}
	b.write("data/rules/mine.txt", []byte("||pics.shop.example^\n"))
	if rows := parse(t, b.scan("--format", "jsonl", "mail.eml")); len(rows) != 1 || rows[0].Verdict == "clean" {
		t.Errorf("with a rule: %+v", rows)
	}
}

// A size that is named holds, for mails and for files.
func TestScanLimits(t *testing.T) {
	b := newScanBox(t)
	b.write("large.eml", append([]byte("Subject: x\n\n"), bytes.Repeat([]byte("text\n"), 300_000)...))
	if rows := parse(t, b.scan("--format", "jsonl", "--max-mail", "1", "large.eml")); len(rows) != 1 || rows[0].Error != "size" {
		t.Errorf("%+v", rows)
	}
	if rows := parse(t, b.scan("--format", "jsonl", "--max-file", "1", "large.eml")); len(rows) != 1 || rows[0].Error != "size" {
		t.Errorf("%+v", rows)
	}
	if out := b.scan("--format", "jsonl", "large.eml"); out != "" {
		t.Errorf("%s", out)
	}
	for _, args := range [][]string{{"--max-mail=-1"}, {"--max-file=-1"}, {"--resume=s"}, {"--resume=s", "--output=o", "--format=text"}, {"imaps://a:b@h.example/x"}, {"imaps://h.example"}} {
		if code, _, said := b.run(nil, append([]string{"scan", "large.eml"}, args...)...); code != exitUsage || said == "" {
			t.Errorf("%q: %d %s", args, code, said)
		}
	}
}

// A scan that is killed anywhere and goes on gives the same rows, once.
func TestScanKilled(t *testing.T) {
	b := newScanBox(t)
	b.places(madeUp(120))
	box, err := os.ReadFile("box.mbox")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"jsonl", "csv", "parquet"} {
		_, want, _ := b.run(bytes.NewReader(box), "scan", "--all", "--format", format, "dir", "-")
		args := []string{"scan", "--all", "--format", format, "-o", format + ".out", "--resume", format + ".state", "dir", "-"}
		kills, noted := 0, 0
		for b.killed(time.Duration(kills+1)*300*time.Millisecond, box, args...) {
			kills++
			if state, _ := os.ReadFile(format + ".state"); bytes.Count(state, []byte("\n")) > 1 {
				noted++
			}
		}
		t.Logf("%s: killed %d times, %d of them after something was noted", format, kills, noted)
		if got, err := os.ReadFile(format + ".out"); err != nil || string(got) != want {
			t.Errorf("%s: after %d kills %d octets, want %d, %v", format, kills, len(got), len(want), err)
		}
		if kills == 0 {
			t.Errorf("%s: it was never killed", format)
		}
		if code, _, said := b.run(bytes.NewReader(box), args...); code != exitDone || said != "" {
			t.Errorf("%s: once more: %d, %s", format, code, said)
		}
		if again, _ := os.ReadFile(format + ".out"); string(again) != want {
			t.Errorf("%s: once more there is more", format)
		}
	}
}

// killed runs unseen with a slow standard input, and kills it after a time. It
// says whether that came before the end.
func (b *scanBox) killed(after time.Duration, input []byte, args ...string) bool {
	b.t.Helper()
	self, err := os.Executable()
	if err != nil {
		b.t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = []string{asProgram + "=1"}
	for _, name := range []string{"HOME", "UNSEEN_CONFIG", "UNSEEN_DATA", "UNSEEN_RUNTIME"} {
		cmd.Env = append(cmd.Env, name+"="+b.env(name))
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	late := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	for part := range slices.Chunk(input, len(input)/40+1) {
		if _, err := in.Write(part); err != nil {
			break // it is gone
		}
		time.Sleep(20 * time.Millisecond)
	}
	in.Close()
	err = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); err != nil && code >= 0 {
		b.t.Fatalf("it ended by itself with %d: %s", code, &said)
	}
	return err != nil
}

// Whatever is left behind the last line of a state, the rows are the same: each
// length at which a run may have ended is tried.
func TestScanState(t *testing.T) {
	b := newScanBox(t)
	b.places(madeUp(8))
	want := b.scan("--all", "--format", "jsonl", "dir")
	args := []string{"--all", "--format", "jsonl", "-o", "out", "--resume", "state", "dir"}
	b.scan(args...)
	whole, err := os.ReadFile("state")
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(whole); n += 7 {
		b.write("state", whole[:n])
		b.write("out", []byte(want+"half a li"))
		if !bytes.Contains(whole[:n], []byte("\n")) {
			b.write("out", nil) // the output is not begun before the state is
		}
		b.scan(args...)
		if got, _ := os.ReadFile("out"); string(got) != want {
			t.Fatalf("with %d octets of the state: %q", n, got)
		}
	}
	// What is added later is found, and nothing twice.
	b.write("dir/9999.eml", madeUp(10)[9])
	b.scan(args...)
	rest := b.scan("--all", "--format", "jsonl", "dir/9999.eml")
	if got, _ := os.ReadFile("out"); string(got) != want+rest || rest == "" {
		t.Errorf("%d octets, want %d and %d", len(got), len(want), len(rest))
	}
}

// A state and an output that belong to something else are left alone.
func TestScanStateForeign(t *testing.T) {
	b := newScanBox(t)
	b.places(madeUp(2))
	b.write("out", []byte("mine\n"))
	b.write("diary", []byte(strings.Repeat("mine\n", 100)))
	for _, args := range [][]string{{"-o", "out", "--resume", "state"}, {"-o", "other", "--resume", "diary"}} {
		code, _, said := b.run(nil, append([]string{"scan", "--format", "csv", "dir"}, args...)...)
		if code != exitFailed || !strings.Contains(said, "hint") {
			t.Errorf("%q: %d %s", args, code, said)
		}
	}
	b.scan("--format", "csv", "dir", "-o", "new", "--resume", "state2")
	if code, _, said := b.run(nil, "scan", "--format", "csv", "--all", "dir", "-o", "new", "--resume", "state2"); code != exitFailed || !strings.Contains(said, "another scan") {
		t.Errorf("%d %s", code, said)
	}
	for name, want := range map[string]string{"out": "mine\n", "diary": strings.Repeat("mine\n", 100)} {
		if got, _ := os.ReadFile(name); string(got) != want {
			t.Errorf("%s was changed to %q", name, got)
		}
	}
}

// What a meter says fits, and its line goes away.
func TestMeter(t *testing.T) {
	var out bytes.Buffer
	m := &meter{out: &out, words: words.English(), at: new(source.Progress)}
	m.clear()
	if out.Len() > 0 {
		t.Errorf("%q before anything was shown", out.String())
	}
	m.passed(3_000_000)
	m.show(2 * time.Second)
	if want := "1 mail, 3.0 MB, 1.5 MB/s"; !strings.Contains(out.String(), want) {
		t.Errorf("%q", out.String())
	}
	cfg := source.Config{Progress: m.at}
	newScanBox(t).write("a.eml", []byte("A: b\n"))
	cfg.Count(context.Background(), []string{"a.eml"})
	for range cfg.Mails(context.Background(), []string{"a.eml"}) {
		m.passed(6)
	}
	out.Reset()
	m.show(2 * time.Second)
	if want := "2 mails, 3.0 MB, 1.5 MB/s, 100 %, 0s left"; !strings.Contains(out.String(), want) {
		t.Errorf("%q", out.String())
	}
	m.clear()
	if !strings.HasSuffix(out.String(), "\r\x1b[K") {
		t.Errorf("%q", out.String())
	}
	var none *meter
	none.passed(1)
	none.clear()
}

// BenchmarkScan scans the real mails on all cores; -cpu 1,2 shows both.
func BenchmarkScan(b *testing.B) {
	dir, err := filepath.Abs("../../../../../shared/mail/real")
	if err != nil {
		b.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*.eml"))
	if len(names) == 0 {
		b.Skip("there are no real mails beside the repository")
	}
	size := int64(0)
	for _, name := range names {
		if info, err := os.Stat(name); err == nil {
			size += info.Size()
		}
	}
	box := newScanBox(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		out := bufio.NewWriter(io.Discard)
		if code := Main([]string{"scan", "--format", "jsonl", dir}, Streams{Out: out, Err: io.Discard, Getenv: box.env}); code != exitDone {
			b.Fatal(code)
		}
	}
}
