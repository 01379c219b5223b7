package made

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"strings"
)

// Person are the things of a mailbox's holder that must be in no dataset of a
// participants' study.
func Person(mailbox int) []string {
	first, last, _ := strings.Cut(Holder(mailbox), " ")
	return []string{first, last, "Ganzenweide", "1187 ZQ", "+31655501234", "loyal-" + strings.ToLower(last)}
}

// planted are addresses full of the holder of a mailbox, in every place of a URL.
func planted(m *Mail) string {
	var number int
	fmt.Sscanf(m.Mailbox, "seed-%d", &number)
	local, _, _ := strings.Cut(m.Address, "@")
	first, last, _ := strings.Cut(Holder(number-1), " ")
	slug := strings.ToLower(first + "-" + last)
	secret := []string{
		"https://img.plant.example/u/" + url.PathEscape(m.Address) + "/x.gif",
		"https://img.plant.example/u/" + strings.ToLower(last) + "/hello.gif",
		"https://img.plant.example/" + slug + "/welcome-" + strings.ToLower(first) + ".png",
		"https://" + strings.ReplaceAll(local, "+", "-") + ".plant.example/o.gif",
		"https://img.plant.example/o.gif?" + url.QueryEscape(m.Address) + "=1",
		"https://img.plant.example/o.gif?name=" + url.QueryEscape(first+" "+last) + "&tel=%2B31655501234&zip=1187+ZQ",
		"https://img.plant.example/Ganzenweide/12/o.gif",
		"https://img.plant.example/o.gif#" + m.Address,
		"https://" + url.PathEscape(m.Address) + "@img.plant.example/o.gif",
		"https://img.plant.example/loyal-" + strings.ToLower(last) + ".gif",
		"https://img.plant.example/" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(m.Address)) + "/o.gif",
		"https://img.plant.example/" + hex.EncodeToString([]byte(m.Address)) + ".gif",
		"https://img.plant.example/p;" + base64.StdEncoding.EncodeToString([]byte(`{"email":"`+m.Address+`"}`)),
		"mailto:" + m.Address + "?subject=" + url.PathEscape(first),
	}
	for _, form := range forms {
		secret = append(secret, "https://img.plant.example/"+written(form, m.Address)+"/o.gif", "https://img.plant.example/o.gif?"+strings.ReplaceAll(form, " ", "")+"="+written(form, m.Address))
	}
	var b strings.Builder
	for _, u := range secret {
		fmt.Fprintf(&b, "<a href=\"%s\">%s</a> <img src=\"%s\" alt=\"%s\">\r\n", html.EscapeString(u), html.EscapeString(first), html.EscapeString(u), html.EscapeString(m.Address))
	}
	return b.String()
}
