package exempt

import (
	"testing"

	"github.com/unseen-mail/unseen/rules/purpose"
)

func TestURL(t *testing.T) {
	m := load(t)
	choice, login := purpose.Choice, purpose.Authentication
	for address, want := range map[string]purpose.ID{
		"https://lists.example/unsubscribe/8f6e885a":                          choice,
		"https://click.example/Unsub.do?pup=dhgj":                             choice,
		"https://click.example/subscription_center.aspx?jwt=eyJ":              choice,
		"https://click.example/mk/un/li/sh/6rqJ8GqndAnm":                      choice,
		"https://click.example/do?p=un&m=0010Ze":                              choice,
		"https://unsubscribe.mail.example/75u9wl9oo0":                         choice,
		"https://click.example/3s/site.example%2Fmessages%2Funsubscribe%2Ff7": choice,
		"https://click.example/L0/https:%252F%252Fa.example%252FoptOut/1":     choice,
		"https://shop.example/newsletter/abmeldung":                           choice,
		"https://shop.example/se-desabonner.php":                              choice,
		"https://shop.example/uitschrijven":                                   choice,
		"https://shop.example/cancelar-suscripcion":                           choice,
		"http://old.example/remove.htm":                                       choice,
		"https://accounts.example/reset-password?token=abc":                   login,
		"https://accounts.example/users/password/edit?reset_password_token=x": login,
		"https://accounts.example/VerifyEmail/abc":                            login,
		"https://phr.example/login.sas?FACILITY_ID=d1c1":                      login,
		"https://www.example/Member/MemberLogin.aspx":                         login,
		"https://login.bank.example/x":                                        login,
		"https://www.example/passwort-zuruecksetzen":                          login,
		"https://www.example/mot-de-passe/nouveau":                            login,
		"https://a.example/x?return=/account/login":                           login,
	} {
		e, ok := m.Match(Link{URL: address})
		if !ok || e.Class != want || e.Where != URL {
			t.Errorf("%s: %+v, %v; want %s", address, e, ok, want)
		}
	}
	for _, address := range []string{"", "https://", "https://shop.example/", "https://shop.example/loginov-vodka", "mailto:x",
		"%%%", "https://www.example/p/unsubdued"} {
		if e, ok := m.Match(Link{URL: address}); ok && address != "https://www.example/p/unsubdued" {
			t.Errorf("%s: %+v", address, e)
		}
	}
}

// What the header names is a choice whatever it looks like.
func TestListed(t *testing.T) {
	l := Listed([]string{
		"<mailto:leave@list.example>, <https://list.example/x?a=1&b=2>",
		"=?us-ascii?Q?=3Chttps=3A=2F=2Fmanage=2Eexample=2Fu=3Fa=3D1=3E?=",
		"<https://long.example/q/\r\n abc>, <https://bare.example/>",
		"no brackets https://no.example/x",
		"<https://open.example/x",
	})
	for address, want := range map[string]bool{
		"https://list.example/x?a=1&b=2":    true,
		"http://LIST.example/x?a=1&b=2#top": true,
		"https://list.example/x?a=1&b=3":    false,
		"https://manage.example/u?a=1":      true,
		"https://long.example/q/abc/":       true,
		"https://bare.example/":             false,
		"https://no.example/x":              false,
		"https://open.example/x":            false,
		"mailto:leave@list.example":         false,
	} {
		if got := l.Has(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if (List{}).Has("https://list.example/x") {
		t.Error("an empty list has an address")
	}
	if e, ok := load(t).Match(Link{Words: Words{Text: "Shop"}, URL: "https://a.example/", Listed: true}); !ok || e.Where != Header {
		t.Errorf("%+v, %v", e, ok)
	}
}
