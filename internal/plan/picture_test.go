package plan

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A readPart is one leaf as a stranger reads it: Go's own packages for mail.
type readPart struct {
	path   string // of media types
	header textproto.MIMEHeader
	body   string
}

// readAll reads a message as a stranger does.
func readAll(fatal func(...any), raw []byte) []readPart {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		fatal(err)
	}
	var list []readPart
	var walk func(path string, h textproto.MIMEHeader, body io.Reader)
	walk = func(path string, h textproto.MIMEHeader, body io.Reader) {
		mediaType, params, err := mime.ParseMediaType(h.Get("Content-Type"))
		if err != nil {
			mediaType = "text/plain"
		}
		path += "/" + mediaType
		if strings.HasPrefix(mediaType, "multipart/") {
			parts := multipart.NewReader(body, params["boundary"])
			for {
				p, err := parts.NextRawPart()
				if errors.Is(err, io.EOF) {
					return
				}
				if err != nil {
					fatal(path, err)
				}
				walk(path, p.Header, p)
			}
		}
		switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			fatal(path, err)
		}
		list = append(list, readPart{path, h, string(text)})
	}
	walk("", textproto.MIMEHeader(m.Header), m.Body)
	return list
}

// enclosing knows the loads of originals, and has a copy of the two that may be shown.
func enclosing(body string) Lookup {
	return func(token string) (Original, bool) {
		o, ok := originals(token)
		o.Held = o.Pixel
		o.Copy = func() (Picture, bool) { return Picture{"image/png", []byte(body + o.URL)}, true }
		return o, ok
	}
}

// with puts a header in front of a text.
func with(header, body string) string {
	return "From: a@a.example\r\nSubject: Re: x\r\nMIME-Version: 1.0\r\n" + header + "\r\n" + body
}

const picturesIn = `<p>Yes é</p><img src="` + imageAt + `__" alt="coat"><img src="` + pixelAt + `" width="1"><img src="` + shortAt + `"><img src="` + imageAt + `">`

// The pictures become parts, wherever the text stands, and a stranger finds them by what
// the text says.
func TestEnclosedPictures(t *testing.T) {
	html := "Content-Type: text/html; charset=utf-8\r\n"
	multi := func(kind, inner string) string {
		return with("Content-Type: multipart/"+kind+"; boundary=\"=_b\"\r\n", "--=_b\r\nContent-Type: text/plain\r\n\r\nsee\r\n--=_b\r\n"+inner+"\r\n--=_b--\r\n")
	}
	related := "Content-Type: multipart/related; boundary=\"=_r\"\r\n\r\n--=_r\r\n" + html + "\r\n" + picturesIn + "\r\n--=_r\r\nContent-Type: image/gif\r\nContent-ID: <own@x>\r\n\r\nGIF\r\n--=_r--\r\n"
	for _, c := range []struct{ name, raw, path string }{
		{"alone", with(html, picturesIn), "/multipart/related"},
		{"8bit", with(html+"Content-Transfer-Encoding: 8bit\r\n", picturesIn+"\r\n"), "/multipart/related"},
		{"folded", with("Content-Type: text/html;\r\n charset=utf-8\r\nX-Mailer: me\r\n", picturesIn), "/multipart/related"},
		{"two forms", multi("alternative", html+"\r\n"+picturesIn), "/multipart/alternative/multipart/related"},
		{"with an attachment", multi("mixed", html+"\r\n"+picturesIn), "/multipart/mixed/multipart/related"},
		{"with pictures of its own", multi("alternative", related), "/multipart/alternative/multipart/related"},
		{"lines that end in LF", strings.ReplaceAll(with(html, picturesIn), "\r\n", "\n"), "/multipart/related"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, encode := range encodings() {
				raw := c.raw
				if c.name == "alone" {
					field, body := encode(picturesIn)
					raw = with(html+field, body)
				}
				checkEnclosed(t, name, raw, c.path)
			}
		})
	}
}

