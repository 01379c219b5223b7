package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// lines puts CR LF at the end of each line.
func lines(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// Notices as programs make them; the words in them are this project's.
const (
	fromThunderbird = `From: Anna <anna@mail.example>
To: News <news@shop.example>
Subject: Return Receipt (displayed) - Coats
Message-ID: <r1@mail.example>
In-Reply-To: <1@shop.example>
References: <1@shop.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification;
 boundary="mdn1"

--mdn1
Content-Type: text/plain; charset=UTF-8

This says that the mail was displayed.

--mdn1
Content-Type: message/disposition-notification; name="MDNPart2.txt"
Content-Disposition: inline
Content-Transfer-Encoding: 7bit

Reporting-UA: mail.example; Thunderbird 153
Final-Recipient: rfc822;anna@mail.example
Original-Message-ID: <1@shop.example>
Disposition: manual-action/MDN-sent-manually; displayed

--mdn1
Content-Type: text/rfc822-headers; name="MDNPart3.txt"

From: News <news@shop.example>
Disposition-Notification-To: news@shop.example

--mdn1--
`
	fromOutlook = `From: "Anna" <anna@mail.example>
To: "News" <NEWS@SHOP.EXAMPLE>
Subject: Read: Coats
MIME-Version: 1.0
Content-Type: multipart/report;
	report-type="disposition-notification";
	boundary="----=_NextPart_000_0001"
X-Mailer: Microsoft Outlook 16.0

This is a multi-part message in MIME format.

------=_NextPart_000_0001
Content-Type: text/plain;
	charset="utf-8"
Content-Transfer-Encoding: 8bit

It was read.

------=_NextPart_000_0001
Content-Type: message/disposition-notification
Content-Transfer-Encoding: quoted-printable
Content-Disposition: inline

Reporting-UA: mail.example; Microsoft Outlook 16.0
Original-Message-ID: <1@shop=2Eexample>
Disposition: automatic-action/MDN-sent-automatically; deleted

------=_NextPart_000_0001--
`
	fromScript = `To: news@shop.example
In-Reply-To: <1@shop.example>
Content-Type: message/disposition-notification

Disposition: manual-action/MDN-sent-automatically; dispatched/error
`
)

func TestReadNotice(t *testing.T) {
	shop := []string{"news@shop.example"}
	for name, c := range map[string]struct {
		mail string
		want Notice
	}{
		"Thunderbird":           {fromThunderbird, Notice{shop, "<1@shop.example>", "displayed", false}},
		"Outlook, by itself":    {fromOutlook, Notice{shop, "<1@shop.example>", "deleted", true}},
		"a script for mutt":     {fromScript, Notice{shop, "<1@shop.example>", "dispatched", true}},
		"in UTF-8 (RFC 6533)":   {strings.Replace(fromScript, "message/disp", "message/global-disp", 1), Notice{shop, "<1@shop.example>", "dispatched", true}},
		"capitals and comments": {strings.Replace(fromThunderbird, "multipart/report; report-type=disposition-notification", "Multipart/REPORT; Report-Type=Disposition-Notification", 1), Notice{shop, "<1@shop.example>", "displayed", false}},
		"without its label":     {strings.Replace(fromThunderbird, "report-type=disposition-notification;", "", 1), Notice{shop, "<1@shop.example>", "displayed", false}},
		"as any mixed mail":     {strings.Replace(fromThunderbird, "multipart/report; report-type=disposition-notification", "multipart/mixed", 1), Notice{shop, "<1@shop.example>", "displayed", false}},
		"without its part":      {strings.Replace(fromThunderbird, "message/disposition-notification", "text/plain", 1), Notice{shop, "<1@shop.example>", "", false}},
		"a label that is cut":   {"To: news@shop.example\nContent-Type: multipart/report; report-type=\"disposition-notification\n\nx\n", Notice{To: shop}},
		"to several":            {strings.Replace(fromScript, "To: news", "Cc: b@other.example\nTo: news", 1), Notice{append(shop, "b@other.example"), "<1@shop.example>", "dispatched", true}},
	} {
		got, ok := ReadNotice([]byte(lines(c.mail)))
		if !ok || fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %+v, %v", name, got, ok)
		}
	}
}

