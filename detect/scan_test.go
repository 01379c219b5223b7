package detect_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

func ExampleScan() {
	rules, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	raw := []byte("From: News <news@shop.example>\r\n" +
		"Content-Type: text/html\r\n" +
		"\r\n" +
		"<img src=https://shop.example/logo.png>\r\n" +
		"<img src=https://shop.example/o/83721.gif width=1 height=1>\r\n")
	report := detect.Scan(raw, &detect.Judge{Catalogue: rules}, detect.ScanOptions{Source: "news.eml"})
	fmt.Println(report.References, "references,", len(report.Gaps), "gaps")
	for _, f := range report.Findings {
		fmt.Printf("%s at %d: %s (%s), %s\n", f.Kind, f.Offset, f.Verdict, f.Certainty, f.Action)
		fmt.Println(strings.Join(f.Reasons, "\n"))
	}
	// Output:
	// 2 references, 0 gaps
	// pixel at 109: suspected (strong), hold
	// There is nothing to see, so it is loaded for another end.
	// Its path holds 5 characters that look like a name for you or for this one mail.
}

const pixel = "https://mail.brand.example/wf/open?upn=u001.fakeTokenForTests0001"

// mail makes a message of header lines and a body.
func mail(body string, lines ...string) []byte {
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n" + body)
}

