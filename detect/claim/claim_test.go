package claim_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/claim"
	"github.com/unseen-mail/unseen/detect/message"
)

func Example() {
	raw := []byte("Subject: Hello\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
		"<p>We use tracking pixels in our e-mails. <a href=\"https://shop.example/no\">Stop tracking</a></p>")
	for _, c := range claim.Find(message.Header(raw), claim.Texts(raw)) {
		fmt.Printf("%s %s %q\n", c.Kind, c.Language, c.URL)
	}
	// Output:
	// withdraws en "https://shop.example/no"
	// informs en ""
	// withdraws en ""
}

// kinds are the kinds of claims in a language, each once, sorted.
func kinds(claims []claim.Claim, lang string) string {
	var list []string
	for _, c := range claims {
		if (c.Language == lang || c.Language == "") && !slices.Contains(list, string(c.Kind)) {
			list = append(list, string(c.Kind))
		}
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func find(body string) []claim.Claim {
	raw := []byte("Subject: News\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body)
	return claim.Find(message.Header(raw), claim.Texts(raw))
}

// TestSentences checks what made-up sentences say, in mail of several kinds: there
// is no exception for any.
func TestSentences(t *testing.T) {
	tests := []struct{ name, lang, body, want string }{
		{"informs", "en", "We use tracking pixels in our emails to see how they do.", "informs"},
		{"informs of opens", "en", "To improve our newsletter we measure whether you open it.", "informs"},
		{"an order", "en", "Your order 123 has shipped. This e-mail contains a web beacon.", "informs"},
		{"to a company", "en", "Dear purchasing team, we record when you open our messages.", "informs"},
		{"a charity", "en", "Thank you for your gift. May we measure whether you open our mails?", "asks"},
		{"asks in the next sentence", "en", "We would like to know whether you open our emails. Do you agree?", "asks"},
		{"agreed", "en", "You agreed to open tracking when you signed up.", "says-agreed"},
		{"withdraw in words", "en", "You can withdraw your consent to email tracking at any time.", "withdraws"},
		{"a button", "en", `We want to use tracking pixels. <a href="https://a.example/y">I agree</a>`, "asks"},
		{"unsubscribe", "en", `<a href="https://a.example/u">Unsubscribe</a>`, "unsubscribes"},
		{"withdraw by a link", "en", `Email tracking: <a href="https://a.example/w">withdraw your consent</a>.`, "withdraws"},
		{"informe", "fr", "Nos e-mails contiennent des pixels de suivi.", "informs"},
		{"commande", "fr", "Votre commande est partie. Cet email comporte un pixel invisible afin de mesurer les ouvertures.", "informs"},
		{"demande", "fr", "Acceptez-vous que nous mesurions le taux d’ouverture de nos courriels&nbsp;?", "asks"},
		{"association", "fr", "Chers donateurs, nous souhaitons savoir si vous avez ouvert nos courriels. Donnez-nous votre accord.", "asks"},
		{"accepté", "fr", "Vous avez accept&eacute; l'utilisation de pixels de suivi.", "says-agreed"},
		{"retrait", "fr", `<a href="https://a.example/w">Désactiver le suivi</a>`, "withdraws"},
		{"désabonnement", "fr", `<a href="https://a.example/u">Se désabonner</a>`, "unsubscribes"},
		{"informeert", "nl", "In deze nieuwsbrief gebruiken wij volgpixels.", "informs"},
		{"zakelijk", "nl", "Geachte klant, wij registreren of u deze e-mail opent.", "informs"},
		{"vraagt", "nl", "Mogen wij meten of u onze e-mails opent?", "asks"},
		{"akkoord", "nl", "U heeft eerder toestemming gegeven voor e-mailtracking.", "says-agreed"},
		{"intrekken", "nl", `<a href="https://a.example/w">Tracking uitschakelen</a>`, "withdraws"},
		{"uitschrijven", "nl", `<a href="https://a.example/u">Uitschrijven</a>`, "unsubscribes"},
		{"informiert", "de", "In unseren E-Mails verwenden wir Zählpixel.", "informs"},
		{"Bestellung", "de", "Ihre Bestellung ist da. Diese E-Mail enthält ein Trackingpixel.", "informs"},
		{"fragt", "de", "Wir möchten messen, ob Sie unsere Newsletter öffnen. Sind Sie einverstanden?", "asks"},
		{"zugestimmt", "de", "Sie haben dem Newsletter-Tracking zugestimmt.", "says-agreed"},
		{"widerruf", "de", `<a href="https://a.example/w">Tracking ablehnen</a>`, "withdraws"},
		{"Abmeldung", "de", `<a href="https://a.example/u">Newsletter abbestellen</a>`, "unsubscribes"},
	}
	for _, tt := range tests {
		t.Run(tt.lang+" "+tt.name, func(t *testing.T) {
			if got := kinds(find(tt.body), tt.lang); got != tt.want {
				t.Errorf("%q, not %q: %+v", got, tt.want, find(tt.body))
			}
		})
	}
}

// TestNothing checks what speaks of something else.
func TestNothing(t *testing.T) {
	for _, body := range []string{
		"Track your parcel: tracking number 123. Do you agree to a delivery at your neighbour's?",
		"We use cookies on our website. You can withdraw your consent at any time.",
		"Do you consent to receive our newsletter?",
		"Suivez votre colis. Acceptez-vous les conditions ?",
		"Wir verwenden Cookies. Ihre Einwilligung können Sie widerrufen.",
		"Volg uw pakket. Gaat u akkoord met de voorwaarden?",
		"<style>.a{content:'We use tracking pixels in our emails'}</style>Hello",
		"<!-- We use tracking pixels in our emails --> Hello",
		"<p>Tracking pixels</p><p>A</p><p>B</p><p>Do you agree that it rains?</p>",
		"<title>We use tracking pixels in our emails.</title>",
	} {
		if got := find(body); len(got) > 0 {
			t.Errorf("%q: %+v", body, got)
		}
	}
}

// TestWays checks that the three ways out are told apart, with their places.
func TestWays(t *testing.T) {
	raw := []byte("List-Unsubscribe: <mailto:out@a.example>,\r\n <https://a.example/list>\r\nContent-Type: text/html\r\n\r\n" +
		`<p>Email tracking: <a href="https://a.example/w">withdraw your consent</a>.</p><p><a href="https://a.example/u">Unsubscribe</a></p>`)
	want := map[claim.Kind][]string{claim.Lists: {"mailto:out@a.example", "https://a.example/list"},
		claim.Withdraws: {"https://a.example/w"}, claim.Unsubscribes: {"https://a.example/u"}}
	got := map[claim.Kind][]string{}
	for _, c := range claim.Find(message.Header(raw), claim.Texts(raw)) {
		if c.URL == "" {
			continue
		}
		got[c.Kind] = append(got[c.Kind], c.URL)
		if c.Part == claim.Header {
			if c.Offset != -1 {
				t.Errorf("%+v", c)
			}
		} else if !strings.HasPrefix(string(raw[c.Offset:]), c.URL) {
			t.Errorf("at %d there is no %s", c.Offset, c.URL)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v", got)
	}
}

// TestWritings checks that encodings and charsets say the same, and that the place
// is that of the raw octets.
func TestWritings(t *testing.T) {
	for _, tt := range []struct{ name, head, body, at string }{
		{"plain", "text/plain; charset=utf-8", "Bonjour.\r\nNos courriels contiennent des pixels de suivi.", "Nos"},
		{"quoted-printable", "text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable", "=C3=A9t=C3=A9. <b>Nos</b> courriels contien=\r\nnent des pixels de suivi.", "Nos"},
		{"Latin 1", "text/html; charset=iso-8859-1", "\xe9t\xe9. Nos courriels int\xe8grent des pixels de suivi.", "Nos"},
		{"soft hyphens", "text/html; charset=utf-8", "Salut. Nos cour\u00adriels contien&shy;nent des pixels de suivi.", "Nos"},
		{"within tags", "text/html", "Salut. Nos <i title='a>b'>courriels</i> <span>contiennent</span> des pixels<a href='x'> de suivi</a>", "Nos"},
	} {
		raw := []byte("Content-Type: " + tt.head + "\r\n\r\n" + tt.body)
		claims := claim.Find(message.Header(raw), claim.Texts(raw))
		if len(claims) != 1 || claims[0].Kind != claim.Informs || claims[0].Language != "fr" || !strings.HasPrefix(string(raw[claims[0].Offset:]), tt.at) {
			t.Errorf("%s: %+v", tt.name, claims)
		}
	}
}

// TestReal prints how many real mails claim anything.
func TestReal(t *testing.T) {
	names, _ := filepath.Glob("../../../shared/mail/real/*.eml")
	if len(names) == 0 {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("../shared/mail is missing")
		}
		t.Skip("../shared/mail is missing")
	}
	mails, about := map[claim.Kind]int{}, 0
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		claims := claim.Find(message.Header(raw), claim.Texts(raw))
		told := false
		for _, k := range []claim.Kind{claim.Informs, claim.Asks, claim.SaysAgreed, claim.Withdraws, claim.Unsubscribes, claim.Lists} {
			if claim.Has(claims, k) {
				mails[k]++
				told = told || k != claim.Unsubscribes && k != claim.Lists
			}
		}
		if !told {
			continue
		}
		about++
		for _, c := range claims {
			if c.Kind != claim.Unsubscribes && c.Kind != claim.Lists {
				t.Logf("%s: %s %s at %d: %s", filepath.Base(name), c.Kind, c.Language, c.Offset, c.Phrase)
			}
		}
	}
	t.Logf("%d mails, %d speak of tracking: %v", len(names), about, mails)
	if mails[claim.Unsubscribes] < len(names)/10 {
		t.Error("hardly any real mail has a link to unsubscribe")
	}
}
