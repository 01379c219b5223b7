package detect_test

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

func ExampleJudge() {
	c, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	judge := detect.Judge{Catalogue: c}
	j := judge.Judge(reference.Reference{
		Kind: reference.Pixel, Remote: true,
		URL: "https://t.shop.example/o.gif?r=c29tZWJvZHlAcmVhZGVyLmV4YW1wbGU",
	}, detect.Facts{Recipient: "somebody@reader.example"})
	fmt.Println(j.Verdict, j.Certainty, j.Purposes)
	fmt.Println(j.Reasons[0])
	// Output:
	// tracker proven [performance]
	// The address carries your own e-mail address, written in base64.
}

// header makes a header of lines.
func header(lines ...string) message.HeaderFields {
	return message.Header([]byte(strings.Join(lines, "\r\n") + "\r\n\r\n"))
}

// load makes a reference to a load.
func load(address string, k reference.Kind) reference.Reference {
	return reference.Reference{Vector: reference.ImgSrc, Kind: k, URL: address, Remote: true}
}

// link makes a reference to a link.
func link(address string) reference.Reference {
	return reference.Reference{Vector: reference.AnchorHref, Kind: reference.Link, URL: address, Remote: true}
}

// TestVendors checks 20 vendors as they are met in mail: opens load, clicks are
// followed.
func TestVendors(t *testing.T) {
	j := newJudge(t)
	tests := []struct{ vendor, open, click string }{
		{"acoustic", "https://open.mkt4477.com/open/log/4300000/MTIzNDU2Nzg5S0/0/NzDaIRWbVXF8/1/0", "https://links.mkt4477.com/ctt?m=4300000&r=MTIzNDU2Nzg5S0&b=0&j=NzDaIRWbVXF8&k=link1&kx=1"},
		{"activecampaign", "https://em.brand.example/lt.php?nl=276&c=5356&m=6456&s=f74a1973f7ea757d546f327db25e0000&l=open", "https://em.brand.example/Prod/link-tracker?redirectUrl=aHR0cHMlM0ElMkYlMkZleGFtcGxlLmNvbSUyRg%3D%3D&sig=6ttvfake&iat=1700000000&email=fake&s=6d7b"},
		{"adobe-campaign", "https://t.info.brand.example/r/?id=h3749215b,19394b67,1", "https://t.info.brand.example/r/?id=h3749215b,19394b67,5c17230b&p1=fake"},
		{"amazon-ses", "https://track.brand.example/CI0/0107018fcac83baa-8a156a4e-8172-4989-a11d-000000000001-000000/TPWv5TWafake0=191", "https://bq11abcd.r.us-east-1.awstrack.me/L0/https:%2F%2Fexample.com%2Fa/1/0100018f3da32dff-4fd27fcd-0000-4000-8000-000000000001-000000/zK6g2n4afake0=380"},
		{"aweber", "https://openrate.aweber.com/y/o/?l=AbCd12&m=3.EfGhIj.kLmNoP", "https://clicks.aweber.com/y/ct/?l=AbCd12&m=3.EfGhIj.kLmNoP&b=Q1w2fakeTokenForTests"},
		{"braze", "https://ablink.news.brand.example/ss/o/u001.lt9xFakeTokenAAAA0a/41z/Pv3wFakeTokenBBBB0g/ho.gif", "https://ablink.news.brand.example/ss/c/u001.TB9lFakeTokenAAAA0a/41z/Pv3wFakeTokenBBBB0g/h17/VA0uFakeSig"},
		{"brevo", "https://r.news.brand.example/tr/op/NhCzfakeTokenForTests0001112223334445556667778889990", "https://7abcd.r.a.d.sendibm1.com/mk/cl/f/sh/1t6AfakeTokenForTests/M5BrJKXHxYdd"},
		{"campaign-monitor", "https://brand.cmail20.com/t/r-o-abcdef-ghijklmnop-r/o.gif", "https://link.brand.example/t/t-l-abcdef-ghijklmnop-r/"},
		{"cleverreach", "https://100000.seu2.crsend.com/stats/mc_1000_7f3a9c2e51-fake.gif", "https://100000.seu2.crsend.com/c/12345/67890-abcdef"},
		{"constant-contact", "https://r20.rs6.net/on.jsp?ca=dd6c203a-0000-4000-8000-000000000001&a=9977148500000&c=47b91388-0000-4000-8000-000000000002&ch=909b3dee-0000-4000-8000-000000000003", "https://r20.rs6.net/tn.jsp?f=001fakeTokenForTests&c=fakeTokenForTests==&ch=fakeTokenForTests=="},
		{"customer-io", "https://e.customeriomail.com/e/o/eyJlbWFpbF9pZCI6ImZha2UifQ==", "https://e.customeriomail.com/e/c/eyJlbWFpbF9pZCI6ImZha2UiLCJocmVmIjoiaHR0cHM6Ly9leGFtcGxlLmNvbS8iLCJsaW5rX2lkIjoxfQ/0a1b2c"},
		{"getresponse", "https://mail.brand.example/open.html?x=a62b&m=fake&s=b", "https://mail.brand.example/click.html?x=a62b&lc=Fake&s=b"},
		{"hubspot", "https://mail.brand.example/e3t/Cto/AB+113/c7fR004/VWfake0123456789abcdefghij", "https://mail.brand.example/e3t/Ctc/AB+113/c7fR004/VWfake0123456789abcdefghij"},
		{"inxmail", "https://newsletter.brand.example/d/d.gif?o00fake1234567890", "https://newsletter.brand.example/d/d.html?o00fake1234567890"},
		{"iterable", "https://links.brand.example/e/eo?_t=0123456789abcdef0123456789abcdef&_m=fake&_e=fake", "https://links.brand.example/u/click?_t=0123456789abcdef0123456789abcdef&_m=fake&_e=fake"},
		{"mailgun", "https://email.brand.example/o/eJwNfakeTokenForTests000111222333", "https://email.brand.example/c/eJwNfakeTokenForTests000111222333"},
		{"mandrill", "https://mail.brand.example/track/open.php?u=30123456&id=0123456789abcdef0123456789abcdef", "https://mail.brand.example/track/click/30123456/www.example.com?p=eyJmYWtlIjoxfQ"},
		{"responsys", "https://news.brand.example/pub/as?_ri_=X0Gzc2XfakeTokenForTests&_ei_=fake", "https://news.brand.example/pub/cc?_ri_=X0Gzc2XfakeTokenForTests&_ei_=fake"},
		{"salesforce-mc", "https://click.brand.example/open.aspx?ffcb10-fe9312345678-fe5e15707d0c7c7c7512-fe5f00000000-ff9c", "https://click.brand.example/?qs=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
		{"sendgrid", "https://u1.ct.sendgrid.net/wf/open?upn=u001.fakeTokenForTests0001", "https://mail.brand.example/ls/click?upn=u001.fakeTokenForTests0001"},
		{"sparkpost", "https://click.brand.example/q/76UvD7tDDjwHilSgf9JgLA~~/AAR8doY~/RgOiBhFJSQkAv4XlUWANfakeTokenA~~", "https://click.brand.example/f/a/76UvD7tDDjwHilSgf9JgLA~~/AAR8doY~/RgRmfakeTokenForTests~~"},
	}
	if len(tests) < 20 {
		t.Fatal("too few vendors")
	}
	for _, tt := range tests {
		t.Run(tt.vendor, func(t *testing.T) {
			// A vendor's form is a tracker at whatever size it shows.
			for _, k := range []reference.Kind{reference.Pixel, reference.Image} {
				got := j.Judge(load(tt.open, k), detect.Facts{})
				if got.Verdict != detect.Tracker || got.Certainty != detect.Strong || got.Vendor != tt.vendor || got.Individualised != detect.Individual {
					t.Errorf("open as %s: %+v", k, got)
				}
				if !slices.Contains(got.Purposes, purpose.Performance) || slices.Contains(got.Purposes, purpose.Click) {
					t.Errorf("open: purposes %v", got.Purposes)
				}
			}
			got := j.Judge(link(tt.click), detect.Facts{})
			if got.Verdict != detect.Tracker || got.Vendor != tt.vendor || got.Purposes[0] != purpose.Click || len(got.Rules) == 0 {
				t.Errorf("click: %+v", got)
			}
		})
	}
}

// TestLeaks checks the forms of the reader's address, each in several places.
func TestLeaks(t *testing.T) {
	j := newJudge(t)
	const addr = "Some.Body@reader.example"
	low := strings.ToLower(addr)
	m, s, h := md5.Sum([]byte(low)), sha1.Sum([]byte(low)), sha256.Sum256([]byte(low))
	tests := []struct{ name, text, leak string }{
		{"plain", low, "plain"},
		{"as the reader writes it", addr, "plain"},
		{"escaped", url.QueryEscape(low), "plain"},
		{"escaped twice", url.QueryEscape(url.QueryEscape(low)), "plain"},
		{"escaped wholly", "%73%6F%6D%65%2E%62%6F%64%79%40%72%65%61%64%65%72%2E%65%78%61%6D%70%6C%65", "plain"},
		{"as in a return path", "some.body=reader.example", "plain"},
		{"hexadecimal", hex.EncodeToString([]byte(low)), "hex"},
		{"base64", base64.StdEncoding.EncodeToString([]byte(low)), "base64"},
		{"base64 for addresses", base64.RawURLEncoding.EncodeToString([]byte(low)), "base64"},
		{"base64 after one octet", base64.RawURLEncoding.EncodeToString([]byte("1" + low + "|x")), "base64"},
		{"base64 after two octets", base64.RawURLEncoding.EncodeToString([]byte("e=" + low + "&c=1")), "base64"},
		{"MD5", hex.EncodeToString(m[:]), "md5"},
		{"MD5 in upper case", strings.ToUpper(hex.EncodeToString(m[:])), "md5"},
		{"SHA-1", hex.EncodeToString(s[:]), "sha1"},
		{"SHA-256", hex.EncodeToString(h[:]), "sha256"},
		{"SHA-256 in base64", base64.StdEncoding.EncodeToString(h[:]), "sha256"},
		{"SHA-256 in base64, escaped", url.QueryEscape(base64.StdEncoding.EncodeToString(h[:])), "sha256"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, address := range []string{"https://shop.example/banner.png?a=1&u=" + tt.text, "https://shop.example/x/" + tt.text + "/banner.png"} {
				for _, ref := range []reference.Reference{load(address, reference.Image), load(address, reference.Pixel), link(address)} {
					got := j.Judge(ref, detect.Facts{Recipient: addr})
					if got.Verdict != detect.Tracker || got.Certainty != detect.Proven || got.Leak == nil || *got.Leak != tt.leak {
						t.Fatalf("%s as %s: %+v", address, ref.Kind, got)
					}
					if got.Token == nil || got.Token.Kind != "address" || strings.Contains(strings.Join(got.Reasons, " "), "reader.example") {
						t.Errorf("%+v %+v", got.Token, got.Reasons)
					}
				}
			}
		})
	}
}