// checkEnclosed restores a message both ways and reads it as a stranger.
func checkEnclosed(t *testing.T, name, raw, path string) {
	t.Helper()
	var made [][]byte
	for _, how := range []Leaving{BySubmission, ByAppend} {
		out, unknown, err := Restore([]byte(raw), testBase, enclosing("PNG"), how)
		if err != nil || unknown != 0 {
			t.Fatalf("%s: %d unknown, %v", name, unknown, err)
		}
		made = append(made, out)
		checkPictures(t, name, out, path)
		if bytes.Contains(out, []byte("127.0.0.1")) || bytes.Contains(out, []byte("track.example")) {
			t.Errorf("%s: names this machine, or the tracker\n%s", name, out)
		}
		if again, _, err := Restore(out, testBase, enclosing("PNG"), how); err != nil || !bytes.Equal(again, out) {
			t.Errorf("%s: not the same when it goes through again: %v", name, err)
		}
	}
	// What is sent and its copy show the same parts.
	if a, b := namedParts(made[0]), namedParts(made[1]); !slices.Equal(a, b) || len(a) < 2 {
		t.Errorf("%s: sent with %v, kept with %v", name, a, b)
	}
}

// namedParts are the names of the parts of a message.
func namedParts(raw []byte) []string {
	return regexp.MustCompile(`(?m)^Content-ID: .*`).FindAllString(string(raw), -1)
}

// checkPictures says whether a stranger finds the two pictures.
func checkPictures(t *testing.T, name string, out []byte, path string) {
	t.Helper()
	byID := make(map[string]string)
	text := ""
	for _, p := range readAll(t.Fatal, out) {
		switch {
		case p.path == path+"/text/html":
			text = p.body
		case p.path == path+"/image/png":
			byID[strings.Trim(p.header.Get("Content-ID"), "<>")] = p.body
			if !strings.HasPrefix(p.header.Get("Content-Disposition"), "inline") {
				t.Errorf("%s: %v", name, p.header)
			}
		}
	}
	if len(byID) != 2 || strings.Count(text, `src="cid:`) != 3 || !strings.Contains(text, "<p>Yes é</p>") || !strings.Contains(text, `alt="coat"`) {
		t.Fatalf("%s: %d pictures\n%s", name, len(byID), out)
	}
	for id, body := range byID {
		if !strings.Contains(text, `src="cid:`+id+`"`) || !strings.HasPrefix(body, "PNGhttp") {
			t.Errorf("%s: %s shows %q\n%s", name, id, body, text)
		}
	}
	m, err := netmail.ReadMessage(bytes.NewReader(out))
	if err != nil || m.Header.Get("Subject") != "Re: x" || m.Header.Get("From") != "a@a.example" {
		t.Errorf("%s: %v, %v", name, m.Header, err)
	}
}

// Where a part cannot be added without a doubt the pictures keep their addresses, and the
// message is what it would be without.
func TestPicturesKeepTheirAddresses(t *testing.T) {
	html := "Content-Type: text/html; charset=utf-8\r\n"
	part := func(kind, header string) string {
		return with("Content-Type: multipart/"+kind+"; boundary=\"=_b\"\r\n", "--=_b\r\n"+header+"\r\n"+picturesIn+"\r\n--=_b--\r\n")
	}
	enclosed := "Content-Type: message/rfc822\r\n\r\n" + with(html, picturesIn)
	for name, raw := range map[string]string{
		"a mail that is passed on":            "Received: from a by b; Mon, 2 Nov 2026 10:00:00 +0000\r\n" + with(html, picturesIn),
		"a mail that is sent again":           "Resent-From: b@b.example\r\n" + with(html, picturesIn),
		"a mail that is attached":             with("Content-Type: multipart/mixed; boundary=\"=_b\"\r\n", "--=_b\r\n"+enclosed+"\r\n--=_b--\r\n"),
		"a page that is attached":             part("mixed", html+"Content-Disposition: attachment\r\n"),
		"a kind of parts that is rare":        part("form-data", html),
		"no MIME-Version":                     "From: a@a.example\r\n" + html + "\r\n" + picturesIn,
		"two types":                           with(html+"Content-Type: text/html; charset=utf-8\r\n", picturesIn),
		"text":                                with("Content-Type: text/plain\r\n", "see "+imageAt+"\r\n"),
		"a style":                             with(html, `<p style="background:url(`+imageAt+`)">`),
		"a link":                              with(html, `<a href="`+imageAt+`">x</a>`),
		"below a base":                        with(html, `<img src="`+shortAt+`__/dir/o.gif">`),
		"a text that is seen in several ways": with("Content-Type: text/html; charset=utf-16le\r\n", string(wide(picturesIn))),
		"a header too long to be held":        with("X-Long: "+strings.Repeat("a", maxHeld)+"\r\n"+html, picturesIn),
		"a picture too large":                 with(html, picturesIn),
		"a header of different line ends":     "From: a@a.example\nMIME-Version: 1.0\r\n" + html + "\r\n" + picturesIn,
	} {
		t.Run(name, func(t *testing.T) {
			body := "PNG"
			if name == "a picture too large" {
				body = strings.Repeat("P", maxPicture)
			}
			for _, how := range []Leaving{BySubmission, ByAppend} {
				plain, _, _ := Restore([]byte(raw), testBase, withoutCopies(enclosing(body)), how)
				out, _, err := Restore([]byte(raw), testBase, enclosing(body), how)
				if err != nil || !bytes.Equal(out, plain) || bytes.Contains(out, []byte("cid:")) {
					t.Errorf("%s: %v\n%s", how, err, out[max(0, len(out)-2000):])
				}
			}
		})
	}
}

