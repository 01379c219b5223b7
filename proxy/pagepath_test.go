package proxy

import (
	"maps"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParsePage(t *testing.T) {
	for path, want := range map[string]struct {
		session string
		route   Route
		ok      bool
	}{
		"/c/S/":                              {"S", Route{}, true},
		"/c/S/ask":                           {"S", Route{Name: "ask"}, true},
		"/c/S/load/" + tokenLong:             {"S", Route{"load", tokenLong}, true},
		"/c/S/link/" + tokenShort:            {"S", Route{"link", tokenShort}, true},
		"/c/S":                               {"S", Route{}, false},
		"/c/":                                {"", Route{}, false},
		"/c//":                               {"", Route{}, true},
		"/c/S//":                             {"S", Route{}, false},
		"/c/S//" + tokenLong:                 {"S", Route{}, false},
		"/c/S/ask/":                          {"S", Route{}, false},
		"/c/S/Ask":                           {"S", Route{}, false},
		"/c/S/a%73k":                         {"S", Route{}, false},
		"/c/S/load/" + tokenLong + "/":       {"S", Route{}, false},
		"/c/S/load/" + tokenLong[1:] + "%41": {"S", Route{}, false},
		"/c/S/../ask":                        {"S", Route{}, false},
		"/l/" + tokenLong:                    {"", Route{}, false},
	} {
		session, route, ok := parsePage(path)
		if ok != want.ok || session != want.session || ok && route != want.route {
			t.Errorf("%s is %q, %+v, %v", path, session, route, ok)
		}
	}
}

func TestParseFields(t *testing.T) {
	for in, want := range map[string]map[string]string{
		"":            {},
		"a=1&b=2":     {"a": "1", "b": "2"},
		"a":           {"a": ""},
		"a=":          {"a": ""},
		"p.click=yes": {"p.click": "yes"},
		"a=b%20c+d":   {"a": "b c d"},
		"a=%C3%A9":    {"a": "é"},
		"a=1%0D%0A2":  {"a": "1\n2"},
		"a=1&a=2":     nil,
		"a=1&%61=2":   nil,
		"=1":          nil,
		"&":           nil,
		"a=%":         nil,
		"a=%ff":       nil,
		"a=%00":       nil,
		"%00=a":       nil,
		"a=1;b=2":     {"a": "1;b=2"},
		strings.Repeat("a", maxFieldName+1) + "=1": nil,
		"a=" + strings.Repeat("a", maxField+1):     nil,
	} {
		got, err := parseFields(in)
		if (err != nil) != (want == nil) || err == nil && !maps.Equal(got, want) {
			t.Errorf("%.40q is %v, %v", in, got, err)
		}
	}
}

// FuzzPage checks that whatever is asked for is either refused or has one spelling,
// and that what a form says can be read and is what was sent.
func FuzzPage(f *testing.F) {
	for _, seed := range [][2]string{
		{"/c/S/", ""}, {"/c/S/load/" + tokenLong, "note=saved"}, {"/c/S//x", "a=1&a=2"}, {"/c/../x", "=&="}, {"/c/S/ask", "a=%0d%0a;b=%ff"},
		{"/c/S/link/" + tokenShort + "%2f", "p.click=yes&do=save&token=x"}, {"//c/S/", "%"}, {"/c/\x00/\xff", "\x00"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, path, form string) {
		session, route, ok := parsePage(path)
		if ok {
			back := sessionPath + session + "/" + route.Name
			if route.Token != "" {
				back += "/" + route.Token
			}
			if back != path {
				t.Errorf("%q reads back as %q", path, back)
			}
			if strings.Contains(session, "/") || strings.Trim(route.Name, "abcdefghijklmnopqrstuvwxyz") != "" || route.Token != "" && !isToken(route.Token) {
				t.Errorf("%q is %q, %+v", path, session, route)
			}
		}
		fields, err := parseFields(form)
		if err != nil {
			return
		}
		again := make(url.Values)
		for name, value := range fields {
			if name == "" || len(name) > maxFieldName || len(value) > maxField || !utf8.ValidString(name+value) || strings.ContainsRune(name+value, 0) {
				t.Errorf("%q has the field %q=%q", form, name, value)
			}
			again.Set(name, value)
		}
		if len(fields) > maxFields {
			t.Errorf("%d fields", len(fields))
		}
		if len(again.Encode()) > maxForm {
			return
		}
		if same, err := parseFields(again.Encode()); err != nil || !maps.Equal(same, fields) {
			t.Errorf("%q reads back as %v, %v", form, same, err)
		}
	})
}
