package plan

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// newsletter has a reference for every outcome but those of other modes.
const newsletter = "From: News <news@shop.example>\r\n" +
	"Content-Type: text/html; charset=utf-8\r\n\r\n" +
	"<html><body>" +
	"<img src=\"http://track.shop.example/open.php?u=0123456789abcdef0123&amp;id=42\" width=\"1\" height=\"1\">\r\n" +
	"<img src=\"http://img.shop.example/pictures/logo.png\" width=\"200\">\r\n" +
	"<img src=\"http://a.example/12345678\" width=\"1\" height=\"1\" alt=\"\" border=\"0\">\r\n" +
	"<img width=1 height=1 src=http://a.example/1>\r\n" +
	"<img src=\"http://a.example/1\" width=\"200\">\r\n" +
	"<img src=\"cid:logo\"><a href=\"http://shop.example/\">to the shop</a>\r\n" +
	"</body></html>\r\n"

func testPlanner() *Planner { return &Planner{Key: Key{1, 2, 3}, Base: "http://127.0.0.1:4180"} }

func TestEncoding(t *testing.T) {
	want := testPlanner().Plan([]byte(newsletter))
	b, err := want.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var got Plan
	if err := got.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&got, want) {
		t.Errorf("got  %+v\nwant %+v", &got, want)
	}
}

// A plan reads the same in its small form, and is packed once only.
func TestPack(t *testing.T) {
	want := testPlanner().Plan([]byte(newsletter))
	b, err := want.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	packed := Pack(b)
	if len(packed) >= len(b) || !bytes.Equal(Pack(packed), packed) || !bytes.Equal(Pack(b), packed) {
		t.Errorf("%d octets packed to %d", len(b), len(packed))
	}
	var got Plan
	if err := got.UnmarshalBinary(packed); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&got, want) {
		t.Errorf("got  %+v\nwant %+v", &got, want)
	}
	for _, other := range [][]byte{nil, {1}, []byte("text")} {
		if !bytes.Equal(Pack(other), other) {
			t.Errorf("%q packed to %q", other, Pack(other))
		}
	}
	cut := packed[:len(packed)/2]
	if err := got.UnmarshalBinary(cut); !errors.Is(err, ErrEncoding) {
		t.Errorf("half of it: %v", err)
	}
}

func TestEncodingRefused(t *testing.T) {
	base := testPlanner().Plan([]byte(newsletter))
	change := func(f func(*Plan)) []byte {
		p := *base
		p.Overlay.Edits = append([]message.Edit(nil), base.Overlay.Edits...)
		p.Overlay.Sections = append([]message.Section(nil), base.Overlay.Sections...)
		p.References = append([]Reference(nil), base.References...)
		f(&p)
		b, err := p.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	good := change(func(*Plan) {})
	cases := []struct {
		name string
		in   []byte
	}{
		{"empty", nil},
		{"unknown form", append([]byte{99}, good[1:]...)},
		{"cut", good[:len(good)/2]},
		{"no deflate", []byte{1, 0xff, 0xff}},
		{"no version", change(func(p *Plan) { p.Version = 0 })},
		{"unknown mode", change(func(p *Plan) { p.Mode = "most" })},
		{"long header", change(func(p *Plan) { p.Header = make([]byte, maxHeader+1) })},
		{"negative size", change(func(p *Plan) { p.Overlay.Size = -1 })},
		{"edit beyond the end", change(func(p *Plan) { p.Overlay.Size = 100 })},
		{"edits of unequal length", change(func(p *Plan) { p.Overlay.Edits[0].New = []byte("x") })},
		{"edits out of order", change(func(p *Plan) { p.Overlay.Edits[0], p.Overlay.Edits[1] = p.Overlay.Edits[1], p.Overlay.Edits[0] })},
		{"sections out of order", change(func(p *Plan) { p.Overlay.Sections[0].Name = "Z" })},
		{"section beyond the end", change(func(p *Plan) { p.Overlay.Sections[0].Range.End = 1 << 40 })},
		{"span beyond the end", change(func(p *Plan) { p.References[0].Ref.Slot = reference.Span{Start: 0, End: 1 << 62} })},
		{"unknown outcome", change(func(p *Plan) { p.References[0].Outcome = "lost" })},
		{"token too short", change(func(p *Plan) { p.References[0].Token = "abc" })},
		{"token of other letters", change(func(p *Plan) { p.References[0].Token = "../../../../x" })},
		{"too many references", change(func(p *Plan) { p.References = make([]Reference, maxReferences+1) })},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var p Plan
			if err := p.UnmarshalBinary(c.in); !errors.Is(err, ErrEncoding) {
				t.Errorf("got %v, want ErrEncoding", err)
			}
		})
	}
}

// FuzzUnmarshal checks that what decodes encodes to something that decodes to
// the same, and can be applied.
func FuzzUnmarshal(f *testing.F) {
	for _, raw := range []string{newsletter, "", "Content-Type: text/css\n\n@import \"http://a.example/\";"} {
		b, err := testPlanner().Plan([]byte(raw)).MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var p, again Plan
		if p.UnmarshalBinary(in) != nil {
			return
		}
		p.Overlay.Apply(make([]byte, 100), 0)
		b, err := p.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if err := again.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		second, err := again.MarshalBinary()
		if err != nil || !bytes.Equal(b, second) {
			t.Fatalf("encoding differs the second time: %v", err)
		}
	})
}
