package role_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/role"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

func load(t testing.TB) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// mailOf reads a made-up mail at Gmail.
func mailOf(c *catalogue.Catalogue, raw string) role.Mail {
	m := role.Mail{Header: message.Header([]byte(raw))}
	m.Provider, _ = c.Provider("reader@gmail.com")
	m.From = sender.Identify(m.Header, m.Provider)
	_, body, _ := strings.Cut(raw, "\r\n\r\n")
	refs := reference.Find("text/html", "", []byte(body))
	facts := detect.Gather(m.Header, refs, "reader@gmail.com")
	judge := &detect.Judge{Catalogue: c}
	for _, r := range refs {
		m.Seen = append(m.Seen, role.Seen{Ref: r, Judgement: judge.Judge(r, facts)})
	}
	return m
}

func Example() {
	c, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	m := role.Mail{Header: message.Header([]byte("From: Shop <news@shop.example>\r\nDKIM-Signature: d=esp.example; s=a\r\n\r\n"))}
	m.From = sender.Identify(m.Header, m.Provider)
	for _, r := range role.Of(m, c) {
		fmt.Println(r.Kind, r.Name, r.Why)
	}
	// Output:
	// sender shop.example [It stands in From, and nobody vouches for it.]
	// emailing-service esp.example [It signed the mail, as esp.example.]
}

// TestOf checks who has which part in made-up mails.
func TestOf(t *testing.T) {
	c := load(t)
	const stamp = "Authentication-Results: mx.google.com; dmarc=pass header.from=shop.example\r\nFrom: Shop <news@shop.example>\r\n"
	links := func(hosts ...string) string {
		var b strings.Builder
		for i, h := range hosts {
			fmt.Fprintf(&b, `<a href="https://%s/%c">Offer</a> `, h, 'a'+i)
		}
		return b.String()
	}
	tests := []struct{ name, raw, want string }{
		{"a mail of its own", stamp + "Return-Path: <b@bounce.shop.example>\r\nDKIM-Signature: d=shop.example\r\n\r\n" + links("shop.example", "www.shop.example"),
			"sender shop.example, mailbox-provider gmail"},
		{"a service by its field", stamp + "X-SG-EID: abc\r\n\r\n" + links("shop.example"),
			"sender shop.example, emailing-service SendGrid, mailbox-provider gmail"},
		{"a service by signature and way back", stamp + "DKIM-Signature: d=shop.example\r\nDKIM-Signature: v=1; d = esp.example ;\r\nReturn-Path: <x@mail.esp.example>\r\n\r\n",
			"sender shop.example, emailing-service esp.example, mailbox-provider gmail"},
		{"a service by the list", stamp + "List-Unsubscribe: <https://u.esp.example/1>\r\nList-Id: <1.list.example>\r\n\r\n",
			"sender shop.example, emailing-service esp.example, emailing-service list.example, mailbox-provider gmail"},
		{"an advertiser and a rented list", stamp + "List-Unsubscribe: <mailto:out@shop.example?subject=x>\r\n\r\n" + links("brand.test", "www.brand.test", "brand.test", "facebook.com"),
			"sender shop.example, list-rental shop.example, advertiser brand.test, mailbox-provider gmail"},
		{"an advertiser", stamp + "\r\n" + links("brand.test", "www.brand.test", "brand.test"),
			"sender shop.example, advertiser brand.test, mailbox-provider gmail"},
		{"its own name elsewhere", stamp + "\r\n" + links("shop.test", "www.shop.test", "img-shop.test"),
			"sender shop.example, mailbox-provider gmail"},
		{"links to all the world", stamp + "\r\n" + links("a.test", "b.test", "c.test", "d.test"),
			"sender shop.example, mailbox-provider gmail"},
		{"nobody", "Subject: x\r\n\r\n", "mailbox-provider gmail"},
		{"a tracker", stamp + "\r\n" + `<img width="1" height="1" src="https://u1.ct.sendgrid.net/wf/open?upn=u001.QWxsIG9mIHRoaXMgaXMgbWFkZSB1cA0102030405">`,
			"sender shop.example, emailing-service SendGrid, tracking-technology SendGrid, mailbox-provider gmail"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var list []string
			for _, r := range role.Of(mailOf(c, tt.raw), c) {
				list = append(list, string(r.Kind)+" "+strings.Replace(r.Name, "Twilio SendGrid", "SendGrid", 1))
				if len(r.Why) == 0 || slices.ContainsFunc(r.Why, func(s string) bool { return !strings.HasSuffix(s, ".") }) {
					t.Errorf("%s has the reasons %q", r.Name, r.Why)
				}
			}
			if got := strings.Join(list, ", "); got != tt.want {
				t.Errorf("%s\nnot %s", got, tt.want)
			}
		})
	}
}

// TestReal prints how many real mails show which parts.
func TestReal(t *testing.T) {
	names, _ := filepath.Glob("../../../shared/mail/real/*.eml")
	if len(names) == 0 {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("../shared/mail is missing")
		}
		t.Skip("../shared/mail is missing")
	}
	c, counts, offers := load(t), map[role.Kind]int{}, map[string]int{}
	for _, name := range names[:min(len(names), 400)] {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m := role.Mail{Header: message.Header(raw)}
		m.From = sender.Identify(m.Header, m.Provider)
		for part := range message.Parse(raw).Leaves() {
			text := part.Decode(raw[part.Body.Start:part.Body.End], part.Body.Start)
			if view, ok := message.NewView(part.Charset, text.Bytes()); ok && part.MediaType == "text/html" {
				refs := reference.Find(part.MediaType, part.Location, view.Cells())
				facts := detect.Gather(m.Header, refs, "")
				judge := &detect.Judge{Catalogue: c}
				for _, r := range refs {
					m.Seen = append(m.Seen, role.Seen{Ref: r, Judgement: judge.Judge(r, facts)})
				}
			}
		}
		told := map[role.Kind]bool{}
		for _, r := range role.Of(m, c) {
			if !told[r.Kind] {
				counts[r.Kind]++
			}
			told[r.Kind] = true
			if r.Kind == role.Advertiser {
				offers[sender.OrgDomain(m.From.Domain)+" for "+r.Domain]++
			}
		}
	}
	if counts[role.Service] == 0 || counts[role.Tracker] == 0 {
		t.Error("no real mail shows a service or a tracker")
	}
	t.Logf("%v; %v", counts, offers)
}

// FuzzOf checks that every header has its roles, and every role its reasons.
func FuzzOf(f *testing.F) {
	f.Add("From: a@shop.example\r\nDKIM-Signature: d=;d=x.y\r\nList-Id: <\r\nReturn-Path: <>\r\n\r\n<a href=//b.test>")
	f.Add("From: G:;\r\nList-Unsubscribe: <mailto:>, <http:\r\n\r\n")
	c := load(f)
	f.Fuzz(func(t *testing.T, raw string) {
		m := mailOf(c, raw)
		for _, r := range role.Of(m, c) {
			if r.Name == "" || len(r.Why) == 0 {
				t.Fatalf("%+v", r)
			}
		}
	})
}
