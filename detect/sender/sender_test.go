package sender_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// known returns a provider of the catalogue.
func known(t testing.TB, name string) sender.Provider {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	p, _ := c.Provider(name)
	return p
}

// header makes a header of lines; continuation lines begin with a blank.
func header(lines ...string) message.HeaderFields {
	return message.Header([]byte(strings.Join(lines, "\r\n") + "\r\n\r\n"))
}

func Example() {
	h := message.Header([]byte("Authentication-Results: mx.google.com;\r\n" +
		" dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=news.shop.example\r\n" +
		"From: Shop <hello@news.shop.example>\r\n\r\n"))
	c, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	provider, _ := c.Provider("reader@gmail.com")
	s := sender.Identify(h, provider)
	fmt.Println(s.Key, s.Authenticated, s.How)
	// Output: shop.example true dmarc
}

// TestProviders checks the forms that providers write, with made-up contents.
func TestProviders(t *testing.T) {
	const from = "From: News <news@shop.example>"
	tests := []struct {
		name, provider string
		lines          []string
		how            string
	}{
		{"gmail", "gmail.com", []string{"Delivered-To: a@gmail.com", "Authentication-Results: mx.google.com;", "       dkim=pass header.i=@shop.example header.s=s1 header.b=Q1+/w2E=;",
			"       spf=pass (google.com: domain of b-1@bounce.shop.example designates 192.0.2.1 as permitted sender) smtp.mailfrom=b-1@bounce.shop.example;",
			"       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=shop.example"}, "dmarc"},
		{"gmail, no policy", "gmail.com", []string{"Authentication-Results: mx.google.com; dkim=pass header.i=@mail.shop.example header.s=s1 header.b=abc; spf=pass smtp.mailfrom=esp.example"}, "dkim"},
		{"gmail, no signature", "gmail.com", []string{"Authentication-Results: mx.google.com; spf=pass (google.com: domain of b@shop.example designates 2001:db8::1 as permitted sender) smtp.mailfrom=b@bounce.shop.example"}, "spf"},
		{"outlook leaves its name out", "outlook.com", []string{"Authentication-Results: spf=pass (sender IP is 192.0.2.1)", " smtp.mailfrom=esp.example; dkim=pass (signature was verified)",
			" header.d=shop.example;dmarc=pass action=none header.from=shop.example;compauth=pass", " reason=100"}, "dmarc"},
		{"yahoo glues its comment on", "yahoo.com", []string{"Authentication-Results: atlas1.free.mail.bf1.yahoo.com;", " dkim=unknown;", " spf=none smtp.mailfrom=esp.example;", " dmarc=pass(p=NONE,sp=QUARANTINE) header.from=shop.example;"}, "dmarc"},
		{"yahoo, no policy", "yahoo.com", []string{"Authentication-Results: atlas1.free.mail.bf1.yahoo.com; dkim=pass header.i=@shop.example header.s=a; spf=none smtp.mailfrom=x.example; dmarc=unknown header.from=shop.example;"}, "dkim"},
		{"icloud writes one field each", "icloud.com", []string{"Authentication-Results: bimi.icloud.com; bimi=skipped reason=\"insufficient dmarc\"", "X-ARC-Info: policy=fail; arc=none", "Authentication-Results: arc.icloud.com; arc=none",
			"Authentication-Results: dmarc.icloud.com; dmarc=pass header.from=shop.example", "Authentication-Results: dkim-verifier.icloud.com; dkim=none"}, "dmarc"},
		{"fastmail writes several of one name", "fastmail.com", []string{"Authentication-Results: mx6.messagingengine.com;", "    x-csa=none;", "    x-ptr=pass smtp.helo=out.esp.example", "      policy.ptr=out.esp.example",
			"Authentication-Results: mx6.messagingengine.com;", "    bimi=skipped (DMARC Policy is not at enforcement)",
			"Authentication-Results: mx6.messagingengine.com;", "    dkim=pass (2048-bit rsa key sha256) header.d=shop.example", "      header.i=@shop.example x-bits=2048;",
			"    dmarc=pass policy.published-domain-policy=none", "      (p=none,d=none,d.eval=none) policy.policy-from=p", "      header.from=shop.example;", "    iprev=pass smtp.remote-ip=192.0.2.1 (out.esp.example)"}, "dmarc"},
		{"posteo", "posteo.de", []string{"Authentication-Results: posteo.de; dmarc=pass (p=none dis=none) header.from=shop.example", "Authentication-Results: posteo.de; spf=pass smtp.mailfrom=esp.example"}, "dmarc"},
		{"gmx says dkim only", "gmx.net", []string{"Authentication-Results: gmx.net; dkim=pass header.i=@shop.example"}, "dkim"},
		{"ovh quotes", "ssl0.ovh.net", []string{"Authentication-Results: in68.mail.ovh.net; dkim=pass (2048-bit key; unprotected) header.d=shop.example header.i=@shop.example header.b=\"GMG2ucPx\"; dkim-atps=neutral"}, "dkim"},
		{"zoho", "zohomail.eu", []string{"Authentication-Results: mx.zohomail.eu;", "\tdkim=pass;", "\tspf=pass (zohomail.eu: domain of esp.example designates 192.0.2.1 as permitted sender)  smtp.mailfrom=a@esp.example;", "\tdmarc=pass(p=none dis=none)  header.from=shop.example"}, "dmarc"},
		{"own domain at gmail", "imap.gmail.com", []string{"Authentication-Results: mx.google.com; dmarc=pass header.from=shop.example"}, "dmarc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sender.Identify(header(append(tt.lines, from)...), known(t, tt.provider))
			if !s.Authenticated || s.How != tt.how || s.Why != "" || s.Key != "shop.example" {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestRefused checks what must not be believed.
func TestRefused(t *testing.T) {
	refuses(t, []doubtful{
		{"no stamp", "gmail.com", []string{from}, "has not checked"},
		{"unknown provider", "brand.example", []string{pass, from}, "not known what your mail provider says"},
		{"provider that writes none", "mailo.com", []string{"Authentication-Results: mailo.com; dmarc=pass header.from=shop.example", from}, "does not say"},
		{"another provider's stamp", "gmail.com", []string{"Authentication-Results: mx.evil.example; dmarc=pass header.from=shop.example", from}, "Somebody other"},
		{"a stranger above the provider", "gmail.com", []string{"Authentication-Results: mx.evil.example; dmarc=pass header.from=shop.example", pass, from}, "Somebody other"},
		{"a stranger's without a name", "gmail.com", []string{"Authentication-Results: dmarc=pass header.from=shop.example", from}, "Somebody other"},
		{"forged below", "gmail.com", []string{"Authentication-Results: mx.google.com; spf=pass smtp.mailfrom=evil.example; dmarc=fail header.from=shop.example", pass, from}, "is not from shop.example"},
		{"forged below one that found nothing", "gmail.com", []string{"Authentication-Results: mx.google.com; spf=none smtp.mailfrom=evil.example", pass, from}, "nothing that shows"},
		{"forged below one that did not check", "gmail.com", []string{"Authentication-Results: mx.google.com; none", pass, from}, "nothing that shows"},
		{"forged below of one name", "posteo.de", []string{"Authentication-Results: posteo.de; spf=pass smtp.mailfrom=evil.example", "Authentication-Results: posteo.de; dmarc=pass header.from=shop.example", from}, "nothing that shows"},
		{"forged below icloud", "icloud.com", []string{"Authentication-Results: bimi.icloud.com; bimi=none", "Authentication-Results: dmarc.icloud.com; dmarc=none header.from=shop.example",
			"Authentication-Results: dkim-verifier.icloud.com; dkim=pass header.d=shop.example", from}, "nothing that shows"},
		{"look-alike of the name", "gmail.com", []string{"Authentication-Results: mx.google.com.evil.example; dmarc=pass header.from=shop.example", from}, "Somebody other"},
		{"name in a comment", "gmail.com", []string{"Authentication-Results: evil.example (mx.google.com); dmarc=pass header.from=shop.example", from}, "Somebody other"},
		{"version of the future", "gmail.com", []string{"Authentication-Results: mx.google.com 2; dmarc=pass header.from=shop.example", from}, "cannot be read"},
		{"another domain passed", "gmail.com", []string{"Authentication-Results: mx.google.com; dmarc=pass header.from=evil.example", from}, "is not from shop.example"},
		{"below the domain passed", "gmail.com", []string{"Authentication-Results: mx.google.com; dmarc=pass header.from=a.shop.example", from}, "is not from shop.example"},
		{"both passed and failed", "gmail.com", []string{"Authentication-Results: mx.google.com; dmarc=pass header.from=shop.example; dmarc=fail header.from=shop.example", from}, "contradicts itself"},
		{"failed, though signed", "gmail.com", []string{"Authentication-Results: mx.google.com; dkim=pass header.d=shop.example; dmarc=fail header.from=shop.example", from}, "is not from shop.example"},
		{"signed by another", "gmail.com", []string{"Authentication-Results: mx.google.com; dkim=pass header.d=esp.example; spf=pass smtp.mailfrom=b@esp.example", from}, "nothing that shows"},
		{"look-alike signed", "gmail.com", []string{"Authentication-Results: mx.google.com; dkim=pass header.d=notshop.example", from}, "nothing that shows"},
		{"signature failed", "gmail.com", []string{"Authentication-Results: mx.google.com; dkim=fail header.d=shop.example; spf=softfail smtp.mailfrom=a@shop.example", from}, "nothing that shows"},
		{"greeting name only", "gmail.com", []string{"Authentication-Results: mx.google.com; spf=pass smtp.helo=shop.example", from}, "nothing that shows"},
		{"result in a comment", "gmail.com", []string{"Authentication-Results: mx.google.com; spf=none (dmarc=pass header.from=shop.example; dkim=pass header.d=shop.example) smtp.mailfrom=x@evil.example", from}, "nothing that shows"},
		{"result in a nested comment", "gmail.com", []string{`Authentication-Results: mx.google.com; spf=none (a (b \) ) ; dmarc=pass header.from=shop.example) smtp.mailfrom=evil.example`, from}, "nothing that shows"},
		{"result in a quoted string", "gmail.com", []string{`Authentication-Results: mx.google.com; spf=none smtp.mailfrom="; dmarc=pass header.from=shop.example; "@evil.example`, from}, "nothing that shows"},
		{"comment closed by a local part", "gmail.com", []string{`Authentication-Results: mx.google.com; spf=pass (google.com: domain of "x) ; dkim=pass header.d=shop.example (y"@evil.example designates 192.0.2.1) smtp.mailfrom=evil.example`, from}, "cannot be read"},
		{"comment that does not end", "gmail.com", []string{"Authentication-Results: mx.google.com; dmarc=pass (header.from=shop.example", from}, "cannot be read"},
		{"bracket without a comment", "gmail.com", []string{"Authentication-Results: mx.google.com; spf=none) ; dmarc=pass header.from=shop.example", from}, "cannot be read"},
		{"property twice", "gmail.com", []string{"Authentication-Results: mx.google.com; dmarc=pass header.from=evil.example header.from=shop.example", from}, "cannot be read"},
		{"tenants of one host", "gmail.com", []string{"Authentication-Results: mx.google.com; dkim=pass header.d=evil.github.io", "From: a@good.github.io"}, "nothing that shows"},
		{"public suffix signed", "gmail.com", []string{"Authentication-Results: mx.google.com; dkim=pass header.d=co.uk", "From: a@shop.co.uk"}, "nothing that shows"},
		{"ARC is another field", "gmail.com", []string{"ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass header.from=shop.example", from}, "has not checked"},
	})
}

// TestNoSender checks what names no sender that could be believed.
func TestNoSender(t *testing.T) {
	refuses(t, []doubtful{
		{"no From", "gmail.com", []string{pass}, "does not say who"},
		{"two From", "gmail.com", []string{pass, from, "From: b@evil.example"}, "two places"},
		{"two From by case and blanks", "gmail.com", []string{pass, from, "FROM : b@evil.example"}, "two places"},
		{"two mailboxes", "gmail.com", []string{pass, "From: a@shop.example, b@evil.example"}, "more than one sender"},
		{"two in a group", "gmail.com", []string{pass, "From: All: a@shop.example, b@evil.example;"}, "more than one sender"},
		{"two pairs of brackets", "gmail.com", []string{pass, "From: <a@shop.example> <b@evil.example>"}, "cannot be read"},
		{"text after the brackets", "gmail.com", []string{pass, "From: <a@evil.example> a@shop.example"}, "cannot be read"},
		{"brackets in brackets", "gmail.com", []string{pass, "From: <a@evil.example<b@shop.example>>"}, "cannot be read"},
		{"two at signs", "gmail.com", []string{pass, "From: <a@shop.example@evil.example>"}, "cannot be read"},
		{"open quote", "gmail.com", []string{pass, `From: "News <a@shop.example>`}, "cannot be read"},
		{"empty", "gmail.com", []string{pass, "From: "}, "cannot be read"},
		{"empty group", "gmail.com", []string{pass, "From: Nobody:;"}, "nobody in it"},
		{"literal", "gmail.com", []string{pass, "From: a@[192.0.2.1]"}, "no domain"},
		{"IPv6 literal", "gmail.com", []string{pass, "From: a@[IPv6:2001:db8::1]"}, "no domain"},
		{"number for a domain", "gmail.com", []string{pass, "From: a@192.0.2.1"}, "no domain"},
		{"one label", "gmail.com", []string{pass, "From: a@localhost"}, "no domain"},
		{"empty label", "gmail.com", []string{pass, "From: a@shop..example"}, "no domain"},
	})
}

const (
	from = "From: News <news@shop.example>"
	pass = "Authentication-Results: mx.google.com; dmarc=pass header.from=shop.example"
)

// A doubtful header is one that nobody may be vouched for by.
type doubtful struct {
	name, provider string
	lines          []string
	why            string
}

// refuses fails the test where somebody is vouched for.
func refuses(t *testing.T, tests []doubtful) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sender.Identify(header(tt.lines...), known(t, tt.provider))
			if s.Authenticated || s.How != "" || !strings.Contains(s.Why, tt.why) {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestWritings checks that one sender is found behind many ways of writing.
func TestWritings(t *testing.T) {
	for _, from := range []string{
		"News@SHOP.example",
		"<news@shop.example>",
		"Shop <news@shop.example>",
		`"Shop, Inc." <news@shop.example>`,
		`"news@evil.example" <news@shop.example>`,
		"shop.example <news@shop.example>",
		"news@shop.example (news@evil.example)",
		"(a (b) c) Shop (x) <(y) news (z) @ (w) shop.example (v)> (u)",
		"Shop <@relay.example,@b.example:news@shop.example>",
		"=?utf-8?q?news=40evil=2Eexample?= <news@shop.example>",
		"\"a\\\"b<x@evil.example>\" <news@shop.example>",
		"Shop\r\n <news@shop.example>",
		"News <news@shop.example.>",
		"Group: news@shop.example;",
		"\"news\"@shop.example",
		"news @ shop . example",
		", news@shop.example",
	} {
		s := sender.Identify(header("Authentication-Results: MX.GOOGLE.COM; DMARC=Pass Header.From=SHOP.example", "From: "+from), known(t, "gmail.com"))
		if !s.Authenticated || s.Address != "news@shop.example" || s.Key != "shop.example" {
			t.Errorf("%q: %+v", from, s)
		}
		if strings.Contains(s.Display, "evil") {
			t.Errorf("%q: shown as %q", from, s.Display)
		}
	}
}

func TestInternational(t *testing.T) {
	s := sender.Identify(header("Authentication-Results: mx.google.com; dmarc=pass header.from=xn--bcher-kva.example", "From: =?utf-8?q?B=C3=BCcher?= <post@Bücher.example>"), known(t, "gmail.com"))
	if !s.Authenticated || s.Domain != "xn--bcher-kva.example" || s.Display != "Bücher" {
		t.Errorf("%+v", s)
	}
	// Cyrillic "о": another domain, whatever it looks like.
	s = sender.Identify(header("Authentication-Results: mx.google.com; dmarc=pass header.from=shop.example", "From: a@shоp.example"), known(t, "gmail.com"))
	if s.Authenticated {
		t.Errorf("a look-alike was believed: %+v", s)
	}
}

// TestDisplay checks the name that faces show: no tricks with direction, length
// or another address.
func TestDisplay(t *testing.T) {
	tests := []struct{ name, from, want string }{
		{"plain", "Shop <a@shop.example>", "Shop"},
		{"its own address", `"a@shop.example" <a@shop.example>`, "a@shop.example"},
		{"right to left", "=?utf-8?q?Sh=E2=80=AEop?= <a@shop.example>", "Shop"},
		{"zero width", "=?utf-8?q?Pay=E2=80=8Bpal?= <a@shop.example>", "Paypal"},
		{"another charset", "=?iso-8859-15?q?Caf=E9?= <a@shop.example>", "Café"},
		{"blanks", `"  a   b  " <a@shop.example>`, "a b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if s := sender.Identify(header("From: "+tt.from), known(t, "gmail.com")); s.Display != tt.want {
				t.Errorf("%q", s.Display)
			}
		})
	}
	long := sender.Identify(header("From: "+strings.Repeat("é", 300)+" <a@shop.example>"), known(t, "gmail.com"))
	if len(long.Display) > 200 || !strings.HasPrefix(long.Display, "éé") {
		t.Errorf("%q", long.Display)
	}
}

func TestKey(t *testing.T) {
	tests := []struct{ name, from, list, want string }{
		{"registered domain", "a@news.eu.shop.example", "", "shop.example"},
		{"two-part suffix", "a@news.shop.co.uk", "", "shop.co.uk"},
		{"a List-Id elsewhere does not count", "a@shop.example", "List-Id: <l.shop.example>", "shop.example"},
		{"freemail", "Somebody@Gmail.com", "", "somebody@gmail.com"},
		{"newsletter host", "writer@substack.com", "List-Id: Writer <Writer.substack.com>", "writer@substack.com writer.substack.com"},
		{"below a shared domain", "news@123.mailchimpapp.com", "", "news@123.mailchimpapp.com"},
		{"private section", "a@someone.github.io", "", "a@someone.github.io"},
		{"List-Id without brackets", "a@groups.io", "List-Id: x.groups.io", "a@groups.io x.groups.io"},
		{"List-Id that would break the key", "a@groups.io", "List-Id: <x y>", "a@groups.io"},
		{"suffix itself", "a@co.uk", "", "co.uk"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sender.Identify(header("From: "+tt.from, tt.list), known(t, "gmail.com"))
			if s.Key != tt.want {
				t.Errorf("%q", s.Key)
			}
		})
	}
}

// TestKeyOfTwo checks that no address on a shared domain passes for another one,
// or for one with a List-Id.
func TestKeyOfTwo(t *testing.T) {
	const stamp = "Authentication-Results: mx.google.com; dmarc=pass header.from=gmail.com"
	tests := []struct {
		name, from string
		ok         bool
	}{
		{"plain", "news@gmail.com", true},
		{"dots and signs", "a.b+c-d_e'f!#$%&*/=?^`{|}~@gmail.com", true},
		{"another script", "новости@gmail.com", true},
		{"quoted without need", `"news"@gmail.com`, true},
		{"an address and a List-Id", `"news@gmail.com x"@gmail.com`, false},
		{"an at sign", `"a@b"@gmail.com`, false},
		{"a blank", `"a b"@gmail.com`, false},
		{"a tab", "\"a\tb\"@gmail.com", false},
		{"a quote", `"a\"b"@gmail.com`, false},
		{"a backslash", `"a\\b"@gmail.com`, false},
		{"a comma", `"a,b"@gmail.com`, false},
		{"nothing", `""@gmail.com`, false},
		{"a blank that does not break", "a\u00a0b@gmail.com", false},
		{"a wide blank", "a\u3000b@gmail.com", false},
		{"what has no width", "a\u200bb@gmail.com", false},
		{"what turns the direction", "a\u202eb@gmail.com", false},
		{"no text", "a\xffb@gmail.com", false},
		{"the sign of Kelvin", "\u212aate@gmail.com", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sender.Identify(header("From: "+tt.from, stamp), known(t, "gmail.com"))
			if s.Authenticated != tt.ok || (s.Key != "") != tt.ok || (s.Why == "") != tt.ok {
				t.Errorf("%+v", s)
			}
			if !strings.HasSuffix(s.Why, ".") && !tt.ok {
				t.Errorf("the reason is %q", s.Why)
			}
		})
	}
	// Where the domain is the key, the local part says nothing.
	if s := sender.Identify(header(`From: "a b"@shop.example`), known(t, "gmail.com")); s.Key != "shop.example" {
		t.Errorf("%+v", s)
	}
}

// TestKeysDiffer checks that two senders never share a key on a shared domain.
func TestKeysDiffer(t *testing.T) {
	p := known(t, "gmail.com")
	piece := rapid.SampledFrom([]string{"a", "A", "b", ".", " ", "@", "@gmail.com", "x", "\\\"", "\\\\", ",", "é", "K"})
	one := func(t *rapid.T) sender.Sender {
		local := strings.Join(rapid.SliceOfN(piece, 1, 5).Draw(t, "local"), "")
		list := strings.Join(rapid.SliceOfN(piece, 0, 3).Draw(t, "list"), "")
		return sender.Identify(header(`From: "`+local+`"@gmail.com`, "List-Id: <"+list+">"), p)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := one(t), one(t)
		if a.Key != "" && a.Key == b.Key && (a.Address != b.Address || a.ListID != b.ListID) {
			t.Fatalf("one key for %+v and %+v", a, b)
		}
	})
}

