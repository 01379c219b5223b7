// Package made makes up the mail of whole studies, with the truth about each: who sends
// what to which mailbox, what in it tracks, what leaks, and what was answered at sign-up.
//
// Nothing in it is anybody's. Equal configurations make equal mail, octet for octet, and
// mail after mail without keeping any, so that a hundred thousand take no memory.
package made

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"mime/quotedprintable"
	"net/url"
	"strings"
	"time"
)

// A Config says what mail there is.
type Config struct {
	// Senders and Mailboxes are how many there are, Mailings how many each sender
	// sends; each mailing goes to every mailbox.
	Senders, Mailboxes, Mailings int
	// Seed makes other mail of the same kind.
	Seed uint64
	// Planted puts each mailbox's address, name and other things of its holder into
	// addresses, in every form that is looked for and some that are not.
	Planted bool
	// OneAddress gives every sender the same address of a mailbox, as most people do.
	OneAddress bool
}

// Begun is when the made-up senders begin to send: they send once a week.
var Begun = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

// A Mail is one mail with the truth about it.
type Mail struct {
	// Mailbox is the name of the mailbox, Address the one it gave to the sender.
	Mailbox, Address string
	// Sender and Mailing are numbers from 0.
	Sender, Mailing int
	// Raw is the mail.
	Raw   []byte
	Truth Truth
}

// A Truth is what a mail shows.
type Truth struct {
	// Domain is the sender's.
	Domain string
	// Tracked says that its pixel is one recipient's, Link that its links are.
	Tracked, Link bool
	// ThirdParties are the organisational domains besides the sender's that a load
	// goes to, in order.
	ThirdParties []string
	// Pixel is the organisational domain that its pixel goes to, "" for none.
	Pixel string
	// LeakLoad and LeakLink are the forms in which the address stands in the pixel or in
	// links, "" for none; LinkTo is the organisational domain that links go to.
	LeakLoad, LeakLink, LinkTo string
	// Links are how many links it has.
	Links int
	// Answer is what stood in the protocol when it came.
	Answer string
}

// Mailbox is the name of a mailbox, Holder its holder's.
func Mailbox(i int) string { return fmt.Sprintf("seed-%d", i+1) }

// holders are names of people who do not exist.
var holders = []string{"Wilhelmina Ostrander", "Bartholomeus Kwikkel", "Seraphine Montclair", "Traugott Eisenhauer", "Odalys Quintero"}

// Holder is the name of a mailbox's holder.
func Holder(i int) string {
	name := holders[i%len(holders)]
	if i >= len(holders) {
		name += fmt.Sprintf("-%d", i/len(holders))
	}
	return name
}

// Address is the address that a mailbox gave to a sender: one of its own for each.
func Address(mailbox, sender int) string {
	first, last, _ := strings.Cut(strings.ToLower(Holder(mailbox)), " ")
	return fmt.Sprintf("%s.%s+s%03d@mailboxes.example", first, last, sender)
}

// Domain is the domain of a sender.
func Domain(sender int) string { return fmt.Sprintf("house-%03d.example", sender) }

// An answer is what a mailbox said to a sender.
type answer struct {
	word, purposes string
	withdrawn      time.Time
}

// answerOf is a mailbox's answer: the first says yes, the second no, the third takes a
// yes back, the fourth was not asked; further ones begin anew.
func answerOf(mailbox int) answer {
	switch mailbox % 4 {
	case 0:
		return answer{word: "yes", purposes: "performance"}
	case 1:
		return answer{word: "no"}
	case 2:
		return answer{word: "yes", purposes: "performance;click", withdrawn: Begun.AddDate(0, 0, 10)}
	}
	return answer{word: "not-asked"}
}

// stood is what stood in the protocol at a time.
func stood(mailbox int, at time.Time) string {
	a := answerOf(mailbox)
	switch {
	case a.word == "no":
		return "refused"
	case a.word == "not-asked":
		return "not-asked"
	case !a.withdrawn.IsZero() && !at.Before(a.withdrawn.AddDate(0, 0, 1).Truncate(24*time.Hour)):
		return "withdrawn"
	}
	return "granted"
}

