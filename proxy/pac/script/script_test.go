package script_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/proxy/pac/script"
)

// saturday is when the ranges of the tests are asked.
func saturday() time.Time { return time.Date(2026, time.November, 21, 22, 30, 15, 0, time.UTC) }

// value asks what an expression is in a script.
func value(t *testing.T, expression string) string {
	t.Helper()
	got, err := script.Find(script.Question{Text: "function FindProxyForURL(url, host) { return '' + (" + expression + "); }", URL: "https://imap.example.org:993/", Host: "imap.example.org", Now: saturday()})
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return got
}

func TestFunctions(t *testing.T) {
	for expression, want := range map[string]string{
		`url + " " + host`: "https://imap.example.org:993/ imap.example.org",

		`isPlainHostName("www")`: "true", `isPlainHostName("www.example")`: "false", `isPlainHostName("::1")`: "false",
		`dnsDomainIs("a.Example.org", ".example.org")`: "true", `dnsDomainIs("example.org", ".example.org")`: "false", `dnsDomainIs("a", "")`: "false",
		`localHostOrDomainIs("www", "www.example.org")`: "true", `localHostOrDomainIs("www.example.org", "www.example.org")`: "true",
		`localHostOrDomainIs("www.other.org", "www.example.org")`: "false",
		`dnsDomainLevels("a.b.c")`:                                "2",

		`shExpMatch("http://a/b", "*/b")`: "true", `shExpMatch("abc", "a?c")`: "true", `shExpMatch("abc", "a?")`: "false",
		`shExpMatch("", "*")`: "true", `shExpMatch("aXbXc", "a*b*c")`: "true", `shExpMatch("a.c", "a[.]c")`: "false", `shExpMatch("é", "?")`: "true",

		`isInNet("10.1.2.3", "10.0.0.0", "255.0.0.0")`: "true", `isInNet("11.1.2.3", "10.0.0.0", "255.0.0.0")`: "false",
		`isInNet("::ffff:10.1.2.3", "10.0.0.0", "255.0.0.0")`: "true", `isInNet("10.1.2.3", "x", "y")`: "false",
		`isInNetEx("fd00::1", "fd00::/8")`: "true", `isInNetEx("10.1.2.3", "10.0.0.0/16")`: "false",

		// No name is looked up, not even one that everybody has.
		`dnsResolve("example.org")`: "null", `isResolvable("example.org")`: "false", `isInNet("example.org", "0.0.0.0", "0.0.0.0")`: "false",
		`dnsResolve("10.1.2.3")`: "10.1.2.3", `dnsResolve("localhost")`: "127.0.0.1", `isResolvable("[::1]")`: "true", `dnsResolveEx("example.org")`: "null",
		`dnsResolve(undefined)`: "null", `dnsResolve()`: "null", `dnsResolve("fe80::1%eth0")`: "null",
		`/^[0-9.]+$/.test(myIpAddress())`: "true", `typeof alert("x")`: "undefined",

		`weekdayRange("SAT")`: "true", `weekdayRange("MON", "FRI")`: "false", `weekdayRange("FRI", "MON", "GMT")`: "true", `weekdayRange()`: "false", `weekdayRange("NO")`: "false",
		`dateRange(21)`: "true", `dateRange("NOV")`: "true", `dateRange(2026)`: "true", `dateRange(2025)`: "false", `dateRange(1, 20)`: "false",
		`dateRange("OCT", "DEC")`: "true", `dateRange("DEC", "OCT")`: "false", `dateRange("NOV", "FEB")`: "true", `dateRange(2020, 2030)`: "true",
		`dateRange(21, "NOV")`: "true", `dateRange(22, "NOV")`: "false", `dateRange(1, "NOV", 30, "NOV")`: "true", `dateRange(1, "DEC", 20, "NOV")`: "false",
		`dateRange(21, "NOV", 2026)`: "true", `dateRange(1, "JAN", 2026, 31, "DEC", 2026)`: "true", `dateRange(1, "JAN", 2027, 31, "DEC", 2028)`: "false",
		`dateRange("OCT", 2026, "MAR", 2027)`: "true", `dateRange()`: "false", `dateRange(0)`: "false", `dateRange({}, {})`: "false",
		`timeRange(22)`: "true", `timeRange(9, 17)`: "false", `timeRange(22, 6)`: "true", `timeRange(22, 0, 22, 30)`: "true", `timeRange(22, 31, 23, 0)`: "false",
		`timeRange(22, 30, 15, 22, 30, 15)`: "true", `timeRange(22, 30, 16, 22, 30, 14, "GMT")`: "false", `timeRange(1, 2, 3)`: "false", `timeRange("x")`: "false", `timeRange(99)`: "false",
	} {
		if got := value(t, expression); got != want {
			t.Errorf("%s is %s, want %s", expression, got, want)
		}
	}
}

// The ranges go by the reader's zone, but where the script says GMT.
func TestZone(t *testing.T) {
	q := script.Question{Text: `function FindProxyForURL() { return timeRange(22) + " " + timeRange(22, "GMT"); }`, Now: saturday().In(time.FixedZone("", 3600))}
	if got, err := script.Find(q); err != nil || got != "false true" {
		t.Errorf("%q, %v", got, err)
	}
}

