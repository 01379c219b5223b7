package detect_test

import (
	"bytes"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// What is known of a mail is judged as it was when the mail was there.
func TestReviewIsScan(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	j := &detect.Judge{Catalogue: rules}
	head := "From: Shop <news@shop.example>\r\nTo: anna@example.org\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\nSubject: Coats\r\n" +
		"Disposition-Notification-To: news@shop.example\r\nContent-Type: text/html\r\n\r\n"
	body := `<base href="https://shop.example/"><img src="https://click.shop.example/track/open.php?u=30400001&amp;id=0123456789abcdef0123456789abcdef" width=1 height=1>` +
		`<img src="https://img.shop.example/logo.png"><a href="https://shop.example/?to=anna@example.org">Coats</a><a href="https://shop.example/u?id=0123456789abcdef0123456789abcdef">Unsubscribe</a>`
	want := detect.Scan([]byte(head+body), j, detect.ScanOptions{All: true}).Findings
	var known []detect.Known
	for _, r := range reference.HTML([]byte(body)) {
		known = append(known, detect.Known{Part: "1", At: message.Range{Start: len(head) + r.Slot.Start, End: len(head) + r.Slot.End}, Ref: r})
	}
	got := detect.Review([]byte(head), known, j, "")
	if len(got) != len(want) || len(want) != 5 {
		t.Fatalf("%d findings, %d of the scan", len(got), len(want))
	}
	for i := range want {
		a, b := &got[i], &want[i]
		if a.URL != b.URL || a.Verdict != b.Verdict || a.Certainty != b.Certainty || a.Kind != b.Kind || a.Part != b.Part || a.Host != b.Host ||
			a.Offset != b.Offset || a.Length != b.Length || (a.Leak == nil) != (b.Leak == nil) || (a.Exemption == nil) != (b.Exemption == nil) {
			t.Errorf("%+v\nthe scan: %+v", a, b)
		}
	}
}

// Nothing is known of nothing, and a header alone has its receipts.
func TestReviewOfLittle(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	j := &detect.Judge{Catalogue: rules}
	for _, header := range []string{"", "\r\n", "no header at all", "From: a@b.example\r\n\r\n"} {
		if got := detect.Review([]byte(header), nil, j, ""); len(got) != 0 {
			t.Errorf("%q: %+v", header, got)
		}
	}
	asking := bytes.Repeat([]byte("Disposition-Notification-To: a@b.example\r\n"), 3)
	if got := detect.Review(asking, nil, j, "anna@example.org"); len(got) != 3 || got[0].Kind != reference.Receipt {
		t.Errorf("%+v", got)
	}
}