func TestRecipient(t *testing.T) {
	const account = "Reader@gmail.com"
	tests := []struct {
		name, provider string
		lines          []string
		account, want  string
		clear          bool
	}{
		{"delivered to the account", "gmail.com", []string{"Delivered-To: reader@gmail.com"}, account, "reader@gmail.com", true},
		{"subaddress", "gmail.com", []string{"Delivered-To: reader+shop@gmail.com"}, account, "reader+shop@gmail.com", true},
		{"another address", "gmail.com", []string{"Delivered-To: wife@gmail.com"}, account, "wife@gmail.com", false},
		{"forged below", "gmail.com", []string{"Delivered-To: wife@gmail.com", "Delivered-To: reader@gmail.com"}, account, "wife@gmail.com", false},
		{"the topmost counts", "gmail.com", []string{"Delivered-To: reader@gmail.com", "Delivered-To: wife@gmail.com"}, account, "reader@gmail.com", true},
		{"not delivered by the provider", "gmail.com", nil, account, "reader@gmail.com", false},
		{"unreadable", "gmail.com", []string{"Delivered-To: a, b"}, account, "reader@gmail.com", false},
		{"provider that writes none", "outlook.com", []string{"Delivered-To: wife@outlook.com"}, "reader@outlook.com", "reader@outlook.com", true},
		{"unknown provider", "brand.example", nil, "Me@Brand.example", "me@brand.example", true},
		{"account without an address", "brand.example", nil, "me", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			addr, clear := sender.Recipient(header(tt.lines...), known(t, tt.provider), tt.account)
			if addr != tt.want || clear != tt.clear {
				t.Errorf("%q, %v", addr, clear)
			}
		})
	}
}

// TestCorpus prints what becomes of real mails that lay in Gmail boxes. It fails
// only if the check believes nobody, or somebody with another domain.
func TestCorpus(t *testing.T) {
	names, _ := filepath.Glob("../../../shared/mail/real/*.eml")
	if len(names) == 0 {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("../shared/mail is missing")
		}
		t.Skip("../shared/mail is missing")
	}
	p := known(t, "gmail.com")
	how, why := map[string]int{}, map[string]int{}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		h := message.Header(raw)
		if !strings.HasPrefix(h.Get("Authentication-Results"), "mx.google.com") {
			continue
		}
		s := sender.Identify(h, p)
		if s.Authenticated {
			how[s.How]++
			continue
		}
		sentence := s.Why
		if s.Domain != "" {
			sentence = strings.ReplaceAll(sentence, s.Domain, "DOMAIN")
		}
		why[sentence]++
	}
	if how["dmarc"] == 0 {
		t.Error("no real mail is authenticated")
	}
	t.Logf("authenticated %v, not %v", how, why)
}
