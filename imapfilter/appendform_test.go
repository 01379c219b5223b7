package imapfilter

import (
	"strings"
	"testing"
)

// formed reads arguments in which "#" stands for a literal, and returns what they
// are taken for.
func formed(name, args string) (kinds []expectation, f appendForm) {
	f = formOf(name)
	pieces := strings.Split(args, "#")
	for i, text := range pieces {
		kinds = append(kinds, f.feed([]byte(text), i < len(pieces)-1))
	}
	return kinds, f
}

// What the literals of an APPEND are.
func TestAppendForm(t *testing.T) {
	const (
		other, arg, mail, text, end = expectOther, expectArgument, expectMessage, expectText, expectEnd
	)
	for _, tt := range []struct {
		name, args string
		want       []expectation
	}{
		{"APPEND", " Sent #", []expectation{mail, end}},
		{"APPEND", " # #", []expectation{arg, mail, end}},
		{"APPEND", "  \"S (e\" #", []expectation{mail, end}},
		{"APPEND", " Sent (\\Seen \\Draft $x) #", []expectation{mail, end}},
		{"APPEND", " Sent () \" 1-Jan-2026 00:00:00 +0000\" #", []expectation{mail, end}},
		{"APPEND", " Sent \" 1-Jan-2026 00:00:00 +0000\" #", []expectation{mail, end}},
		{"APPEND", " Sent # # () #", []expectation{mail, mail, mail, end}},
		{"APPEND", " Sent UTF8 (#)", []expectation{mail, end}},
		{"APPEND", " Sent utf8 (#) UTF8 (#) #", []expectation{mail, mail, mail, end}},
		{"APPEND", " Sent () CATENATE (URL \"x\" TEXT # URL #)", []expectation{text, arg, end}},
		{"APPEND", " Sent CATENATE (TEXT #) CATENATE (UTF8 (#) TEXT #) #", []expectation{text, text, text, mail, end}},
		{"APPEND", " Sent CATENATE (URL x)", []expectation{end}},
		{"REPLACE", " 4 Sent #", []expectation{mail, end}},
		{"UID REPLACE", " * # (\\Seen) UTF8 (#)", []expectation{arg, mail, end}},
		{"APPEND", "", []expectation{other}},
		{"APPEND", " Sent", []expectation{other}},
		{"APPEND", " Sent CATENATE (URL #", []expectation{arg, other}},
		{"APPEND", " Sent CATENATE ()", []expectation{other}},
		{"APPEND", " Sent CATENATE (#", []expectation{other}},
		{"APPEND", " Sent CATENATE (TEXT \"x\")", []expectation{other}},
		{"APPEND", " Sent CATENATE #", []expectation{other}},
		{"APPEND", " Sent UTF8 #", []expectation{other}},
		{"APPEND", " Sent UTF8 (#", []expectation{mail, other}},
		{"APPEND", " Sent UTF8 (# #)", []expectation{mail, other}},
		{"APPEND", " Sent (\\Seen #", []expectation{other}},
		{"APPEND", " Sent (\\Seen) (x) #", []expectation{other}},
		{"APPEND", " Sent \"x #", []expectation{other}},
		{"APPEND", " \"Sent #", []expectation{other}},
		{"APPEND", " Sent # x", []expectation{mail, other}},
		{"REPLACE", " Sent #", []expectation{other}},
		{"REPLACE", " 4 Sent # #", []expectation{mail, other}},
	} {
		got, _ := formed(tt.name, tt.args)
		for i := range tt.want {
			if i >= len(got) || got[i] != tt.want[i] {
				t.Errorf("%s%s: %v, want %v", tt.name, tt.args, got, tt.want)
				break
			}
		}
	}
}

// FuzzAppendForm: whatever the arguments, a complete command has a message, and
// the literals of a message come in its order.
func FuzzAppendForm(f *testing.F) {
	f.Add(true, " Sent (\\Seen) # UTF8 (#)")
	f.Add(true, " # CATENATE (URL \"x\" TEXT # URL # UTF8 (#)) #")
	f.Add(false, " 4 Sent \"date\" #")
	f.Fuzz(func(t *testing.T, many bool, args string) {
		name := "REPLACE"
		if many {
			name = "APPEND"
		}
		form, of := formOf(name), 0
		pieces := strings.Split(args, "#")
		for i, text := range pieces {
			kind := form.feed([]byte(text), i < len(pieces)-1)
			switch {
			case kind == expectOther:
				return
			case kind == expectEnd && (form.messages == 0 || i < len(pieces)-1):
				t.Fatalf("%q: an end without a message", args)
			case form.of < of || form.of > form.messages:
				t.Fatalf("%q: literal of message %d after %d", args, form.of, of)
			case !many && form.messages > 1:
				t.Fatalf("%q: more than one message", args)
			}
			of = form.of
		}
	})
}