// TestNoLeak checks what must not be taken for the reader's address.
func TestNoLeak(t *testing.T) {
	j := newJudge(t)
	for _, tt := range []struct{ name, recipient, url string }{
		{"nobody known", "", "https://shop.example/a.png"},
		{"another address", "me@reader.example", "https://shop.example/a.png?u=you@reader.example"},
		{"the domain alone", "me@reader.example", "https://reader.example/a.png"},
		{"no address", "me", "https://shop.example/me/a.png"},
		{"broken escapes", "me@reader.example", "https://shop.example/%zz%4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := j.Judge(load(tt.url, reference.Image), detect.Facts{Recipient: tt.recipient}); got.Leak != nil || got.Certainty == detect.Proven {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestShapes checks verdicts on senders that nobody knows.
func TestShapes(t *testing.T) {
	j := newJudge(t)
	const spacer = "https://shop.example/img/spacer.gif"
	tests := []struct {
		name, url string
		kind      reference.Kind
		repeats   int
		verdict   detect.Verdict
		certainty detect.Certainty
		where     string
	}{
		{"pixel with a UUID", "https://shop.example/o/11112222-3333-4444-8555-666677778888.gif", reference.Pixel, 0, detect.Tracker, detect.Strong, "path"},
		{"pixel with random text", "https://shop.example/p?x=Zs1sEKiByKZDtC8e5jSnU8aQA9sqLZ", reference.Pixel, 0, detect.Tracker, detect.Strong, "query"},
		{"pixel with a hash", "https://shop.example/p/7f3a9c2e51d84b06a1c2", reference.Pixel, 0, detect.Tracker, detect.Strong, "path"},
		{"pixel with a host of its own", "https://7f3a9c2e51d84b06a1c2.t.shop.example/", reference.Pixel, 0, detect.Tracker, detect.Strong, "host"},
		{"pixel with a number", "https://shop.example/p?id=75521007", reference.Pixel, 0, detect.Suspected, detect.Strong, "query"},
		{"pixel with nothing", "https://shop.example/b.gif", reference.Pixel, 0, detect.Clean, "", ""},
		{"pixel with a date", "https://shop.example/p?d=20240131", reference.Pixel, 0, detect.Clean, "", ""},
		{"pixel with a short number where openings are counted", "https://shop.example/o/seen.gif?c=88120", reference.Pixel, 0, detect.Suspected, detect.Strong, "query"},
		{"pixel with a short number elsewhere", "https://shop.example/img/dot.gif?c=88120", reference.Pixel, 0, detect.Clean, "", ""},
		{"pixel for a mailing", "https://shop.example/p?campaign=sale-2024&utm_id=7f3a9c2e51d84b06a1c2", reference.Pixel, 0, detect.Clean, "", ""},
		{"pixel with a numbered name", "https://shop.example/img/image-1095548-568491.gif", reference.Pixel, 0, detect.Clean, "", ""},
		{"pixel with a numbered name at a counter", "https://shop.example/open/image-1095548.gif", reference.Pixel, 0, detect.Suspected, detect.Strong, "path"},
		{"spacer", spacer, reference.Pixel, 5, detect.Clean, "", ""},
		{"spacer that stands once", spacer, reference.Pixel, 1, detect.Clean, "", ""},
		{"spacer with a query", spacer + "?id=75521007", reference.Pixel, 5, detect.Suspected, detect.Strong, "query"},
		{"two pixels with one token", "https://shop.example/o/7f3a9c2e51d84b06a1c2", reference.Pixel, 2, detect.Tracker, detect.Strong, "path"},
		{"spacer in a customer's folder", "https://image.shop.example/lib/fe95157070660d7e73/m/1/spaceTrans.gif", reference.Pixel, 0, detect.Clean, "", ""},
		{"picture", "https://shop.example/img/header.png", reference.Image, 0, detect.Clean, "", ""},
		{"picture with a content hash", "https://cdn.shop.example/7f3a9c2e51d84b06a1c2d3e4f5061728.png", reference.Image, 0, detect.Clean, "", "path"},
		{"picture with sizes", "https://cdn.shop.example/a.png?w=600&h=300&fit=crop&v=3", reference.Image, 0, detect.Clean, "", ""},
		{"picture with a token", "https://cdn.shop.example/a.png?u=7f3a9c2e51d84b06a1c2", reference.Image, 0, detect.Suspected, detect.Weak, "query"},
		{"font", "https://fonts.shop.example/s/roboto/v30/KFOmCnqEu92Fr1Mu4mxK.woff2", reference.Resource, 0, detect.Clean, "", "path"},
		{"vendor's picture store", "https://content.app-us1.com/ab0rD/2024/01/21/b6b14ab6-0000-4000-8000-000000000001.png?id=20000000", reference.Image, 0, detect.Clean, "", ""},
		{"vendor's picture for one", "https://djcaabc.r.bh.d.sendibt3.com/im/1774000/93946970fake.jpg?e=OYsTfakeTokenForTests", reference.Image, 0, detect.Tracker, detect.Strong, "query"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := j.Judge(load(tt.url, tt.kind), detect.Facts{Repeats: map[string]int{tt.url: tt.repeats}})
			if got.Verdict != tt.verdict || got.Certainty != tt.certainty {
				t.Fatalf("%+v", got)
			}
			if len(got.Reasons) == 0 || got.Edition == "" {
				t.Errorf("no reason or no edition: %+v", got)
			}
			if where := got.Token; tt.where != "" && (where == nil || where.Where != tt.where) {
				t.Errorf("token %+v", where)
			}
			if got.Holds() && (len(got.Purposes) == 0 || len(got.Rules) == 0) {
				t.Errorf("held for no purpose or by no rule: %+v", got)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	j := newJudge(t)
	const unsubscribe = "https://mail.brand.example/ls/click?upn=u001.fakeTokenForTests0001"
	tests := []struct {
		name      string
		ref       reference.Reference
		verdict   detect.Verdict
		exemption string
	}{
		{"plain", link("https://shop.example/sale"), detect.Clean, ""},
		{"unknown with a token", link("https://shop.example/sale?u=7f3a9c2e51d84b06a1c2"), detect.Tracker, ""},
		{"named in the header", link(unsubscribe), detect.Exempt, "choice"},
		{"vendor's preferences", link("https://r.news.brand.example/tr/un/NhCzfakeTokenForTests0001112223"), detect.Exempt, "choice"},
		{"a load is no choice", load(unsubscribe, reference.Image), detect.Tracker, ""},
		{"mail", reference.Reference{Kind: reference.Link, URL: "mailto:a@shop.example"}, detect.Clean, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := j.Judge(tt.ref, detect.Facts{Choices: exempt.Listed([]string{"<" + unsubscribe + ">"})})
			if got.Verdict != tt.verdict || got.Exemption != tt.exemption {
				t.Errorf("%+v", got)
			}
		})
	}
	// The reader's address in a choice is told, and exempts all the same.
	got := j.Judge(link("https://shop.example/u?e=me@reader.example"), detect.Facts{
		Recipient: "me@reader.example", Choices: exempt.Listed([]string{"<https://shop.example/u?e=me@reader.example>"})})
	if got.Verdict != detect.Exempt || got.Leak == nil {
		t.Errorf("%+v", got)
	}
}

func TestGather(t *testing.T) {
	refs := []reference.Reference{load("https://a.example/s.gif", reference.Pixel), load("https://a.example/s.gif", reference.Pixel),
		load("https://a.example/t.gif", reference.Pixel), link("https://a.example/x"), link("https://a.example/x")}
	f := detect.Gather(header("From: News <News@Shop.example>", "To: A <a@reader.example>, b@reader.example",
		"Delivered-To: Me@reader.example", "List-Unsubscribe: <mailto:u@shop.example>, <https://shop.example/u\r\n ?x=1>"), refs, "")
	if f.FromDomain != "shop.example" || f.Recipient != "me@reader.example" {
		t.Errorf("%+v", f)
	}
	if !f.Choices.Has("https://shop.example/u?x=1") || f.Choices.Has("https://shop.example/x") {
		t.Errorf("%+v", f.Choices)
	}
	if f.Mail.Loads("a.example") != 2 {
		t.Errorf("%d loads", f.Mail.Loads("a.example"))
	}
	if len(f.Repeats) != 1 || f.Repeats["https://a.example/s.gif"] != 2 {
		t.Errorf("%v", f.Repeats)
	}
	if f := detect.Gather(header("To: a@x.example, b@x.example"), nil, ""); f.Recipient != "" {
		t.Errorf("one of several was taken for the recipient: %q", f.Recipient)
	}
	if f := detect.Gather(header("To: a@x.example"), nil, "me@x.example"); f.Recipient != "me@x.example" {
		t.Errorf("%q", f.Recipient)
	}
}

// FuzzJudge checks what every verdict must hold to, whatever the address.
func FuzzJudge(f *testing.F) {
	j := newJudge(f)
	f.Add("https://u1.ct.sendgrid.net/wf/open?upn=u001.fakeTokenForTests0001", "a@b.example", true)
	f.Add("https://shop.example/%61%40b.example?x=%", "a@b.example", false)
	f.Add("//x/\\?#", "@", true)
	f.Fuzz(func(t *testing.T, address, recipient string, pixel bool) {
		for _, ref := range []reference.Reference{load(address, reference.Image), load(address, reference.Pixel), link(address)} {
			got := j.Judge(ref, detect.Facts{Recipient: recipient})
			again := j.Judge(ref, detect.Facts{Recipient: recipient})
			switch {
			case fmt.Sprint(got.Verdict, got.Reasons, got.Rules) != fmt.Sprint(again.Verdict, again.Reasons, again.Rules):
				t.Fatalf("two verdicts: %+v, %+v", got, again)
			case len(got.Reasons) == 0:
				t.Fatalf("no reason: %+v", got)
			case got.Holds() && (len(got.Purposes) == 0 || got.Certainty == ""):
				t.Fatalf("held without purpose or certainty: %+v", got)
			case got.Verdict == detect.Clean && (got.Certainty != "" || got.Leak != nil || len(got.Purposes) > 0):
				t.Fatalf("clean with signs: %+v", got)
			case (got.Certainty == detect.Proven) && got.Leak == nil:
				t.Fatalf("proven by nothing: %+v", got)
			}
		}
	})
}
