package claim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/claim"
	"github.com/unseen-mail/unseen/detect/message"
)

// plain finds the claims of a mail of plain text.
func plain(body string) ([]byte, []claim.Claim) {
	raw := []byte("Subject: News\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n"))
	return raw, claim.Find(message.Header(raw), claim.Texts(raw))
}

// ways are the links among claims, told apart.
func ways(claims []claim.Claim) string {
	var list []string
	for _, c := range claims {
		if c.URL != "" {
			list = append(list, fmt.Sprintf("%s %s %s", c.Kind, c.Language, strings.TrimPrefix(c.URL, "https://a.example/")))
		}
	}
	return strings.Join(list, ", ")
}

// Links of plain texts are told apart as those of HTML are: in mail about an order,
// to a company and from a charity.
func TestPlainLinks(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"en order":      {"Your order 123 has shipped.\nTrack your parcel: https://a.example/parcel\n\nUnsubscribe: https://a.example/u\n", "unsubscribes en u"},
		"en business":   {"Dear purchasing team, we record when you open our messages.\nStop tracking:\nhttps://a.example/w\nhttps://a.example/home", "withdraws en w"},
		"en charity":    {"Thank you for your gift.\nEmail tracking: withdraw your consent <https://a.example/w>\nUnsubscribe <https://a.example/u>.", "withdraws en w, unsubscribes en u"},
		"en goes on":    {"If you want to unsubscribe from this list, please go to the\nfollowing page: https://a.example/u", "unsubscribes en u"},
		"en below":      {"To unsubscribe, use the address below.\nhttps://a.example/u", "unsubscribes en u"},
		"en after":      {"Click https://a.example/u to unsubscribe", "unsubscribes en u"},
		"en one line":   {"Privacy: https://a.example/p | Unsubscribe: https://a.example/u", "unsubscribes en u"},
		"en by mail":    {"Unsubscribe (mailto:out@a.example)", "unsubscribes en mailto:out@a.example"},
		"en another":    {"You can unsubscribe at any time. Our shop: https://a.example/shop", ""},
		"en spelled":    {"Our shop: https://a.example/stop-tracking/unsubscribe", ""},
		"en no address": {"Unsubscribe: see above. Price:12 ftp://a.example/x http://", ""},
		"fr commande":   {"Votre commande est partie.\nDésactiver le suivi : https://a.example/w\nSe désabonner : https://a.example/u", "withdraws fr w, unsubscribes fr u"},
		"fr entreprise": {"Cher client professionnel, pour vous désinscrire, cliquez ici :\nhttps://a.example/u", "unsubscribes fr u"},
		"fr don":        {"Merci de votre don !\nSe désinscrire https://a.example/u", "unsubscribes fr u"},
		"nl bestelling": {"Je bestelling is onderweg.\nTracking uitschakelen: https://a.example/w\nUitschrijven: https://a.example/u", "withdraws nl w, unsubscribes nl u"},
		"nl zakelijk":   {"Geachte inkoper,\nAfmelden kan hier: https://a.example/u", "unsubscribes nl u"},
		"nl goed doel":  {"Dank voor uw gift.\nUitschrijven\nhttps://a.example/u", "unsubscribes nl u"},
		"de Bestellung": {"Ihre Bestellung ist unterwegs.\nTracking ablehnen: https://a.example/w\nNewsletter abbestellen: https://a.example/u", "withdraws de w, unsubscribes de u"},
		"de Firma":      {"Sehr geehrte Damen und Herren,\nAbmelden: https://a.example/u", "unsubscribes de u"},
		"de Spende":     {"Danke für Ihre Spende.\nWenn Sie sich abmelden möchten, folgen Sie dieser\nAdresse: https://a.example/u", "unsubscribes de u"},
	} {
		t.Run(name, func(t *testing.T) {
			raw, claims := plain(c.body)
			if got := ways(claims); got != c.want {
				t.Errorf("%q, not %q: %+v", got, c.want, claims)
			}
			for _, one := range claims {
				if one.URL != "" && !strings.HasPrefix(string(raw[one.Offset:]), one.URL) {
					t.Errorf("at %d there is no %s", one.Offset, one.URL)
				}
			}
		})
	}
}

// What both texts of a mail say is told once, with its place in the one that is
// shown; a link that only the plain text has is told, too.
func TestBothTextsOnce(t *testing.T) {
	both := func(plain, html string) []claim.Claim {
		raw := []byte("Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + plain +
			"\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html + "\r\n--b--\r\n")
		return claim.Find(message.Header(raw), claim.Texts(raw))
	}
	const said = "This email contains a tracking pixel."
	for name, c := range map[string]struct {
		plain, html string
		want        []string
	}{
		"the same":          {said + "\r\nUnsubscribe: https://a.example/1", "<p>" + said + `</p><a href="https://a.example/2">Unsubscribe</a>`, []string{"unsubscribes 2", "informs 2"}},
		"the plain one":     {said, "<p>Hello.</p>", []string{"informs 1"}},
		"a link more":       {"Stop tracking: https://a.example/w", "<p>" + said + " Stop tracking.</p>", []string{"informs 2", "withdraws 2", "withdraws 1"}},
		"a language more":   {"Dit bericht bevat een trackingpixel.", "<p>" + said + "</p>", []string{"informs 2"}},
		"neither says that": {"Hello.", "<p>Hello.</p>", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, one := range both(c.plain, c.html) {
				if one.Language == "en" {
					got = append(got, string(one.Kind)+" "+one.Part)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, not %q", got, c.want)
			}
		})
	}
}

// A text in Latin 1 names its links in its own letters.
func TestPlainCharset(t *testing.T) {
	raw := []byte("Content-Type: text/plain; charset=iso-8859-1\r\n\r\nD\xe9sactiver le suivi : https://a.example/w\r\n")
	if got := ways(claim.Find(message.Header(raw), claim.Texts(raw))); got != "withdraws fr w" {
		t.Error(got)
	}
}