func TestNoNotice(t *testing.T) {
	enclosed := "Subject: Look\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\n" +
		fromThunderbird + "\n--b--\n"
	for name, mail := range map[string]string{
		"a letter":               "Subject: Read: disposition-notification\n\nDisposition: displayed\n",
		"a report on a delivery": strings.NewReplacer("disposition-notification", "delivery-status", "Disposition:", "Action:").Replace(fromThunderbird),
		"a notice of others":     enclosed,
		"one that asks":          "Disposition-Notification-To: a@b.example\n\nhello\n",
		"nothing":                "",
	} {
		if n, ok := ReadNotice([]byte(lines(mail))); ok {
			t.Errorf("%s is taken for %+v", name, n)
		}
	}
}

// A kept is what passes on.
type kept struct {
	bytes.Buffer
	closed bool
}

func (k *kept) Close() error { k.closed = true; return nil }

// In whatever pieces a mail comes, what is no notice passes to the octet and nobody
// is asked; a notice passes only if that is the answer, to the octet too.
func TestHoldNotices(t *testing.T) {
	no := errors.New("no")
	letter := "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("text and more text\n", 8000)
	mails := []string{fromThunderbird, fromOutlook, fromScript, letter, "", "no header at all", "Subject: short\n\nhello\n",
		fromThunderbird + strings.Repeat("behind it\n", 20_000)}
	asked := 0
	rapid.Check(t, func(rt *rapid.T) {
		mail := lines(rapid.SampledFrom(mails).Draw(rt, "mail"))
		_, isNotice := ReadNotice([]byte(mail))
		answer := rapid.SampledFrom([]error{nil, no}).Draw(rt, "answer")
		var out kept
		asks := 0
		w := HoldNotices(&out, func(Notice) error { asks++; return answer })
		for rest := mail; rest != ""; {
			n := min(len(rest), rapid.SampledFrom([]int{1, 7, 100, 5000, 1 << 20}).Draw(rt, "n"))
			if n < 100 && len(rest) > 3000 {
				n = 3000
			}
			if _, err := io.WriteString(w, rest[:n]); err != nil {
				rt.Fatal(err)
			}
			if isNotice && out.Len() > 0 {
				rt.Fatal("a notice began to leave")
			}
			rest = rest[n:]
		}
		err := w.Close()
		asked += asks
		switch {
		case (asks == 1) != isNotice || asks > 1:
			rt.Fatalf("asked %d times", asks)
		case isNotice && answer != nil && (!errors.Is(err, no) || out.Len() > 0 || out.closed):
			rt.Fatalf("it left: %v", err)
		case (!isNotice || answer == nil) && (err != nil || out.String() != mail || !out.closed):
			rt.Fatalf("it is not as it came: %v", err)
		}
	})
	if asked == 0 {
		t.Error("nobody was ever asked: the test shows nothing")
	}
}

// What a stranger wrote cannot break the reply.
func TestWithheldReply(t *testing.T) {
	e := &WithheldError{Code: 450, Status: "4.7.1", Text: "to \r\n250 ok\x00 é " + strings.Repeat("x", 2000)}
	text := e.reply().String()
	if strings.Count(text, "\n") != 1 || len(text) > 512 || !strings.HasPrefix(text, "450 4.7.1 to ??250 ok") {
		t.Errorf("%.80q, %d octets", text, len(text))
	}
}

func FuzzReadNotice(f *testing.F) {
	for _, seed := range []string{fromThunderbird, fromOutlook, fromScript, "", "Content-Type: multipart/report\n\n"} {
		f.Add([]byte(lines(seed)))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, ok := ReadNotice(raw)
		if !ok && (n.Original != "" || len(n.To) > 0) {
			t.Fatalf("no notice, and yet %+v", n)
		}
		if ok && !MayBeNotice(raw, false) {
			t.Fatal("its header does not say so, so it would pass")
		}
		if slices.ContainsFunc(n.To, func(to string) bool { return strings.ContainsAny(to, "\r\n") }) {
			t.Fatalf("an address of two lines: %q", n.To)
		}
	})
}
