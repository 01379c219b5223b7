package source_test

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/unseen-mail/unseen/internal/source"
)

// Files that are dealt out have the mails that reading all at once has, in the same
// order, and what is no file is told once.
func TestFilesDealtOut(t *testing.T) {
	const one = "Subject: One\n\nOne.\n"
	lay(t, map[string]string{
		"dir/a.eml": one, "dir/b.mbox": "From a Mon Mar  3 08:12:00 2025\n" + one + "\nFrom a Mon Mar  3 08:13:00 2025\n" + one,
		"dir/c.zip": pack(t, member{"in/d.eml", one}, member{"in/e.eml", one}), "dir/empty": "", "dir/damaged.zip": "PK\x03\x04 and no more",
		"M/cur/1:2,S": one, "M/new/2": one, "M/tmp/3": one, "M/list": "no mail", "single.eml": one,
	})
	if err := os.Symlink("nowhere", "dir/dangling"); err != nil {
		t.Fatal(err)
	}
	paths := []string{"single.eml", "dir", "M", "missing"}
	want := said(source.Config{}, paths...)
	if len(want) < 11 {
		t.Fatalf("only %q", want)
	}
	var got, names []string
	for f := range (source.Config{}).Files(context.Background(), paths) {
		if f.Raw != nil {
			t.Errorf("%s was opened", f.Name)
		}
		if f.Err != nil {
			got = append(got, want[len(got)]) // told here, as there
			if !strings.HasPrefix(got[len(got)-1], f.Name+" !") {
				t.Errorf("%s is told as %q", f.Name, got[len(got)-1])
			}
			continue
		}
		names = append(names, f.Name)
		got = append(got, said(source.Config{}, f.Name)...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("dealt out: %q\nat once: %q", got, want)
	}
	if len(names) != 8 {
		t.Errorf("files are %q", names)
	}
}

// What is read as a stream is what is read from a file: one mail, an mbox, an archive;
// a stream that ends in the middle is told.
func TestStream(t *testing.T) {
	const one = "Subject: One\n\nOne.\n"
	box := "From a Mon Mar  3 08:12:00 2025\n" + one + "\nFrom a Mon Mar  3 08:13:00 2025\n" + one
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"one":     {one, []string{one}},
		"mbox":    {box, []string{one, one}},
		"archive": {pack(t, member{"b.mbox", box}, member{"c.eml", one}), []string{one, one, one}},
		"nested":  {pack(t, member{"in.zip", pack(t, member{"c.eml", one})}), []string{one}},
		"too deep": {pack(t, member{"in.zip", pack(t, member{"in.zip", pack(t, member{"c.eml", one})})}),
			[]string{"!" + source.ErrDepth.Error()}},
	} {
		var got []string
		for m := range (source.Config{}).Stream("gs://box/"+name, strings.NewReader(c.text)) {
			if !strings.HasPrefix(m.Name, "gs://box/"+name) {
				t.Errorf("%s: named %s", name, m.Name)
			}
			if m.Err != nil {
				got = append(got, "!"+m.Err.Error())
				continue
			}
			got = append(got, string(m.Raw))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	lost := errors.New("the store is gone")
	in := io.MultiReader(strings.NewReader(box), iotest.ErrReader(lost))
	var last source.Mail
	mails := 0
	for m := range (source.Config{}).Stream("gs://box", in) {
		last = m
		mails++
	}
	if mails != 2 || !errors.Is(last.Err, lost) {
		t.Errorf("%d mails, the last with %v", mails, last.Err)
	}
	for m := range (source.Config{MaxMail: 5}).Stream("gs://box", strings.NewReader(one)) {
		if !errors.Is(m.Err, source.ErrTooLarge) {
			t.Errorf("a mail of %d octets is read: %v", len(one), m.Err)
		}
	}
}
