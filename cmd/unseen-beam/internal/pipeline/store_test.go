package pipeline_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs"

	"github.com/unseen-mail/unseen/cmd/unseen-beam/internal/pipeline"
)

// Objects of a store are read and written as files are: single mails, a mailbox and an
// archive have the rows of the same files, under the names of the objects.
func TestObjects(t *testing.T) {
	dir, at := t.TempDir(), home(t, nil)
	one := "From: a@shop.example\r\nContent-Type: text/html\r\n\r\n<img src=\"https://shop.example/open.php?u=0123456789abcdef0123456789abcdef\" width=1 height=1>"
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	if w, err := z.Create("in/one.eml"); err != nil {
		t.Fatal(err)
	} else if _, err := w.Write([]byte(one)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, octets := range map[string]string{
		"a/one.eml": one, "a/box.mbox": "From x Mon Jan  5 08:00:00 2026\n" + one + "\n\nFrom x Mon Jan  5 08:00:01 2026\n" + one + "\n",
		"b/packed.zip": packed.String(), "b/cut.zip": packed.String()[:packed.Len()/2], "a/large.eml": strings.Repeat("A: b\r\n", 200_000),
	} {
		lay(t, filepath.Join(dir, "box", name), []byte(octets))
		memfs.Write("memfs://box/"+name, []byte(octets))
	}
	lay(t, filepath.Join(dir, "list.txt"), []byte("memfs://box/b/packed.zip\nmemfs://box/b/cut.zip\n"))
	memfs.Write("memfs://list.txt", []byte("memfs://box/b/packed.zip\nmemfs://box/b/cut.zip\n"))
	want := strings.ReplaceAll(string(scan(t, dir, at, "--format", "jsonl", "--all", "--max-mail", "1", "box")), `"source":"box/`, `"source":"memfs://box/`)
	parts, tally := run(t, pipeline.Job{Paths: []string{"memfs://box/a/*.eml", "memfs://box/a/box.mbox"}, Manifests: []string{"memfs://list.txt"},
		Output: "memfs://out/scan", Format: "jsonl", Parts: 2, All: true, MaxMail: 1 << 20}, at)
	var got bytes.Buffer
	store := memfs.New(context.Background())
	for _, name := range parts {
		f, err := store.OpenRead(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := got.ReadFrom(f); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "objects", sorted(got.Bytes()), sorted([]byte(want)))
	if tally.Mails != 5 || tally.Unreadable != 1 {
		t.Errorf("it came to %+v", tally)
	}
	parts, tally = run(t, pipeline.Job{Paths: []string{"memfs://none/", "memfs://box/a/gone.eml"}, Output: "memfs://out/gone", Format: "jsonl", Parts: 1}, at)
	if tally.Unreadable != 2 || tally.Rows != 2 || len(parts) != 1 {
		t.Errorf("objects that are not there came to %+v", tally)
	}
}

// What cannot be: each is refused before anything runs.
func TestCheck(t *testing.T) {
	good := pipeline.Job{Paths: []string{"mail"}, Output: "out/scan", Format: "jsonl", Parts: 1}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil func(*pipeline.Job)
		want  error
	}{
		"no source":      {func(j *pipeline.Job) { j.Paths = nil }, pipeline.ErrNothing},
		"standard input": {func(j *pipeline.Job) { j.Paths = []string{"mail", "-"} }, pipeline.ErrSource},
		"a mailbox":      {func(j *pipeline.Job) { j.Manifests = []string{"imaps://a@mail.example/"} }, pipeline.ErrSource},
		"text":           {func(j *pipeline.Job) { j.Format = "text" }, pipeline.ErrFormat},
		"no format":      {func(j *pipeline.Job) { j.Format = "" }, pipeline.ErrFormat},
		"two formats":    {func(j *pipeline.Job) { j.Format = "jsonl csv" }, pipeline.ErrFormat},
		"no part":        {func(j *pipeline.Job) { j.Parts = 0 }, pipeline.ErrParts},
		"no output":      {func(j *pipeline.Job) { j.Output = "" }, pipeline.ErrOutput},
		"a directory":    {func(j *pipeline.Job) { j.Output = "out/" }, pipeline.ErrOutput},
		"a pattern":      {func(j *pipeline.Job) { j.Output = "out/*" }, pipeline.ErrOutput},
	} {
		j := good
		c.spoil(&j)
		if err := j.Check(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A worker that comes to other rules than the maker ends the job, and no part is there.
func TestOtherEdition(t *testing.T) {
	dir := t.TempDir()
	lay(t, filepath.Join(dir, "one.eml"), []byte("A: b\r\n\r\nc\r\n"))
	rules, _, err := pipeline.PackRules(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := pipeline.PackRules(filepath.Join(home(t, ownRules()), "data", "rules"))
	if err != nil {
		t.Fatal(err)
	}
	if rules.Edition == other.Edition {
		t.Fatal("the reader's own rules make no difference to the edition")
	}
	rules.Packed = other.Packed
	j := pipeline.Job{Paths: []string{dir}, Output: filepath.Join(dir, "out", "scan"), Format: "jsonl", Parts: 1, Rules: rules}
	if _, err := pipeline.Run(context.Background(), pipeline.Build(j)); err == nil || !strings.Contains(err.Error(), pipeline.ErrEdition.Error()) {
		t.Errorf("it ended with %v", err)
	}
	if parts, err := pipeline.Parts(context.Background(), j.Output); err != nil || len(parts) > 0 {
		t.Errorf("there are %q: %v", parts, err)
	}
}

// A place that cannot be written to ends the job, and leaves nothing behind that could
// be taken for a part.
func TestNoRoom(t *testing.T) {
	dir := t.TempDir()
	lay(t, filepath.Join(dir, "one.eml"), []byte("A: b\r\n\r\nc\r\n"))
	lay(t, filepath.Join(dir, "file"), nil)
	rules, _, err := pipeline.PackRules(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "out", "scan-00001-of-00001.jsonl"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, output := range []string{filepath.Join(dir, "file", "scan"), filepath.Join(dir, "out", "scan")} {
		j := pipeline.Job{Paths: []string{filepath.Join(dir, "one.eml")}, Output: output, Format: "jsonl", Parts: 1, Rules: rules}
		if _, err := pipeline.Run(context.Background(), pipeline.Build(j)); err == nil || !strings.Contains(err.Error(), "writing a part") {
			t.Errorf("%s: it ended with %v", output, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "out", ".scan*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// A store that is not known is told with its name.
func TestUnknownStore(t *testing.T) {
	if _, err := filesystem.New(context.Background(), "hdfs://box/mail"); err == nil {
		t.Fatal("hdfs is known")
	}
	if _, err := pipeline.Parts(context.Background(), "hdfs://box/scan"); err == nil || !strings.Contains(err.Error(), "hdfs") {
		t.Errorf("%v", err)
	}
}

func ExamplePartName() {
	fmt.Println(pipeline.PartName("gs://bucket/scan", "parquet", 3, 8))
	// Output: gs://bucket/scan-00003-of-00008.parquet
}
