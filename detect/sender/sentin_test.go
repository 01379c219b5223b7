package sender_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// sentIn reads the header of a mail of testdata.
func sentIn(t testing.TB, name string) message.HeaderFields {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return message.Header(raw)
}

// TestSentIn checks who sent mails as they lie in boxes of several providers.
func TestSentIn(t *testing.T) {
	// A server of the reader's own, whose name they confirmed.
	own := sender.Provider{AuthServIDs: []string{"mail.reader.example"}, Stamps: catalogue.StampsDKIMSPF}
	tests := []struct {
		mail     string
		provider sender.Provider
		key, how string
		why      string
	}{
		{"gmail", known(t, "gmail.com"), "shop.example", "dmarc", ""},
		{"outlook", known(t, "outlook.com"), "shop.example", "dmarc", ""},
		{"rspamd", own, "shop.example", "dmarc", ""},
		{"rspamd", known(t, "reader.example"), "shop.example", "", "not known what"},
		{"rspamd", known(t, "gmail.com"), "shop.example", "", "Somebody other"},
		{"gmail", own, "shop.example", "", "Somebody other"},
		{"unstamped", known(t, "mailo.com"), "shop.example", "", "does not say"},
		{"unstamped", known(t, "gmail.com"), "shop.example", "", "has not checked"},
		{"forwarder", known(t, "gmail.com"), "shop.example", "arc", ""},
		{"forwarder-unsealed", known(t, "gmail.com"), "shop.example", "", "not from shop.example"},
		{"forwarder-stranger", known(t, "gmail.com"), "shop.example", "", "not from shop.example"},
		{"forwarder-unchecked", known(t, "gmail.com"), "shop.example", "", "not from shop.example"},
		{"list-rewritten", known(t, "gmail.com"), "talk@groups.io talk.lists.example", "dmarc", ""},
		{"list-kept", known(t, "gmail.com"), "brand.example", "", "nothing that shows"},
		{"forged-below", known(t, "gmail.com"), "shop.example", "", "not from shop.example"},
		{"forged-above", known(t, "gmail.com"), "shop.example", "", "Somebody other"},
		{"look-alike", known(t, "gmail.com"), "paypai.example", "dmarc", ""},
		{"gmail-one", known(t, "gmail.com"), "ann.writes@gmail.com", "dmarc", ""},
		{"gmail-two", known(t, "gmail.com"), "bob.writes@gmail.com", "dmarc", ""},
		{"two-authors", known(t, "gmail.com"), "shop.example", "dmarc", ""},
	}
	for _, tt := range tests {
		t.Run(tt.mail+" "+tt.provider.ID, func(t *testing.T) {
			s := sender.Identify(sentIn(t, tt.mail), tt.provider)
			if s.Key != tt.key || s.How != tt.how || s.Authenticated != (tt.how != "") || !strings.Contains(s.Why, tt.why) || (s.Why == "") != (tt.how != "") {
				t.Errorf("%+v", s)
			}
		})
	}
	one := sender.Identify(sentIn(t, "look-alike"), known(t, "gmail.com"))
	like, ok := sender.Like(one, []string{"shop.example", "paypal.example"})
	if !ok || like.Key != "paypal.example" || !strings.Contains(like.Why, "two senders") {
		t.Errorf("the look-alike is like %+v", like)
	}
}

// TestChain checks what a chain of seals proves, and what not.
func TestChain(t *testing.T) {
	const from, failed = "From: a@shop.example", "Authentication-Results: mx.google.com; arc=pass (i=1); dmarc=fail header.from=shop.example"
	const seal, signature = "ARC-Seal: i=1; cv=none; d=google.com; b=A", "ARC-Message-Signature: i=1; d=google.com; b=A"
	const seen = "ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass header.from=shop.example"
	second := []string{"ARC-Seal: i=2; cv=pass; d=google.com; b=A", "ARC-Message-Signature: i=2; d=google.com; b=A",
		"ARC-Authentication-Results: i=2; mx.google.com; arc=pass; dmarc=fail header.from=shop.example"}
	with := func(lines ...string) []string { return append([]string{failed, from}, lines...) }
	tests := []struct {
		name  string
		lines []string
		ok    bool
	}{
		{"one", with(seal, signature, seen), true},
		{"two", with(append(second, seal, signature, seen)...), true},
		{"by DKIM alone", with(seal, signature, "ARC-Authentication-Results: i=1; mx.google.com; dkim=pass header.d=shop.example"), true},
		{"none", with(), false},
		{"not checked", []string{"Authentication-Results: mx.google.com; dmarc=fail header.from=shop.example", from, seal, signature, seen}, false},
		{"failed", []string{"Authentication-Results: mx.google.com; arc=fail; dmarc=fail header.from=shop.example", from, seal, signature, seen}, false},
		{"checked twice", []string{"Authentication-Results: mx.google.com; arc=fail; arc=pass; dmarc=fail header.from=shop.example", from, seal, signature, seen}, false},
		{"checked in a comment", []string{"Authentication-Results: mx.google.com; dmarc=fail (arc=pass) header.from=shop.example", from, seal, signature, seen}, false},
		{"both passed and failed", []string{"Authentication-Results: mx.google.com; arc=pass; dmarc=fail header.from=shop.example; dmarc=pass header.from=shop.example", from, seal, signature, seen}, false},
		{"another domain", with(seal, signature, "ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass header.from=evil.example"), false},
		{"failed when it came in", with(seal, signature, "ARC-Authentication-Results: i=1; mx.google.com; dmarc=fail header.from=shop.example"), false},
		{"a stranger's name", with(seal, signature, "ARC-Authentication-Results: i=1; mx.evil.example; dmarc=pass header.from=shop.example"), false},
		{"a stranger's seal", with("ARC-Seal: i=1; cv=none; d=evil.example; b=A", signature, seen), false},
		{"a seal that is not believed", with("ARC-Seal: i=1; cv=none; d=microsoft.com; b=A", signature,
			"ARC-Authentication-Results: i=1; mx.microsoft.com 1; dmarc=pass header.from=shop.example"), false},
		{"a stranger first", with(append(second, "ARC-Seal: i=1; cv=none; d=evil.example; b=A", signature, seen)...), false},
		{"a first that is not one", with("ARC-Seal: i=1; cv=pass; d=google.com; b=A", signature, seen), false},
		{"a second that starts anew", with("ARC-Seal: i=2; cv=none; d=google.com; b=A", second[1], second[2], seal, signature, seen), false},
		{"the first is missing", with(second...), false},
		{"no signature", with(seal, seen), false},
		{"two results", with(seal, signature, seen, seen), false},
		{"two of one instance", with(seal, signature, seen, seal, signature, seen), false},
		{"no instance", with(seal, signature, "ARC-Authentication-Results: mx.google.com; dmarc=pass header.from=shop.example"), false},
		{"an instance with a sign", with("ARC-Seal: i=+1; cv=none; d=google.com; b=A", signature, seen), false},
		{"a tag twice", with("ARC-Seal: i=1; cv=none; d=evil.example; d=google.com; b=A", signature, seen), false},
		{"unreadable results", with(seal, signature, "ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass (header.from=shop.example"), false},
		{"tags without values", with("ARC-Seal: i=1; cv; d=google.com", signature, seen), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sender.Identify(header(tt.lines...), known(t, "gmail.com"))
			if s.Authenticated != tt.ok || tt.ok && s.How != "arc" {
				t.Errorf("%+v", s)
			}
		})
	}
}
