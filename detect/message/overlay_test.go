package message_test

import (
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

func TestOverlay(t *testing.T) {
	o := message.Overlay{Size: 20, Edits: []message.Edit{
		{Offset: 2, Old: []byte("cde"), New: []byte("CDE")},
		{Offset: 5, Old: []byte("f"), New: []byte("F")},
		{Offset: 10, Old: []byte("klmn"), New: []byte("KLMN")},
		{Offset: 17, Old: []byte("r"), New: []byte("too long")},
	}}
	tests := []struct {
		name   string
		buf    string
		off    int
		want   string
		misses int
	}{
		{"whole", "abcdefghijklmnopq", 0, "abCDEFghijKLMNopq", 0},
		{"from inside an edit", "defgh", 3, "DEFgh", 0},
		{"to inside an edit", "jkl", 9, "jKL", 0},
		{"inside an edit", "lm", 11, "LM", 0},
		{"between", "ghij", 6, "ghij", 0},
		{"empty", "", 3, "", 0},
		{"behind", "xyz", 100, "xyz", 0},
		{"other octets", "abxdefghijklmnopq", 0, "abxdeFghijKLMNopq", 1},
		{"other octets inside an edit", "lx", 11, "lx", 1},
		{"all others", "zzzzzzzzzzzzzzzzz", 0, "zzzzzzzzzzzzzzzzz", 3},
		{"another length", "qr", 16, "qr", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			buf := []byte(test.buf)
			if misses := o.Apply(buf, test.off); misses != test.misses || string(buf) != test.want {
				t.Errorf("%q, %d misses, want %q, %d", buf, misses, test.want, test.misses)
			}
			if test.misses > 0 {
				return
			}
			if misses := o.Undo(buf, test.off); misses != 0 || string(buf) != test.buf {
				t.Errorf("undone %q, %d misses", buf, misses)
			}
		})
	}
	buf := []byte("abcdef")
	if misses := o.Undo(buf, 0); misses != 2 || string(buf) != "abcdef" {
		t.Errorf("the original undone is %q, %d misses", buf, misses)
	}
}