// What has no answer is told apart from what goes too far; what the script says of it is
// never repeated.
func TestNoAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":               {"", script.ErrScript},
		"no JavaScript":         {"<html>Please log in</html>", script.ErrScript},
		"no function":           {"var FindProxyForURL = 'secret';", script.ErrScript},
		"an error":              {"function FindProxyForURL() { throw 'secret'; }", script.ErrScript},
		"an error at first":     {"throw new Error('secret');", script.ErrScript},
		"an error that throws":  {"throw { toString: function () { throw 'secret'; } };", script.ErrScript},
		"a getter":              {"Object.defineProperty(this, 'FindProxyForURL', { get: function () { throw 'secret'; } });", script.ErrScript},
		"an object":             {"function FindProxyForURL() { return { toString: function () { return 'DIRECT'; } }; }", script.ErrScript},
		"a number":              {"function FindProxyForURL() { return 1; }", script.ErrScript},
		"for ever":              {"while (true) {}", script.ErrLimit},
		"for ever, when asked":  {"function FindProxyForURL() { for (;;) {} }", script.ErrLimit},
		"for ever, caught":      {"function FindProxyForURL() { for (;;) { try { for (;;) {} } catch (e) {} finally { continue; } } }", script.ErrLimit},
		"deep":                  {"function f() { return f(); } function FindProxyForURL() { return f(); }", script.ErrLimit},
		"too long an answer":    {"function FindProxyForURL() { return new Array(9999).join('x'); }", script.ErrLimit},
		"too long a script":     {strings.Repeat(" ", script.MaxText+1), script.ErrLimit},
		"a module":              {"import fs from 'fs'; function FindProxyForURL() { return 'DIRECT'; }", script.ErrScript},
		"what Node has":         {"function FindProxyForURL() { return require('fs').readFileSync('/etc/passwd'); }", script.ErrScript},
		"what browsers have":    {"function FindProxyForURL() { return new XMLHttpRequest(); }", script.ErrScript},
		"a promise":             {"async function FindProxyForURL() { return 'DIRECT'; }", script.ErrScript},
		"a proxy of everything": {"FindProxyForURL = new Proxy(function () {}, { apply: function () { throw 'secret'; } });", script.ErrScript},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := script.Find(script.Question{Text: c.text, Limit: 200 * time.Millisecond})
			if got != "" || !errors.Is(err, c.want) || strings.Contains(fmt.Sprint(err), "secret") {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	for _, text := range []string{"function FindProxyForURL() {}", "function FindProxyForURL() { return null; }"} {
		if got, err := script.Find(script.Question{Text: text}); got != "" || err != nil {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}

// Nothing in this package can connect or look a name up.
func TestNoNetwork(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if found := regexp.MustCompile(`net\.(Dial|Lookup|Resolve|Listen|Default)\w*|"net/http"|"os/exec"|goja_nodejs`).Find(text); found != nil {
			t.Errorf("%s has %s", name, found)
		}
	}
}

// What a process says is read as it was meant.
func TestServe(t *testing.T) {
	for text, want := range map[string]error{
		`function FindProxyForURL() { return "DIRECT"; }`: nil, `throw 1`: script.ErrScript, `while (1) {}`: script.ErrLimit,
	} {
		q, err := json.Marshal(script.Question{Text: text, Limit: 200 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := script.Serve(bytes.NewReader(q), &out); err != nil {
			t.Fatal(err)
		}
		if got, err := script.Read(out.Bytes()); !errors.Is(err, want) || (want == nil) != (got == "DIRECT") {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	if err := script.Serve(strings.NewReader("{"), new(bytes.Buffer)); err == nil {
		t.Error("half a question was answered")
	}
	if _, err := script.Read(nil); !errors.Is(err, script.ErrLimit) {
		t.Errorf("nothing was read as %v", err)
	}
}

// Any script ends, with an answer that is short enough or an error of two kinds.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{
		`function FindProxyForURL(url, host) { return shExpMatch(host, "*.org") ? "PROXY a:1" : "DIRECT"; }`,
		`FindProxyForURL = isInNet`, `FindProxyForURL = dateRange`, `FindProxyForURL = weekdayRange`, `function FindProxyForURL() { return timeRange(-1, 1e99, NaN, "GMT"); }`,
		`Object.prototype.toString = function () { return this }; FindProxyForURL = eval`, `var FindProxyForURL = (a) => /(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaa!") + ""`,
		`function* FindProxyForURL() {}`, "\u2028FindProxyForURL=String.raw`\\u{}`", `class A { static { for(;;){} } }`,
	} {
		f.Add(seed, "imap.example.org")
	}
	f.Fuzz(func(t *testing.T, text, host string) {
		if len(text) > 2000 {
			return
		}
		got, err := script.Find(script.Question{Text: text, URL: "https://" + host + "/", Host: host, Now: saturday(), Limit: 50 * time.Millisecond})
		if len(got) > script.MaxAnswer || err != nil && (got != "" || !errors.Is(err, script.ErrScript) && !errors.Is(err, script.ErrLimit)) {
			t.Errorf("%d octets, %v", len(got), err)
		}
	})
}

func ExampleFind() {
	answer, err := script.Find(script.Question{
		Text: `function FindProxyForURL(url, host) { return dnsDomainIs(host, ".example.org") ? "DIRECT" : "SOCKS5 proxy:1080"; }`,
		URL:  "https://imap.example.com:993/", Host: "imap.example.com",
	})
	fmt.Println(answer, err)
	// Output: SOCKS5 proxy:1080 <nil>
}
