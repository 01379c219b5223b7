package consent_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/rules/consent"
)

// What encode writes is read the short way, and only that.
func TestWritten(t *testing.T) {
	plain, _, _ := strings.Cut(fullJSON, "\n")
	forgetting := `{"v":2,"type":"unseen:Forgetting","when":"2026-11-30T09:00:00Z","forgets":[1,2]}`
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"form 2":             {plain, true},
		"form 1":             {formOneJSON, true},
		"forgetting":         {forgetting, true},
		"other letters":      {strings.Replace(plain, "anna@", "änna@", 1), true},
		"another zone":       {strings.Replace(plain, "09:00:00Z", "09:00:00.5+01:00", 1), true},
		"blank":              {strings.Replace(plain, `,"how"`, `, "how"`, 1), false},
		"escape":             {strings.Replace(plain, "anna@", `\u0061nna@`, 1), false},
		"other order":        {strings.Replace(plain, `"v":2,"type":"unseen:ReleasePermission"`, `"type":"unseen:ReleasePermission","v":2`, 1), false},
		"twice":              {strings.Replace(plain, `,"how"`, `,"how":"tray","how"`, 1), false},
		"not UTF-8":          {strings.Replace(plain, "anna@", "\xffanna@", 1), false},
		"line feed in text":  {strings.Replace(plain, "anna@", "\nanna@", 1), false},
		"no end":             {strings.TrimSuffix(plain, "}"), false},
		"something behind":   {plain + "{}", false},
		"no time":            {strings.Replace(plain, "2026-11-30T09", "2026-13-30T09", 1), false},
		"number of 12":       {strings.Replace(forgetting, "[1,2]", "[1,222222222222]", 1), false},
		"number from 0":      {strings.Replace(forgetting, "[1,2]", "[1,02]", 1), false},
		"list without end":   {strings.Replace(forgetting, "[1,2]", "[1,2", 1), false},
		"list of nothing":    {strings.Replace(forgetting, "[1,2]", "[]", 1), false},
		"number without end": {`{"v":2`, false},
		"nothing":            {"", false},
	} {
		if read, same := consent.Written([]byte(c.text)); read != c.want || !same {
			t.Errorf("%s: read %v, the same %v, want %v", name, read, same, c.want)
		}
	}
}

// FuzzWritten compares the short way with the long one.
func FuzzWritten(f *testing.F) {
	r := full()
	b, err := consent.Encode(&r, nil)
	if err != nil {
		f.Fatal(err)
	}
	head, _, _ := bytes.Cut(b, []byte{'\n'})
	f.Add(head)
	f.Add([]byte(formOneJSON))
	f.Add([]byte(`{"v":2,"type":"unseen:Forgetting","when":"2026-11-30T09:00:00Z","forgets":[1,2]}`))
	f.Add([]byte(`{"v":2,"type":"","when":"2026-11-30T09:00:00+14:00","until":"2026-11-30T09:00:00.000000001Z"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, same := consent.Written(b); !same {
			t.Fatal("the two ways differ")
		}
	})
}

// The words of a notice are checked where they are not copied too, and History has
// them.
func TestNoticeIsKept(t *testing.T) {
	m := new(memory)
	l := open(t, m)
	for _, words := range []string{"Shop asks.", "", "Shop asks once more, in two lines.\nHere."} {
		r := grant("shop.example")
		r.Notice, r.NoticeSHA256 = words, ""
		add(t, l, r)
	}
	list, err := open(t, m).History(t.Context(), "shop.example")
	if err != nil || len(list) != 3 {
		t.Fatal(len(list), err)
	}
	if list[0].Record.Notice != "Shop asks." || list[1].Record.Notice != "" || !strings.HasSuffix(list[2].Record.Notice, "Here.") {
		t.Errorf("got %+v", list)
	}
}
