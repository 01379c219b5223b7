package plan

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
)

// inPieces restores a message that comes in pieces of some size.
func inPieces(raw []byte, size int, look Lookup, how Leaving) ([]byte, int, error) {
	var to bytes.Buffer
	r := NewRestoring(&to, testBase, look, how)
	for rest := raw; len(rest) > 0; {
		n := min(size, len(rest))
		if _, err := r.Write(rest[:n]); err != nil {
			return nil, r.Unknown(), err
		}
		rest = rest[n:]
	}
	err := r.Close()
	if err != nil {
		return nil, r.Unknown(), err
	}
	return to.Bytes(), r.Unknown(), nil
}

// However a message comes, it leaves as the same.
func TestRestoringInPieces(t *testing.T) {
	long := func(token string) (Original, bool) {
		o, ok := originals(token)
		o.URL += strings.Repeat("&more=1", 200)
		return o, ok
	}
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{
			"Content-Type: text/html\r\n\r\n<p>one<img src=\"" + pixelAt + "\"> two <img src='" + imageAt + "__'>\r\n",
			"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>one<img src=3D\"" + pixelAt[:20] + "=\r\n" + pixelAt[20:] + "\">\r\n",
			"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("see "+shortAt+"\r\n")) + "\r\n",
			"Content-Type: application/pdf\r\n\r\n--not a boundary\r\n" + shortAt + "\r\n--\r\n\r\n",
			"\r\n-- \r\nme\r\n",
			"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n" + shortAt + "\r\n",
		})
		raw := "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n"
		for range rapid.IntRange(0, 4).Draw(t, "parts") {
			raw += "--b\r\n" + part.Draw(t, "part")
		}
		raw += rapid.SampledFrom([]string{"--b--\r\n", "--b--", ""}).Draw(t, "end")
		how := rapid.SampledFrom([]Leaving{BySubmission, ByAppend}).Draw(t, "how")
		want, _, err := Restore([]byte(raw), testBase, long, how)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := inPieces([]byte(raw), rapid.IntRange(1, 300).Draw(t, "size"), long, how)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%v\ngot  %q\nwant %q", err, got, want)
		}
	})
}

// What need not be changed goes on before the rest has come: all but a header that
// may have to change, and a text.
func TestRestoringPasses(t *testing.T) {
	var to bytes.Buffer
	r := NewRestoring(&to, testBase, originals, BySubmission)
	head := "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<img src=\"" + shortAt + "\">\r\n"
	attached := "--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("QUJD\r\n", 100_000)
	for _, s := range []string{head, attached} {
		if _, err := r.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if kept := len(head) + len(attached) - to.Len(); kept > 1000 {
		t.Errorf("%d octets are held", kept)
	}
}

// A text that is too long to be held whole is restored in pieces, whatever its
// encoding, and wherever the pieces end.
func TestRestoringLongText(t *testing.T) {
	block := "<p>" + strings.Repeat("word ", 14) + "</p>\r\n<img src=\"" + shortAt + "__\" width=\"9\"> " + strings.Repeat("more = é ", 3000) + "\r\n"
	text := strings.Repeat(block, message.HoldLimit*2/len(block)+1)
	want := strings.ReplaceAll(text, shortAt+"__", "http://s.example/%C3%BC")
	for enc, body := range map[message.Encoding]string{
		message.Identity: text, message.QuotedPrintable: wrapQuoted(text, "\r\n"), message.Base64: lines(text, 72),
	} {
		for _, mediaType := range []string{"text/html", "text/plain"} {
			t.Run(fmt.Sprint(enc, mediaType), func(t *testing.T) {
				name := map[message.Encoding]string{message.Identity: "8bit", message.QuotedPrintable: "quoted-printable", message.Base64: "base64"}[enc]
				head := "Content-Type: " + mediaType + "\r\nContent-Transfer-Encoding: " + name + "\r\n\r\n"
				out, unknown, err := inPieces([]byte(head+body), 1<<20, originals, BySubmission)
				if err != nil || unknown > 0 {
					t.Fatal(unknown, err)
				}
				got := message.Decode(out[len(head):], 0, enc).Bytes()
				if string(got) != want {
					t.Fatalf("%d octets, want %d; %d addresses left", len(got), len(want), bytes.Count(got, []byte(testBase)))
				}
				if longest := longestOf(out); enc != message.Identity && longest > maxLine {
					t.Errorf("a line of %d", longest)
				}
			})
		}
	}
}

// lines writes base64 in lines.
func lines(text string, width int) string {
	var b strings.Builder
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	for len(encoded) > 0 {
		n := min(width, len(encoded))
		b.WriteString(encoded[:n] + "\r\n")
		encoded = encoded[n:]
	}
	return b.String()
}

// longestOf is the length of the longest line.
func longestOf(out []byte) int {
	longest := 0
	for line := range bytes.Lines(out) {
		longest = max(longest, len(bytes.TrimRight(line, "\r\n")))
	}
	return longest
}

// A signed text that is too long to be held whole does not leave either.
func TestRestoringLongSigned(t *testing.T) {
	raw := "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\n" +
		strings.Repeat("text\r\n", message.HoldLimit/5) + shortAt + "\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--s--\r\n"
	if _, _, err := inPieces([]byte(raw), 1<<16, originals, BySubmission); !errors.Is(err, ErrSigned) {
		t.Errorf("restoring: %v", err)
	}
}

// A writer that fails ends the message, and its error is told.
func TestRestoringFails(t *testing.T) {
	full := errors.New("full")
	r := NewRestoring(failing{full}, testBase, originals, BySubmission)
	_, err := r.Write([]byte("Subject: x\r\n\r\n" + strings.Repeat("text\r\n", 1<<16)))
	if err == nil {
		err = r.Close()
	}
	if !errors.Is(err, full) {
		t.Errorf("restoring: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