// withoutCopies is a reader's choice that addresses go.
func withoutCopies(look Lookup) Lookup {
	return func(token string) (Original, bool) {
		o, ok := look(token)
		o.Copy = nil
		return o, ok
	}
}

// No copy is asked for where none could be enclosed: asking is reading, and no more.
func TestCopiesAreAskedForInImages(t *testing.T) {
	asked := 0
	look := func(token string) (Original, bool) {
		o, ok := enclosing("PNG")(token)
		o.Copy = func() (Picture, bool) { asked++; return Picture{}, false }
		return o, ok
	}
	raw := with("Content-Type: text/html\r\n", `<img src="`+pixelAt+`"><a href="`+imageAt+`">x</a><img src="`+shortAt+`">`)
	out, _, err := Restore([]byte(raw), testBase, look, BySubmission)
	if err != nil || asked != 1 || !bytes.Contains(out, []byte("http://s.example/")) || bytes.Contains(out, []byte("cid:")) {
		t.Errorf("asked %d times, %v\n%s", asked, err, out)
	}
}

// The pictures of one mail have a bound together, over all its texts.
func TestPicturesHaveABound(t *testing.T) {
	look := func(token string) (Original, bool) {
		return Original{URL: "https://img.example/" + token, Copy: func() (Picture, bool) {
			return Picture{"image/png", bytes.Repeat([]byte(token[:1]), 1<<20)}, true
		}}, true
	}
	var texts strings.Builder
	for half := range 2 {
		texts.WriteString("--=_b\r\nContent-Type: text/html\r\n\r\n")
		for i := range 5 {
			fmt.Fprintf(&texts, `<img src="%s/p/%c%s">`, testBase, 'a'+half*5+i, strings.Repeat("I", 21))
		}
		texts.WriteString("\r\n")
	}
	out, _, err := Restore([]byte(with("Content-Type: multipart/mixed; boundary=\"=_b\"\r\n", texts.String()+"--=_b--\r\n")), testBase, look, BySubmission)
	if n := bytes.Count(out, []byte("Content-ID:")); err != nil || n != 5 || bytes.Count(out, []byte(`src="https://img.example/`)) != 5 {
		t.Errorf("%d pictures, %v", n, err)
	}
}

// Whatever the text and however it comes in pieces: a stranger reads it as it was, with
// each picture found.
func TestEnclosedAnyhow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([ a-z=é<>-]|\n--|\n){0,120}`).Draw(t, "before") + `<img src="` + imageAt + `">` + rapid.StringMatching(`([ a-z=é-]|\n){0,120}`).Draw(t, "after")
		text = strings.ReplaceAll(text, "\n", "\r\n")
		var how func(string) (string, string)
		all := encodings()
		how = all[rapid.SampledFrom([]string{"8bit", "base64", "quoted-printable"}).Draw(t, "encoding")]
		field, body := how(text)
		raw := with("Content-Type: text/html; charset=utf-8\r\n"+field, body)
		var to bytes.Buffer
		r := NewRestoring(&to, testBase, enclosing("PNG"), BySubmission)
		for rest := []byte(raw); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			if _, err := r.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		parts := readAll(func(a ...any) { t.Fatal(append(a, to.String())...) }, to.Bytes())
		if !bytes.Contains(to.Bytes(), []byte("Content-ID")) {
			return // a program sees no img there: it stands in a comment, say
		}
		id := strings.Trim(parts[1].header.Get("Content-ID"), "<>")
		want := strings.Replace(text, imageAt, "cid:"+id, 1)
		if len(parts) != 2 || strings.TrimRight(parts[0].body, "\r\n") != strings.TrimRight(want, "\r\n") {
			t.Fatalf("got  %q\nwant %q", parts[0].body, want)
		}
	})
}
