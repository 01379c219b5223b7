package reference_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/net/html"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// leaves returns the decoded HTML leaves of the real mails in ../shared/mail,
// which are not part of the repository.
func leaves(t testing.TB) [][]byte {
	t.Helper()
	var all [][]byte
	root := filepath.Join("..", "..", "..", "shared", "mail", "real")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".eml" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for p := range message.Parse(raw).Leaves() {
			if reference.Scanned(p.MediaType) && p.MediaType != "text/css" {
				all = append(all, message.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start, p.Encoding).Bytes())
			}
		}
		return nil
	})
	if err != nil {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatalf("reading the mail corpus: %v", err)
		}
		t.Skipf("no mail corpus at ../shared/mail: %v", err)
	}
	return all
}

// BenchmarkHTML compares this package with the tokenizer of x/net/html, which
// finds nothing and tells no offsets, on the same leaves. MB/s are of decoded
// octets.
func BenchmarkHTML(b *testing.B) {
	all := leaves(b)
	size := 0
	for _, leaf := range all {
		size += len(leaf)
	}
	b.Run("reference", func(b *testing.B) {
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			for _, leaf := range all {
				reference.HTML(leaf)
			}
		}
	})
	b.Run("tokenizer", func(b *testing.B) {
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			for _, leaf := range all {
				z := html.NewTokenizer(bytes.NewReader(leaf))
				for z.Next() != html.ErrorToken {
					for more := true; more; {
						_, _, more = z.TagAttr()
					}
				}
			}
		}
	})
}
