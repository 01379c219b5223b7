package exempt

import (
	"slices"
	"testing"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// shown is a link with a text, before and after it what stands there.
func shown(before, text, after string) Link {
	return Link{Words: Words{Before: before, Text: text, After: after}, URL: "https://click.example/x/8f6e885ad76647aa"}
}

// A languageCase is one row of [TestLanguages].
type languageCase struct {
	language string
	want     purpose.ID
	link     Link
}

// languageCases are links in the words of each language.
func languageCases() []languageCase {
	choice, login := purpose.Choice, purpose.Authentication
	return []languageCase{
		{"en", choice, shown("", "Unsubscribe", "")},
		{"en", choice, shown("", "Manage your e-mail preferences", "")},
		{"en", choice, shown("If you no longer wish to receive our news, please click", "here", ".")},
		{"en", choice, shown("", "Click here", " to opt out.")},
		{"en", login, shown("", "Reset your password", "")},
		{"en", login, shown("", "VERIFY MY EMAIL ADDRESS", "")},
		{"en", login, shown("To see your results log in to the", "Patient Portal", "")},
		{"en", choice, shown("To unsubscribe from this list:\nplease ", "click here", "")},
		{"en", choice, shown("You can unsubscribe at any time. ", "Click here", ".")},
		{"en", choice, shown("No longer want to receive these e-mails? ", "Click here", ".")},
		{"en", choice, shown("", "CLICK HERE", " TO UNSUBSCRIBE")},
		{"en", login, shown("To reset your password, use the button below.\n", "Continue", "\nThe link is good for a day.")},
		{"en", login, shown("", "Confirm", "")},
		{"de", login, shown("Um Ihre E-Mail-Adresse zu bestätigen:\n", "Bestätigen", "")},
		{"fr", choice, shown("", "Se désabonner", "")},
		{"fr", choice, shown("", "Gérer mes préférences", "")},
		{"fr", choice, shown("Si vous ne souhaitez plus recevoir nos offres,", "cliquez ici", ".")},
		{"fr", login, shown("", "Réinitialiser mon mot de passe", "")},
		{"fr", login, shown("", "Confirmer mon adresse e-mail", "")},
		{"nl", choice, shown("", "Uitschrijven", "")},
		{"nl", choice, shown("", "Nieuwsbrief afmelden", "")},
		{"nl", choice, shown("Wilt u deze nieuwsbrief niet meer ontvangen? Klik dan", "hier", ".")},
		{"nl", login, shown("", "Wachtwoord opnieuw instellen", "")},
		{"nl", login, shown("", "Bevestig je e-mailadres", "")},
		{"de", choice, shown("", "Newsletter abbestellen", "")},
		{"de", choice, shown("", "Newsletterabmeldung", "")},
		{"de", choice, shown("Wenn Sie keine E-Mails mehr erhalten möchten, klicken Sie bitte", "hier", ".")},
		{"de", login, shown("", "Passwort zurücksetzen", "")},
		{"de", login, shown("", "E-Mail-Adresse jetzt bestätigen", "")},
		{"it", choice, shown("", "Annulla l’iscrizione", "")},
		{"it", choice, shown("Se non desideri più ricevere le nostre email", "clicca qui", "")},
		{"it", login, shown("", "Reimposta la tua password", "")},
		{"it", login, shown("", "Conferma il tuo indirizzo", "")},
		{"es", choice, shown("", "Darse de baja", "")},
		{"es", choice, shown("Si no desea recibir más correos, haga clic", "aquí", ".")},
		{"es", login, shown("", "Restablecer tu contraseña", "")},
		{"es", login, shown("", "Iniciar sesión", "")},
		{"pt", choice, shown("", "Cancelar inscrição", "")},
		{"pt", choice, shown("Se não deseja mais receber nossos e-mails,", "clique aqui", ".")},
		{"pt", login, shown("", "Redefinir a sua senha", "")},
		{"pt", login, shown("", "Repor a palavra-passe", "")},
	}
}

// otherLanguageCases are those of the languages that fewer readers have.
func otherLanguageCases() []languageCase {
	choice, login := purpose.Choice, purpose.Authentication
	return []languageCase{
		{"pl", choice, shown("", "Wypisz się", "")},
		{"pl", choice, shown("Jeśli nie chcesz otrzymywać wiadomości, kliknij", "tutaj", ".")},
		{"pl", login, shown("", "Zresetuj hasło", "")},
		{"pl", login, shown("", "Potwierdź swój adres e-mail", "")},
		{"sv", choice, shown("", "Avregistrera dig här", "")},
		{"sv", choice, shown("Om du inte längre vill ha våra nyhetsbrev, klicka", "här", ".")},
		{"sv", login, shown("", "Återställ ditt lösenord", "")},
		{"sv", login, shown("", "Bekräfta e-postadress", "")},
		{"da", choice, shown("", "Afmeld nyhedsbrevet", "")},
		{"da", choice, shown("Hvis du ikke længere ønsker at modtage mails, klik", "her", ".")},
		{"da", login, shown("", "Nulstil din adgangskode", "")},
		{"da", login, shown("", "Bekræft din e-mailadresse", "")},
		{"cs", choice, shown("", "Odhlásit odběr", "")},
		{"cs", choice, shown("Pokud si nepřejete dostávat novinky, klikněte", "zde", ".")},
		{"cs", login, shown("", "Obnovit heslo", "")},
		{"cs", login, shown("", "Potvrdit svou registraci", "")},
		{"fi", choice, shown("", "Peruuta tilaus", "")},
		{"fi", choice, shown("Jos et halua vastaanottaa uutiskirjettä, klikkaa", "tästä", ".")},
		{"fi", login, shown("", "Vaihda salasana", "")},
		{"fi", login, shown("", "Vahvista sähköpostiosoitteesi", "")},
		{"ru", choice, shown("", "Отписаться от рассылки", "")},
		{"ja", choice, shown("", "メールマガジンの配信停止はこちら", "")},
		{"hu", choice, shown("", "Leiratkozás a hírlevélről", "")},
	}
}

// Each language has its own ways to say what a link is for, by itself and in a
// sentence.
func TestLanguages(t *testing.T) {
	m := load(t)
	for _, c := range slices.Concat(languageCases(), otherLanguageCases()) {
		t.Run(c.language+" "+c.link.Text, func(t *testing.T) {
			e, ok := m.Match(c.link)
			if !ok || e.Class != c.want {
				t.Errorf("%q: %+v, %v; want %s", c.link.Before, e, ok, c.want)
			}
		})
	}
}

// Words are found however they are written.
func TestWritings(t *testing.T) {
	m := load(t)
	for name, text := range map[string]string{
		"capitals":              "UNSUBSCRIBE",
		"blanks":                " Un\u00adsub\u200bscribe\u00a0",
		"references":            "Se d&eacute;sabonner",
		"accents by themselves": "Se de\u0301sabonner",
		"no accents":            "Se desabonner",
		"Latin-1":               "Se d\xe9sabonner",
		"Latin-2":               "Zresetuj has\xb3o",
		"typographic":           "Annulla l\u2019iscrizione",
		"e-mail":                "E-Mail-Einstellungen",
		"email":                 "Email Einstellungen",
		"in brackets":           "[unsubscribe]",
	} {
		if _, ok := m.Match(shown("", text, "")); !ok {
			t.Errorf("%s: %q is not found", name, text)
		}
	}
}

// Words free only the link that they stand by, and only where they say what it is
// for.
func TestNotExempt(t *testing.T) {
	m := load(t)
	for name, l := range map[string]Link{
		"nothing":                  shown("", "", ""),
		"an offer":                 shown("", "Shop now", ""),
		"sign up":                  shown("", "Jetzt informieren & anmelden", ""),
		"confirm a gift":           shown("", "Confirm My AAA Kit", ""),
		"activate a gift":          shown("", "Activate My Emergency Kit", ""),
		"a headline":               shown("", "Seven things that we learned when we made all our readers reset their password before lunch", ""),
		"another sentence":         shown("You can unsubscribe at any time. And now to our offers: click", "here", ""),
		"the paragraph before":     shown("You can unsubscribe at any time.\n", "Click here", ""),
		"the next paragraph":       shown("", "Click here", "\nTo unsubscribe"),
		"the next sentence":        shown("", "CLICK HERE!", " If you wish to be removed from our list"),
		"two paragraphs before":    shown("No Income Verification\nWhen can your doctor see you?\n", "Click here", ""),
		"the next link's":          shown("", "Privacy policy", "| Unsubscribe"),
		"a word of a longer one":   shown("", "Preferential prices", ""),
		"must log in at a shop":    shown("Members must log in at", "www.ba.com/Chase10", "to book"),
		"far before a name":        shown("Those who forgot their password last year will like our new", "Lock catalogue", ""),
		"campaign tag of the link": {Words: Words{Text: "Shop"}, URL: "https://shop.example/x?utm_campaign=unsubscribe_winback&utm_content=login"},
		"an article's address":     {Words: Words{Text: "Read"}, URL: "https://blog.example/how-to-reset-the-password-of-your-router"},
		"a token":                  {Words: Words{Text: "Read"}, URL: "https://click.example/c/login8Hs72Kq0xZp93LmVbnT5Rw1Yc6Df4Gj2unsubQa8We0RtYuIoPz7XkLsDf3GhJ"},
	} {
		if e, ok := m.Match(l); ok {
			t.Errorf("%s: %+v", name, e)
		}
	}
}
