package pac_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/proxy/pac"
)

// ask lets a real interpreter answer for each pair of URL and host.
func ask(t *testing.T, text string, pairs [][2]string) []string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		lab.Missing(t, "node")
	}
	list, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, "-")
	cmd.Stdin = strings.NewReader(text + "\nconsole.log(JSON.stringify(" + string(list) + ".map(function (p) { return FindProxyForURL(p[0], p[1]); })));\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var answers []string
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return answers
}

const ours = "SOCKS5 127.0.0.1:4280"

func TestText(t *testing.T) {
	theirs := map[string]string{
		"none":        "",
		"declared":    "// theirs\nfunction FindProxyForURL(u, h) { return 'PROXY old:3128'; } // end",
		"assigned":    "FindProxyForURL = function (u, h) { return 'PROXY old:3128'; }",
		"same names":  "var unseenHosts = []; function FindProxyForURL(u, h) { return 'PROXY old:3128'; }",
		"not a file":  "var x = 1;",
		"tail quoted": "function FindProxyForURL(u, h) { return 'PROXY ' + 'old:3128' }",
	}
	for name, own := range theirs {
		t.Run(name, func(t *testing.T) {
			text := pac.Text(pac.Config{Hosts: []string{"imap.Example.org.", "smtp.example.org"}, Ports: []int{465, 587, 993}, SOCKS: "127.0.0.1:4280", Theirs: own})
			rest := "DIRECT"
			if strings.Contains(own, "old") {
				rest = "PROXY old:3128"
			}
			rows := []struct{ url, host, want string }{
				{"imap://imap.example.org/", "imap.example.org", ours},
				{"imaps://imap.example.org:993/", "imap.example.org", ours},
				{"smtp://smtp.example.org/", "SMTP.EXAMPLE.ORG", ours},
				{"imap://imap.example.org./", "imap.example.org.", ours},
				{"https://smtp.example.org:465/", "smtp.example.org", ours},
				{"http://smtp.example.org:587", "smtp.example.org", ours},
				{"https://smtp.example.org:8443/", "smtp.example.org", rest},
				{"https://smtp.example.org/a:465/", "smtp.example.org", rest},
				{"https://other.example.org:465/", "other.example.org", rest},
				{"https://imap.example.org/", "imap.example.org", rest},
				{"imap://imap.example.com/", "imap.example.com", rest},
				{"imap://x.imap.example.org/", "x.imap.example.org", rest},
				{"http://img.example.org/", "img.example.org", rest},
			}
			pairs := make([][2]string, len(rows))
			for i, r := range rows {
				pairs[i] = [2]string{r.url, r.host}
			}
			for i, got := range ask(t, text, pairs) {
				if got != rows[i].want {
					t.Errorf("%s: %q, want %q", rows[i].url, got, rows[i].want)
				}
				// Where nobody listens there, mail must not find another way.
				if rows[i].want == ours && strings.Contains(got, "DIRECT") {
					t.Errorf("%s has a way round: %q", rows[i].url, got)
				}
			}
		})
	}
}

// No name can end the list that it stands in.
func TestNamesAreQuoted(t *testing.T) {
	text := pac.Text(pac.Config{Hosts: []string{`"]; throw 1; //`, "</script>", "a\nb"}, SOCKS: "127.0.0.1:4280"})
	if got := ask(t, text, [][2]string{{"imap://a/", "a"}}); got[0] != "DIRECT" {
		t.Errorf("answer is %q", got)
	}
}

func TestDataURL(t *testing.T) {
	_, code, _ := strings.Cut(pac.DataURL("x = 1;"), ",")
	if text, err := base64.StdEncoding.DecodeString(code); err != nil || string(text) != "x = 1;" {
		t.Errorf("%q, %v", text, err)
	}
}

func ExampleText() {
	text := pac.Text(pac.Config{Hosts: []string{"imap.example.org"}, SOCKS: "127.0.0.1:4280"})
	fmt.Println(strings.Contains(text, `return "SOCKS5 127.0.0.1:4280";`))
	// Output: true
}

// Whatever a name holds, the file says it as text, on one line, and nothing follows it.
func FuzzText(f *testing.F) {
	f.Add("imap.example.org")
	f.Add("\"]; throw 1; //\n\u2028")
	f.Fuzz(func(t *testing.T, host string) {
		text := pac.Text(pac.Config{Hosts: []string{host}, SOCKS: "127.0.0.1:4280"})
		lines := strings.Split(text, "\n")
		list, ok := strings.CutPrefix(lines[1], "var unseenHosts = ")
		var names []string
		if err := json.Unmarshal([]byte(strings.TrimSuffix(list, ";")), &names); err != nil || !ok || len(names) != 1 {
			t.Fatalf("%q is written as %q: %v", host, lines[1], err)
		}
		if !strings.HasPrefix(lines[2], "var unseenPorts") {
			t.Fatalf("%q goes on: %q", host, lines[2])
		}
	})
}
