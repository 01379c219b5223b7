package message_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
)

const newsletter = "From: shop@example.org\r\n" +
	"Subject: =?utf-8?Q?Caf=C3=A9?=\r\n" +
	"Content-Type: multipart/alternative; boundary=sep\r\n" +
	"\r\n" +
	"--sep\r\n" +
	"\r\n" +
	"Hello\r\n" +
	"--sep\r\n" +
	"Content-Type: text/html\r\n" +
	"Content-Transfer-Encoding: quoted-printable\r\n" +
	"\r\n" +
	"<img src=3D\"https://t.exam=\r\n" +
	"ple/1234567890\">\r\n" +
	"--sep--\r\n"

func ExampleParse() {
	l := message.Parse([]byte(newsletter))
	for p := range l.Leaves() {
		fmt.Println(p.Section, p.MediaType, p.Body)
	}
	html, _ := l.Section("2")
	fmt.Printf("%q\n", newsletter[html.Start:html.End])
	// Output:
	// 1 text/plain {118 123}
	// 2 text/html {204 249}
	// "<img src=3D\"https://t.exam=\r\nple/1234567890\">"
}

func ExampleText_Replace() {
	raw := []byte(newsletter)
	l := message.Parse(raw)
	p := l.Root.Children[1]
	text := p.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start)

	const old = "https://t.example/1234567890"
	at := strings.Index(string(text.Bytes()), old)
	edit, ok := text.Replace(at, at+len(old), []byte("http://127.0.0.1:4180/p/____"))
	o := message.Overlay{Size: l.Size, Sections: l.Sections, Edits: []message.Edit{edit}}
	misses := o.Apply(raw, 0)

	fmt.Println(ok, misses, len(raw) == len(newsletter))
	fmt.Printf("%q\n", raw[p.Body.Start:p.Body.End])
	// Output:
	// true 0 true
	// "<img src=3D\"http://127.0.0=\r\n.1:4180/p/____\">"
}

func ExampleHeader() {
	h := message.Header([]byte(newsletter))
	fmt.Println(h.Get("from"))
	fmt.Println(h.Text("subject"))
	// Output:
	// shop@example.org
	// Café
}

// shouting is a session that has every "hello" shouted.
type shouting struct{}

func (shouting) Header([]byte) {}

func (shouting) Leaf(p *message.Part) message.Editor {
	if p.MediaType == "text/plain" {
		return shouting{}
	}
	return nil
}

func (shouting) Edit(off int, raw []byte, more bool) ([]message.Edit, int) {
	const old, now = "Hello", "HELLO"
	at := strings.Index(string(raw), old)
	if at < 0 {
		return nil, len(raw)
	}
	return []message.Edit{{Offset: off + at, Old: []byte(old), New: []byte(now)}}, len(raw)
}

func (shouting) End(*message.Layout, bool) {}

func ExampleStream() {
	s := message.NewStream(os.Stdout, shouting{})
	s.Write([]byte("Subject: x\n\nHel"))
	s.Write([]byte("lo\n"))
	s.Close()
	// Output:
	// Subject: x
	//
	// HELLO
}
