package catalogue

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestWrapperExamples checks every row of unwrap.tsv: its example leads where the
// row says, by that row and no other.
func TestWrapperExamples(t *testing.T) {
	c := embeddedCatalogue(t)
	if len(c.wraps.all) < 90 {
		t.Fatalf("%d wrappers", len(c.wraps.all))
	}
	var patterns []*pattern
	for _, w := range c.wraps.all {
		patterns = append(patterns, w.pattern)
	}
	all := spell(patterns)
	for _, w := range c.wraps.all {
		to, rule, ok := c.Unwrap(w.example)
		if w.hostOnly {
			host, by, known := c.LeadsTo(w.example)
			if ok || !known || "https://"+host != w.destination || by != w.rule {
				t.Errorf("%s: opened %v; known to lead to %q by %q", w.rule, ok, host, by)
			}
			continue
		}
		if !ok || to != w.destination || rule != w.rule {
			t.Errorf("%s: leads to %q by %q", w.rule, to, rule)
		}
		for _, other := range matching(all, w.example) {
			if other.vendor != w.vendor && other.generic() == w.generic() {
				t.Errorf("%s: its example also matches %s", w.rule, other.rule)
			}
		}
	}
}

// A unwrapCase is one row of [TestUnwrap].
type unwrapCase struct{ name, in, want string }

