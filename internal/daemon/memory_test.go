package daemon_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

var loadToken = regexp.MustCompile(`/p/([A-Za-z0-9]{22})`)

// A letter is one mail of a sender to one of the reader's addresses.
type letter struct {
	to, subject, html string
	day               int
	// forged says that nobody vouches for it.
	forged bool
}

// raw writes it.
func (l letter) raw() string {
	mail := mailFrom("shop.example", l.html+"<p>Spring has come to our shop, with shoes, hats and coats.</p>")
	mail = strings.ReplaceAll(mail, reader, l.to)
	mail = strings.Replace(mail, "Subject: Hello", "List-Id: <news.shop.example>\nDate: "+time.Date(2026, 1, 1+l.day, 10, 0, 0, 0, time.UTC).Format(time.RFC1123Z)+"\nSubject: "+l.subject, 1)
	mail = strings.Replace(mail, "<1@", fmt.Sprintf("<%d.%s.%d@", len(l.html), l.to[:6], l.day), 1)
	if l.forged {
		mail = strings.ReplaceAll(mail, "=pass", "=fail")
	}
	return mail
}

// hero is a picture that anybody would take for one of a store.
func hero(name string) string {
	return `<img src="https://img.shop.example/media/hero-` + name + `.jpg" width="600" height="300" alt="Spring">` +
		`<a href="https://shop.example/spring-coats-and-hats">Coats and hats for the spring</a>`
}

// learns waits until something is known of a sender from as many mails.
func (h *house) learns(sender string, mails int, want func(api.Learned) bool) api.Learned {
	h.t.Helper()
	var last []api.Learned
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		list, err := h.client.Learned(context.Background(), api.LearnedQuery{Sender: sender})
		if err != nil {
			h.t.Fatal(err)
		}
		if last = list; len(list) == 1 && list[0].Mails == mails && want(list[0]) {
			return list[0]
		}
	}
	h.t.Fatalf("after a while, this is known: %+v", last)
	return api.Learned{}
}

// says is whether a sentence about a form begins so.
func says(form, text string) func(api.Learned) bool {
	return func(l api.Learned) bool {
		return slices.ContainsFunc(l.Forms, func(f api.LearnedForm) bool {
			return strings.Contains(f.Form, form) && slices.ContainsFunc(f.Says, func(s string) bool { return strings.Contains(s, text) })
		})
	}
}

// verdict is what the first load of a mail is held to be, and why.
func (h *house) verdict(mail string) (string, []string) {
	h.t.Helper()
	found := loadToken.FindStringSubmatch(mail)
	if found == nil {
		h.t.Fatal("the mail has no load")
	}
	list, err := h.client.WouldSend(context.Background(), api.SendingRequest{Token: found[1]})
	if err != nil || len(list) != 1 {
		h.t.Fatalf("%+v, %v", list, err)
	}
	return list[0].Verdict, list[0].Purposes
}

// TestTwins checks that copies of one mailing to two addresses of the reader are
// compared, that what they prove holds for single mails of the sender, is kept and
// told, and can be forgotten.
func TestTwins(t *testing.T) {
	other := "anna+shop@mail.example"
	h := newHouse(t,
		letter{to: reader, subject: "Spring", html: hero("7f3a9c2e51d84b06")}.raw(),
		letter{to: other, subject: "Spring", html: hero("1b06a1c2d3e4f506")}.raw(),
		letter{to: reader, subject: "Summer", html: hero("99aa12c4d3e4f507"), day: 30}.raw(),
	)
	h.start()
	mails := h.fetch(h.connect(anywhere), "INBOX")
	known := h.learns("shop.example", 3, says("hero-{}.jpg", "differed between 2 recipients"))
	if !known.Vouched || bytes.Contains(known.History, []byte("7f3a9c2e")) {
		t.Errorf("%+v", known)
	}
	if v, purposes := h.verdict(mails[2]); v != "tracker" || !slices.Contains(purposes, "performance") {
		t.Errorf("a single mail of the form: %s %v", v, purposes)
	}
	h.restart()
	h.learns("shop.example", 3, says("hero-{}.jpg", "differed between 2 recipients"))
	if v, _ := h.verdict(mails[2]); v != "tracker" {
		t.Errorf("after a restart: %s", v)
	}
	done, err := h.client.Forget(context.Background(), api.ForgetRequest{Sender: "shop.example"})
	if err != nil || done.Learned == 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	if list, err := h.client.Learned(context.Background(), api.LearnedQuery{Sender: "shop.example"}); err != nil || len(list) != 0 {
		t.Errorf("after it was forgotten: %+v, %v", list, err)
	}
	if v, _ := h.verdict(mails[2]); v == "tracker" {
		t.Error("what was forgotten still counts")
	}
}

// TestAggregate checks that what all copies have is said to be everybody's, if
// somebody vouches for the mail, and not otherwise.
func TestAggregate(t *testing.T) {
	same := `<img src="https://t.shop.example/o/7f3a9c2e51d84b06a1c2.gif" width="1" height="1">` + hero("spring")
	for _, forged := range []bool{false, true} {
		t.Run(fmt.Sprint("forged ", forged), func(t *testing.T) {
			h := newHouse(t, letter{to: reader, subject: "Spring", html: same, forged: forged}.raw(),
				letter{to: "anna+shop@mail.example", subject: "Spring", html: same, forged: forged}.raw())
			h.start()
			mails := h.fetch(h.connect(anywhere), "INBOX")
			h.learns("shop.example", 2, says("t.shop.example/o/{}.gif", "2 recipients got the same"))
			if v, _ := h.verdict(mails[0]); (v == "exempt") == forged {
				t.Errorf("it is %s", v)
			}
		})
	}
}

// TestHistory checks that mail upon mail shows what names the reader.
func TestHistory(t *testing.T) {
	var mails []string
	for i := range 4 {
		for who, token := range map[string]string{reader: "7f3a9c2e51d84b06a1c2", "anna+shop@mail.example": "1b06a1c2d3e4f5067788"} {
			html := fmt.Sprintf(`<img src="https://img.shop.example/media/%s/banner-%d.jpg" width="600" height="300" alt="No. %d">`, token, 550000+i, i)
			mails = append(mails, letter{to: who, subject: fmt.Sprintf("Issue %c", 'A'+i), html: html, day: i * 8}.raw())
		}
	}
	h := newHouse(t, mails...)
	h.start()
	got := h.fetch(h.connect(anywhere), "INBOX")
	h.learns("shop.example", 8, says("/media/{}/banner-{n}.jpg", "another one for each of 2 of your addresses"))
	if v, _ := h.verdict(got[0]); v != "tracker" {
		t.Errorf("it is %s", v)
	}
}