// TestFindingJSON holds the schema fast: names, order, and null for what is not
// there.
func TestFindingJSON(t *testing.T) {
	raw := mail(`<img src="`+pixel+`" width=1 height=1>`, "Content-Type: text/html")
	r := detect.Scan(raw, newJudge(t), detect.ScanOptions{Source: "a.eml"})
	if len(r.Findings) != 1 || len(r.Gaps) != 0 || r.References != 1 {
		t.Fatalf("%+v", r)
	}
	got, err := json.Marshal(r.Findings[0])
	if err != nil {
		t.Fatal(err)
	}
	f := r.Findings[0]
	want := `{"message_sha256":"` + r.MessageSHA256 + `","source":"a.eml","part":"1","offset":37,"length":65,"vector":"img src","kind":"pixel",` +
		`"url":"` + pixel + `","host":"mail.brand.example","verdict":"tracker","certainty":"strong","individualised":"yes",` +
		`"token":{"where":"query","kind":"random","length":26},"leak":null,"vendor":"sendgrid","purposes":["performance","deliverability"],` +
		`"exemption":null,"reasons":["It has the form that Twilio SendGrid uses to learn that a mail was opened."],` +
		`"rules":["` + f.Rules[0] + `"],"rule_edition":"` + f.RuleEdition + `","action":"hold"}`
	if string(got) != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	clean := detect.Scan(mail(`<img src="cid:a">`, "Content-Type: text/html"), newJudge(t), detect.ScanOptions{All: true})
	got, err = json.Marshal(clean.Findings[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"certainty":null`, `"token":null`, `"vendor":null`, `"purposes":[]`, `"rules":[]`, `"action":"leave"`} {
		if !strings.Contains(string(got), part) {
			t.Errorf("%s is not in %s", part, got)
		}
	}
}

// TestScan checks where findings are, and what becomes of them.
func TestScan(t *testing.T) {
	img := `<p>hello<img src="` + pixel + `" width=1 height=1></p>`
	quoted := "<p>hello<img src=3D\"" + strings.ReplaceAll(pixel[:30], "=", "=3D") + "=\r\n" + strings.ReplaceAll(pixel[30:], "=", "=3D") + "\" width=3D1>"
	tests := []struct {
		name                string
		raw                 []byte
		part, action, where string
	}{
		{"one part", mail(img, "Content-Type: text/html"), "1", "hold", pixel},
		{"charset of one octet", mail(img, "Content-Type: text/html; charset=windows-1251"), "1", "hold", pixel},
		{"quoted-printable over two lines", mail(quoted, "Content-Type: text/html", "Content-Transfer-Encoding: quoted-printable"), "1", "hold", "=3D"},
		{"base64", mail(base64.StdEncoding.EncodeToString([]byte(img)), "Content-Type: text/html", "Content-Transfer-Encoding: base64"), "1", "hold", ""},
		{"alternative", mail("--b\r\n\r\nhello\r\n--b\r\nContent-Type: text/html\r\n\r\n"+img+"\r\n--b--\r\n", "Content-Type: multipart/alternative; boundary=b"), "2", "hold", pixel},
		{"forwarded as a whole", mail("Content-Type: text/html\r\n\r\n"+img, "Content-Type: message/rfc822"), "1.1", "hold", pixel},
		{"signed", mail("--b\r\nContent-Type: text/html\r\n\r\n"+img+"\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n", "Content-Type: multipart/signed; boundary=b"), "1", "ungated", pixel},
		{"style sheet", mail(".a { background: url("+pixel+") }", "Content-Type: text/css"), "1", "hold", pixel},
		{"link", mail(`<a href="https://mail.brand.example/ls/click?upn=u001.fakeTokenForTests0001">x</a>`, "Content-Type: text/html"), "1", "gate", "https://mail.brand.example/ls/click"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := detect.Scan(tt.raw, newJudge(t), detect.ScanOptions{})
			if len(r.Findings) != 1 {
				t.Fatalf("%+v", r)
			}
			f := r.Findings[0]
			if f.Verdict != detect.Tracker || f.Part != tt.part || f.Action != tt.action {
				t.Errorf("%+v", f)
			}
			if raw := string(tt.raw[f.Offset : f.Offset+f.Length]); !strings.Contains(raw, tt.where) {
				t.Errorf("at %d stands %q", f.Offset, raw)
			}
		})
	}
}

func TestScanReceipts(t *testing.T) {
	raw := mail("hello", "Subject: x", "Disposition-Notification-To:\r\n News <News@shop.example>", "RETURN-RECEIPT-TO: broken", "Content-Type: text/plain")
	r := detect.Scan(raw, newJudge(t), detect.ScanOptions{})
	if len(r.Findings) != 2 {
		t.Fatalf("%+v", r)
	}
	f := r.Findings[0]
	if f.Kind != reference.Receipt || f.URL != "mailto:news@shop.example" || f.Host != "shop.example" || f.Part != "HEADER" || f.Purposes[0] != "receipt" || f.Action != "leave" {
		t.Errorf("%+v", f)
	}
	if got := string(raw[f.Offset : f.Offset+f.Length]); got != "News <News@shop.example>" {
		t.Errorf("%q", got)
	}
	if f := r.Findings[1]; f.URL != "" || f.Vector != detect.HeaderReturnReceipt {
		t.Errorf("%+v", f)
	}
}

// TestScanGaps checks that what was not read is said.
func TestScanGaps(t *testing.T) {
	r := detect.Scan(mail("x", "Content-Type: text/html; charset=utf-7"), newJudge(t), detect.ScanOptions{})
	if len(r.Findings) != 0 || len(r.Gaps) != 1 || r.Gaps[0].Reason != "charset" {
		t.Errorf("%+v", r)
	}
}

func TestScanUngated(t *testing.T) {
	raw := mail(`<img src="`+pixel+`"><img src="https://shop.example/a.png">`, "Content-Type: text/html")
	r := detect.Scan(raw, newJudge(t), detect.ScanOptions{All: true, Ungated: func(_ string, at message.Range) bool { return at.Start > 100 }})
	if len(r.Findings) != 2 || r.Findings[0].Action != "hold" || r.Findings[1].Action != "ungated" {
		t.Errorf("%+v", r.Findings)
	}
}

// TestScanResource checks that what is never asked for is said to be held.
func TestScanResource(t *testing.T) {
	raw := mail(`<style>@import "https://shop.example/a.css";</style>`, "Content-Type: text/html")
	r := detect.Scan(raw, newJudge(t), detect.ScanOptions{All: true})
	if len(r.Findings) != 1 || r.Findings[0].Kind != reference.Resource || r.Findings[0].Action != detect.ActionHold {
		t.Errorf("%+v", r.Findings)
	}
}

// TestScanFacts checks that a scan reads recipient, choices and spacers itself.
func TestScanFacts(t *testing.T) {
	raw := mail(strings.Repeat(`<img src="https://shop.example/s.gif" width=1 height=1>`, 3)+
		`<img src="https://shop.example/b.png?e=reader@home.example"><a href="https://shop.example/u?x=1">x</a>`,
		"To: reader@home.example", "List-Unsubscribe: <https://shop.example/u?x=1>", "Content-Type: text/html")
	r := detect.Scan(raw, newJudge(t), detect.ScanOptions{All: true})
	want := []detect.Verdict{detect.Clean, detect.Clean, detect.Clean, detect.Tracker, detect.Exempt}
	if len(r.Findings) != len(want) {
		t.Fatalf("%+v", r)
	}
	for i, f := range r.Findings {
		if f.Verdict != want[i] {
			t.Errorf("%d: %+v", i, f)
		}
	}
}

// TestScanAnything scans anything: it answers, and points into the message.
func TestScanAnything(t *testing.T) {
	j := newJudge(t)
	piece := rapid.SampledFrom([]string{"Content-Type: text/html", "Content-Type: multipart/mixed; boundary=b", "Content-Transfer-Encoding: base64",
		"Content-Transfer-Encoding: quoted-printable", "\r\n", "\r\n\r\n", "--b\r\n", "--b--\r\n", `<img src="` + pixel + `">`, "=\r\n", "=3D", "<a href=x", "PGltZyBzcmM9", "\x00\xff",
		"Disposition-Notification-To: a@b.example", "Content-Type: message/rfc822", "style='background:url(//x.example/a)'>"})
	rapid.Check(t, func(t *rapid.T) {
		raw := []byte(strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(t, "pieces"), ""))
		check(t, raw, detect.Scan(raw, j, detect.ScanOptions{All: true}))
	})
}

// TestScanCorpus does the same with real mails.
func TestScanCorpus(t *testing.T) {
	j, verdicts := newJudge(t), map[detect.Verdict]int{}
	for i, name := range corpus(t, "*/*.eml") {
		if testing.Short() && i%10 != 0 {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r := detect.Scan(raw, j, detect.ScanOptions{All: true})
		check(t, raw, r)
		for _, f := range r.Findings {
			verdicts[f.Verdict]++
		}
	}
	t.Logf("%v", verdicts)
}

// check holds a report against its message.
func check(t interface {
	Errorf(format string, args ...any)
}, raw []byte, r detect.Report) {
	if r.References != len(r.Findings) {
		t.Errorf("%d references, %d findings", r.References, len(r.Findings))
	}
	for _, f := range r.Findings {
		if f.Offset < 0 || f.Length < 0 || f.Offset+f.Length > len(raw) {
			t.Errorf("outside of the message: %+v", f)
		}
		if f.Part == "" || f.Action == "" || len(f.Reasons) == 0 || f.RuleEdition == "" {
			t.Errorf("incomplete: %+v", f)
		}
	}
}