// unwrapCases are wrapped addresses, and where they lead.
func unwrapCases() []unwrapCase {
	const safe = "https://eur05.safelinks.protection.outlook.com/?url="
	const google = "https://www.google.com/url?q="
	b64 := base64.RawURLEncoding.EncodeToString
	return []unwrapCase{
		{"escapes of the destination stay", safe + "https%3A%2F%2Fa.example%2Fb%2520c%3Fd%3D%2526&data=x", "https://a.example/b%20c?d=%26"},
		{"not escaped", google + "https://a.example/b&sa=D", "https://a.example/b"},
		{"two in turn", safe + url.QueryEscape(google+url.QueryEscape("https://a.example/?x=1&y=2")+"&sa=D") + "&data=x", "https://a.example/?x=1&y=2"},
		{"a tracker within stays what it is", safe + url.QueryEscape("https://u1.ct.sendgrid.net/ls/click?upn=u001.fake") + "&data=x", "https://u1.ct.sendgrid.net/ls/click?upn=u001.fake"},
		{"signed, whole", safe + url.QueryEscape("https://s3.example/f?X-Amz-Expires=60&X-Amz-Signature=ab") + "&data=x", "https://s3.example/f?X-Amz-Expires=60&X-Amz-Signature=ab"},
		{"signed, its own part not to be told", google + "https://s3.example/f?X-Amz-Expires=60&X-Amz-Signature=ab", ""},
		{"open question mark at the end", "https://www.google.com/url?sa=D&q=https://a.example/f?b=1", "https://a.example/f?b=1"},
		{"two destinations", google + "https%3A%2F%2Fa.example%2F&q=https%3A%2F%2Fb.example%2F", ""},
		{"the same twice", google + "https%3A%2F%2Fa.example%2F&q=https%3A%2F%2Fa.example%2F", "https://a.example/"},
		{"fragment of the wrapper", google + "https%3A%2F%2Fa.example%2Fb#top", "https://a.example/b#top"},
		{"fragment of both", google + "https%3A%2F%2Fa.example%2Fb%23one#two", "https://a.example/b#one"},
		{"blank and quote", google + "https%3A%2F%2Fa.example%2Fb%20%22c", "https://a.example/b%20%22c"},
		{"not ASCII", google + "https%3A%2F%2Fa.example%2F%C3%A9", "https://a.example/%C3%A9"},
		{"plus stays", google + "https%3A%2F%2Fa.example%2F%3Fq%3Da+b%2Bc", "https://a.example/?q=a+b+c"},
		{"octets that are no text", google + "https%3A%2F%2Fa.example%2F%FF", ""},
		{"line end", google + "https%3A%2F%2Fa.example%2F%0D%0AX", ""},
		{"broken escape", google + "https%3A%2F%2Fa.example%2F%zz", ""},
		{"cut escape", google + "https%3A%2F%2Fa.example%2F%2", ""},
		{"another scheme", google + "javascript%3A//a.example/%0Aalert(1)", ""},
		{"data", safe + "data%3Atext%2Fhtml%2Cx&data=x", ""},
		{"relative", google + "/search%3Fq%3Dx", ""},
		{"no host", google + "https%3A%2F%2F%2Fx", ""},
		{"user in the host", google + "https%3A%2F%2Fbank.example%40evil.example%2F", ""},
		{"IP address", google + "http%3A%2F%2F127.0.0.1%3A4180%2Fl%2Fx", ""},
		{"IPv6 address", google + "http%3A%2F%2F%5B%3A%3A1%5D%2F", ""},
		{"host without a dot", google + "http%3A%2F%2Flocalhost%2F", ""},
		{"odd octet in the host", google + "https%3A%2F%2Fa%24.example%2F", ""},
		{"name escaped", "https://brand.app.link/3p?%24original_url=https%3A%2F%2Fa.example%2F", "https://a.example/"},
		{"empty", google, ""},
		{"search page", "https://www.google.com/search?q=https%3A%2F%2Fa.example%2F", ""},
		{"Proofpoint, run of characters", "https://urldefense.com/v3/__https://a.example/**Ab__;w6nDqA!!x!y$", "https://a.example/%C3%A9%C3%A8b"},
		{"Proofpoint, plain", "https://urldefense.com/v3/__https://a.example/a?x=1&y=2__;!!x!y$", "https://a.example/a?x=1&y=2"},
		{"Proofpoint, one slash", "https://urldefense.com/v3/__https:/a.example/__;!!x!y$", "https://a.example/"},
		{"Proofpoint, characters missing", "https://urldefense.com/v3/__https://a.example/*b*__;Iw!!x!y$", ""},
		{"Proofpoint, characters left over", "https://urldefense.com/v3/__https://a.example/*b__;IyM!!x!y$", ""},
		{"Proofpoint v2, letters", "https://urldefense.proofpoint.com/v2/url?u=http-3A__a.example_b-2Dc-5Fd&d=x", "http://a.example/b-c_d"},
		{"stars", "https://protect.checkpoint.com/v2/___https://a.example/b*3Fc__d___.x", "https://a.example/b?c__d"},
		{"base64 cut off", "https://link.brand.example/click/36910000.6125955/" + b64([]byte("https://a.example/abcd"))[:27] + "/x", ""},
		{"JSON without the key", "https://substack.com/redirect/2/" + b64([]byte(`{"x":"https://a.example/"}`)) + ".sig", ""},
		{"JSON, another type", "https://substack.com/redirect/2/" + b64([]byte(`{"e":["https://a.example/"]}`)) + ".sig", ""},
		{"more parts than there are", "https://www.brand.example/?nltr=" + b64([]byte("12;789;https://a.example/;b;c;sig")), ""},
		{"slashes of the path resolved by another", "https://click.pstmrk.it/3s/www.example.com/a/W1sC/5vuxAQ/AQ/fake/1/fake", ""},
		{"compressed", mailgun("l=https%3A%2F%2Fa.example%2F%3Fx%3D1&r=me%40b.example"), "https://a.example/?x=1"},
		{"compressed, no destination", mailgun("d=0123456789abcdefghijklmnop&r=me%40b.example"), ""},
		{"compressed, cut off", mailgun("l=https%3A%2F%2Fa.example%2F%3Fx%3D1&r=me%40b.example")[:75], ""},
		{"compressed, very large", mailgun("l=https%3A%2F%2Fa.example%2F" + strings.Repeat("a", 1<<24)), ""},
		{"too long", google + url.QueryEscape("https://a.example/"+strings.Repeat("a", maxWrapped)), ""},
		{"mailto", "mailto:a@b.example?url=https%3A%2F%2Fa.example%2F", ""},
	}
}

func TestUnwrap(t *testing.T) {
	c := embeddedCatalogue(t)
	for _, tt := range unwrapCases() {
		t.Run(tt.name, func(t *testing.T) {
			got, rule, ok := c.Unwrap(tt.in)
			if ok != (tt.want != "") || ok && got != tt.want || ok == (rule == "") {
				t.Errorf("%v %q by %q", ok, got, rule)
			}
		})
	}
}

// mailgun wraps a text as Mailgun does.
func mailgun(text string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write([]byte(text))
	w.Close()
	return "https://email.mg.brand.example/c/" + base64.RawURLEncoding.EncodeToString(out.Bytes())
}

// TestUnwrapLayers checks that five are opened and six are left alone.
func TestUnwrapLayers(t *testing.T) {
	c := embeddedCatalogue(t)
	address := "https://a.example/b?c=d&e=f"
	for n := 1; n <= maxLayers+1; n++ {
		address = "https://l.facebook.com/l.php?u=" + url.QueryEscape(address) + "&h=fake"
		to, rule, ok := c.Unwrap(address)
		if ok != (n <= maxLayers) || ok && (to != "https://a.example/b?c=d&e=f" || strings.Count(rule, ",") != n-1) {
			t.Errorf("%d layers: %v %q by %q", n, ok, to, rule)
		}
	}
}

