package message_test

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// realMail reads the real mails with the line ends of the wire.
func realMail(tb testing.TB) (mails [][]byte, size int) {
	tb.Helper()
	for _, m := range corpus(tb) {
		if filepath.Dir(m.name) == "real" && strings.HasSuffix(m.name, ".eml") {
			mails = append(mails, crlf(m.raw))
			size += len(mails[len(mails)-1])
		}
	}
	return mails, size
}

func BenchmarkParse(b *testing.B) {
	mails, size := realMail(b)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, raw := range mails {
			message.Parse(raw)
		}
	}
	b.ReportMetric(float64(len(mails)), "mails/op")
}

// BenchmarkDecode decodes each leaf of the real mails, by encoding; the octets
// counted are raw.
func BenchmarkDecode(b *testing.B) {
	mails, _ := realMail(b)
	bodies := map[message.Encoding][][]byte{}
	for _, raw := range mails {
		for p := range message.Parse(raw).Leaves() {
			bodies[p.Encoding] = append(bodies[p.Encoding], raw[p.Body.Start:p.Body.End])
		}
	}
	for enc, name := range map[message.Encoding]string{message.QuotedPrintable: "quoted-printable", message.Base64: "base64"} {
		b.Run(name, func(b *testing.B) {
			size := 0
			for _, body := range bodies[enc] {
				size += len(body)
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, body := range bodies[enc] {
					message.Decode(body, 0, enc)
				}
			}
		})
	}
}

// BenchmarkReplace replaces 100 octets in the middle of a leaf of 100 KiB.
func BenchmarkReplace(b *testing.B) {
	text := bytes.Repeat([]byte("<a href=\"https://shop.example/list?item=1&sort=price\">Caf\xc3\xa9</a>\r\n"), 1600)
	with := bytes.Repeat([]byte("x"), 60)
	for _, enc := range encodings {
		b.Run(enc.name, func(b *testing.B) {
			t := message.Decode(enc.encode(text), 0, enc.id)
			at := bytes.Index(t.Bytes()[50000:], []byte("<a href")) + 50000
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := t.Replace(at, at+len(with), with); !ok {
					b.Fatal("cannot be replaced")
				}
			}
		})
	}
}

func BenchmarkStream(b *testing.B) {
	mails, size := realMail(b)
	for _, bench := range []struct {
		name string
		hold bool
	}{{"pass", false}, {"hold html", true}} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, raw := range mails {
					s := message.NewStream(io.Discard, idle{bench.hold})
					for piece := raw; len(piece) > 0; {
						n := min(len(piece), 32<<10)
						if _, err := s.Write(piece[:n]); err != nil {
							b.Fatal(err)
						}
						piece = piece[n:]
					}
					if err := s.Close(); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkStream50MB passes a mail with a large attachment.
func BenchmarkStream50MB(b *testing.B) {
	raw := largeMail()
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		s := message.NewStream(io.Discard, idle{true})
		for piece := raw; len(piece) > 0; {
			n := min(len(piece), 32<<10)
			if _, err := s.Write(piece[:n]); err != nil {
				b.Fatal(err)
			}
			piece = piece[n:]
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// largeMail is a newsletter with an attachment of 50 MB.
func largeMail() []byte {
	var out bytes.Buffer
	out.WriteString(lines("Subject: x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/html", "", "<p>hi</p>",
		"--b", "Content-Type: application/pdf", "Content-Transfer-Encoding: base64", ""))
	line := strings.Repeat("QUJD", 19) + "\r\n"
	for out.Len() < 50_000_000 {
		out.WriteString(line)
	}
	out.WriteString("--b--\r\n")
	return out.Bytes()
}

// idle is a session that edits nothing, and holds HTML or nothing.
type idle struct{ hold bool }

func (idle) Header([]byte) {}

func (i idle) Leaf(p *message.Part) message.Editor {
	if i.hold && p.MediaType == "text/html" {
		return i
	}
	return nil
}

func (idle) Edit(_ int, raw []byte, _ bool) ([]message.Edit, int) { return nil, len(raw) }

func (idle) End(*message.Layout, bool) {}
