package detect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A mail made of addresses is judged as far as the limit, and that is said.
func TestScanLimit(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	judge := &detect.Judge{Catalogue: rules}
	raw := "From: a@shop.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
	for range 2 {
		raw += "--x\nContent-Type: text/html\n\n" + strings.Repeat(`<img src="https://img.shop.example/a.png">`+"\n", 15_000)
	}
	report := detect.Scan([]byte(raw+"--x--\n"), judge, detect.ScanOptions{})
	if report.References != 20_000 {
		t.Errorf("%d references", report.References)
	}
	if want := []message.Gap{{Section: "2", Reason: "references"}}; !slices.Equal(report.Gaps, want) {
		t.Errorf("gaps %v", report.Gaps)
	}
}