func TestLeadsTo(t *testing.T) {
	c := embeddedCatalogue(t)
	mimecast := "https://protect-eu.mimecast.com/s/fakeToken?domain=www.example.com"
	for in, want := range map[string]string{
		mimecast: "www.example.com",
		"https://l.facebook.com/l.php?u=" + url.QueryEscape(mimecast): "www.example.com",
		"https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2Fb":  "a.example",
		"https://a.example/": "", "": "",
		"https://protect-eu.mimecast.com/s/fakeToken?domain=localhost": "",
	} {
		if host, rule, ok := c.LeadsTo(in); host != want || ok != (want != "") || ok == (rule == "") {
			t.Errorf("%s leads to %q by %q", in, host, rule)
		}
	}
}

// TestUnwrapWhatWasWrapped checks that whatever is wrapped comes out to the octet,
// in every way of writing, two layers deep.
func TestUnwrapWhatWasWrapped(t *testing.T) {
	c := embeddedCatalogue(t)
	wrap := map[string]func(string) string{
		"safelinks": func(to string) string {
			return "https://eur05.safelinks.protection.outlook.com/?url=" + url.QueryEscape(to) + "&data=x"
		},
		"mandrill": func(to string) string {
			in, _ := json.Marshal(map[string]string{"url": to})
			out, _ := json.Marshal(map[string]string{"p": string(in)})
			return "https://mandrillapp.com/track/click/1/x?p=" + base64.RawURLEncoding.EncodeToString(out)
		},
		"ses": func(to string) string {
			return "https://abc.r.us-east-1.awstrack.me/L0/" + url.QueryEscape(to) + "/1/0100-fake/sig=1"
		},
		"proofpoint v2": func(to string) string {
			return "https://urldefense.com/v2/url?u=" + strings.NewReplacer("/", "_", "%", "-", "-", "-2D", "_", "-5F").Replace(strings.ReplaceAll(url.QueryEscape(to), "%2F", "/")) + "&d=x"
		},
		"cordial": func(to string) string {
			in, _ := json.Marshal(map[string]string{"linkUrl": to})
			return "https://e.news.brand.example/c2/1/2?jwtH=x&jwtP=" + base64.RawURLEncoding.EncodeToString(in) + "&jwtS=y"
		},
		"activecampaign": func(to string) string {
			return "https://x.lt.acemlnc.com/Prod/link-tracker?redirectUrl=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(to)))) + "&sig=x"
		},
	}
	var ways []string
	for name := range wrap {
		ways = append(ways, name)
	}
	slices.Sort(ways)
	rapid.Check(t, func(t *rapid.T) {
		to := "https://shop.example/" + rapid.StringMatching(`[A-Za-z0-9_.~/%+-]{0,30}(\?[A-Za-z0-9_.~%&=;+:@!$'()*,/-]{0,40})?(#[a-z]{1,5})?`).Draw(t, "destination")
		in := to
		for range rapid.IntRange(1, 2).Draw(t, "layers") {
			in = wrap[rapid.SampledFrom(ways).Draw(t, "way")](in)
		}
		got, _, ok := c.Unwrap(in)
		if !ok || got != to {
			t.Fatalf("%s gave %v %q", in, ok, got)
		}
	})
}

// FuzzUnwrap checks that nothing comes out that could not be a link.
func FuzzUnwrap(f *testing.F) {
	c := embeddedCatalogue(f)
	for _, w := range c.wraps.all {
		f.Add(w.example)
	}
	f.Add("https://l.facebook.com/l.php?u=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fa.example%252F")
	f.Fuzz(func(t *testing.T, address string) {
		to, rule, ok := c.Unwrap(address)
		c.LeadsTo(address)
		if !ok {
			return
		}
		a, split := Split(to)
		if !split || !hasScheme(to) || !strings.Contains(a.Host, ".") || rule == "" {
			t.Errorf("%q opened to %q", address, to)
		}
		if strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '<' || r == '>' }) {
			t.Errorf("%q opened to %q, which cannot stand in a mail", address, to)
		}
		if again, _, more := c.Unwrap(to); more {
			t.Errorf("%q opened to %q, and that to %q", address, to, again)
		}
	})
}