// Conditions writes the table of conditions of the mailboxes.
func (c Config) Conditions(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"mailbox", "sender", "alias", "answer", "purposes", "signed_up", "withdrawn"}) // Error tells
	for m := range c.Mailboxes {
		a := answerOf(m)
		withdrawn := ""
		if !a.withdrawn.IsZero() {
			withdrawn = a.withdrawn.Format(time.DateOnly)
		}
		for s := range c.Senders {
			_ = out.Write([]string{Mailbox(m), Domain(s), Address(m, s), a.word, a.purposes, Begun.AddDate(0, 0, -7).Format(time.DateOnly), withdrawn})
		}
	}
	out.Flush()
	return out.Error()
}

// Mails returns all mail, in the order in which it came.
func (c Config) Mails() iter.Seq[Mail] {
	return func(yield func(Mail) bool) {
		for mailing := range c.Mailings {
			for s := range c.Senders {
				for m := range c.Mailboxes {
					if !yield(c.mail(m, s, mailing)) {
						return
					}
				}
			}
		}
	}
}

// traits are how a sender works, by its number.
type traits struct {
	// tracks by pixel, links by links; honours what was answered.
	tracks, links, honours bool
	// third is whose pixel it is, "" for the sender's own.
	third string
	// leak is the form of the address in the pixel, linkLeak that in links.
	leak, linkLeak string
	// fonts says that a font is loaded from somebody else; encoding is of the HTML.
	fonts    bool
	encoding int
}

// forms are those in which made-up senders write addresses.
var forms = []string{"plain", "md5", "sha256", "base64", "hex", "sha1", "base64 of md5", "md5 of base64"}

// of returns a sender's traits. They are drawn by hash, so that none goes with another.
func (c Config) of(sender int) traits {
	draw := func(what string, of uint64) uint64 {
		h := sha256.Sum256(fmt.Appendf(nil, "%d/%d/%s", c.Seed, sender, what))
		return binary.BigEndian.Uint64(h[:]) % of
	}
	t := traits{tracks: draw("tracks", 10) < 7, links: draw("links", 2) == 0, honours: draw("honours", 3) > 0,
		fonts: draw("fonts", 4) == 0, encoding: int(draw("encoding", 3))}
	if draw("third", 5) < 3 {
		t.third = fmt.Sprintf("meter-%d.example", draw("meter", 12))
	}
	if t.tracks && draw("leaks", 10) < 3 {
		t.leak = forms[draw("form", uint64(len(forms)))]
	}
	if t.links && draw("link leaks", 10) < 1 {
		t.linkLeak = forms[draw("link form", uint64(len(forms)))]
	}
	return t
}

// written is an address in a form.
func written(form, address string) string {
	hexOf := func(b []byte) string { return hex.EncodeToString(b) }
	m, s := md5.Sum([]byte(address)), sha256.Sum256([]byte(address))
	switch form {
	case "md5":
		return hexOf(m[:])
	case "sha256":
		return hexOf(s[:])
	case "sha1":
		h := sha1.Sum([]byte(address))
		return hexOf(h[:])
	case "base64":
		return base64.RawURLEncoding.EncodeToString([]byte(address))
	case "hex":
		return hexOf([]byte(address))
	case "base64 of md5":
		return base64.RawURLEncoding.EncodeToString([]byte(hexOf(m[:])))
	case "md5 of base64":
		h := md5.Sum([]byte(base64.StdEncoding.EncodeToString([]byte(address))))
		return hexOf(h[:])
	}
	return url.QueryEscape(address)
}

// mail makes one mail.
func (c Config) mail(mailbox, sender, mailing int) Mail {
	at := Begun.AddDate(0, 0, 7*mailing).Add(time.Duration(sender%600) * time.Minute)
	out := Mail{Mailbox: Mailbox(mailbox), Address: Address(mailbox, sender), Sender: sender, Mailing: mailing}
	if c.OneAddress {
		out.Address = Address(mailbox, 0)
	}
	t := c.of(sender)
	out.Truth = Truth{Domain: Domain(sender), Answer: stood(mailbox, at)}
	if t.honours && out.Truth.Answer != "granted" {
		t.tracks, t.links, t.leak, t.linkLeak = false, false, "", ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%s/%d/%d", c.Seed, out.Address, sender, mailing))
	page := c.page(&out, t, hex.EncodeToString(sum[:16]))
	out.Raw = c.wrap(&out, t, page, at)
	return out
}

// page writes the HTML, and the truth about it.
func (c Config) page(m *Mail, t traits, token string) string {
	var b strings.Builder
	d := m.Truth.Domain
	third := func(domain string) string {
		m.Truth.ThirdParties = append(m.Truth.ThirdParties, domain)
		return domain
	}
	fmt.Fprintf(&b, "<html><head><title>News of %s</title>", d)
	if t.fonts {
		fmt.Fprintf(&b, `<link rel="stylesheet" href="https://css.%s/open-sans.css">`, third("letters.example"))
	}
	fmt.Fprintf(&b, "</head><body><h1>News number %d</h1>\r\n<p><img src=\"https://img.%s/logo.png\" width=\"200\" height=\"60\" alt=\"%s\"></p>\r\n", m.Mailing+1, d, d)
	fmt.Fprintf(&b, "<p>Dear reader, this week the house of %s has %d new things to show. They are made with care, and they last.</p>\r\n", d, 3+m.Sender%5)
	m.Truth.LinkTo, m.Truth.Links = d, 4
	for i := range 3 {
		link := fmt.Sprintf("https://www.%s/things/%d", d, i+1)
		if t.links {
			m.Truth.Link = true
			link = fmt.Sprintf("https://click.%s/track/click/3040%04d/www.%s?p=eyJzIjoi%s", d, m.Sender, d, token)
			if t.linkLeak != "" {
				m.Truth.LeakLink = t.linkLeak
				if t.third != "" {
					m.Truth.LinkTo = t.third
				}
				link = fmt.Sprintf("https://www.%s/things/%d?who=%s", m.Truth.LinkTo, i+1, written(t.linkLeak, m.Address))
			}
		}
		fmt.Fprintf(&b, "<p><a href=\"%s\">Thing %d</a> is <img src=\"https://img.%s/thing-%d.jpg\" width=\"300\" height=\"200\" alt=\"\"></p>\r\n", link, i+1, d, i+1)
	}
	if c.Planted {
		b.WriteString(planted(m))
	}
	if t.tracks {
		m.Truth.Tracked = true
		m.Truth.Pixel = d
		if t.third != "" {
			m.Truth.Pixel = third(t.third)
		}
		who := ""
		if t.leak != "" {
			m.Truth.LeakLoad = t.leak
			who = "&amp;e=" + written(t.leak, m.Address)
		}
		fmt.Fprintf(&b, "<img src=\"https://open.%s/track/open.php?u=3040%04d&amp;id=%s%s\" width=\"1\" height=\"1\" alt=\"\">\r\n", m.Truth.Pixel, m.Sender, token, who)
	}
	fmt.Fprintf(&b, "<p><a href=\"https://www.%s/unsubscribe?id=%s\">Unsubscribe</a></p></body></html>\r\n", d, token)
	return b.String()
}

// wrap makes a mail of a page.
func (c Config) wrap(m *Mail, t traits, page string, at time.Time) []byte {
	var b strings.Builder
	var mailbox int
	fmt.Sscanf(m.Mailbox, "seed-%d", &mailbox)
	date := at.Format(time.RFC1123Z)
	fmt.Fprintf(&b, "Delivered-To: %s\r\nReceived: from mta.%s by mx.mailboxes.example; %s\r\n", m.Address, m.Truth.Domain, date)
	fmt.Fprintf(&b, "From: House %d <news@%s>\r\nTo: %s <%s>\r\nSubject: News number %d of house %d\r\nDate: %s\r\n", m.Sender, m.Truth.Domain, Holder(mailbox-1), m.Address, m.Mailing+1, m.Sender, date)
	fmt.Fprintf(&b, "Message-ID: <%d.%d.%s@%s>\r\nList-Id: <news.%s>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n", m.Mailing, m.Sender, m.Mailbox, m.Truth.Domain, m.Truth.Domain)
	switch t.encoding {
	case 0:
		b.WriteString("\r\n" + page)
	case 1:
		b.WriteString("Content-Transfer-Encoding: quoted-printable\r\n\r\n")
		w := quotedprintable.NewWriter(&b)
		_, _ = io.WriteString(w, page) // a Builder takes everything
		_ = w.Close()
	default:
		b.WriteString("Content-Transfer-Encoding: base64\r\n\r\n")
		text := base64.StdEncoding.EncodeToString([]byte(page))
		for len(text) > 76 {
			b.WriteString(text[:76] + "\r\n")
			text = text[76:]
		}
		b.WriteString(text + "\r\n")
	}
	return []byte(b.String())
}
