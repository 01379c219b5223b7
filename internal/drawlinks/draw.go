package main

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
)

// What a draw may hold at most.
const (
	perSender = 8
	perMail   = 4
)

// A stratum is a sort of links of which a draw holds a certain number, so that
// what is rare in mail is not rare among the labels. It says nothing of what a
// link is.
type stratum struct {
	name string
	// recent and old are how many are wanted of mail dated since 2020 and of
	// earlier or undated mail.
	recent, old int
	fits        func(l link) bool
}

// strata are asked in order; the first that fits has the link.
var strata = []stratum{
	{"asks", 75, 8, func(l link) bool { return l.says(askWords) }},
	{"signs in", 70, 8, func(l link) bool { return l.says(signWords) }},
	{"own host, long", 95, 10, func(l link) bool { return l.own() && l.mixed() }},
	{"own host, short", 60, 10, func(l link) bool { return l.own() }},
	{"other host, long", 90, 25, func(l link) bool { return l.mixed() }},
	{"other host, short", 60, 40, func(l link) bool { return true }},
}

// askWords and signWords find links that are likely to be about subscriptions and
// about accounts, by text or address.
var (
	askWords = []string{"unsub", "opt-out", "optout", "opt out", "preferenc", "manage your", "abmeld", "abbestell", "austragen",
		"désabonn", "desabon", "désinscri", "desinscri", "cancelar inscri", "descadastr", "darse de baja", "baja", "disiscri",
		"wypisz", "rezygn", "配信停止", "配信解除", "subscription", "remove me", "afmeld", "uitschrijv", "email settings"}
	signWords = []string{"reset", "verif", "confirm", "password", "passwort", "kennwort", "mot de passe", "senha", "contraseña",
		"log in", "login", "log-in", "sign in", "signin", "sign-in", "anmelden", "einloggen", "bestätig", "activate", "activat",
		"account security", "magic", "validate", "accedi", "entrar", "zaloguj", "potwierd", "ログイン", "認証"}
)

// says looks for words in what a link shows and in its address.
func (l link) says(words []string) bool {
	text := strings.ToLower(l.ref.Text + " " + l.ref.URL)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

// own says whether the link leads to a host of the sender's name.
func (l link) own() bool {
	name, _, _ := strings.Cut(l.mail.sender, ".")
	return strings.Contains(l.host(), name)
}

// mixed says whether some text without punctuation in the address has twelve
// characters or more, two of them digits.
func (l link) mixed() bool {
	_, rest, _ := strings.Cut(l.ref.URL, "//")
	for _, run := range strings.FieldsFunc(rest, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z')
	}) {
		digits := strings.Count(strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return '0'
			}
			return -1
		}, run), "0")
		if len(run) >= 12 && digits >= 2 {
			return true
		}
	}
	return false
}

// A ticket is a link with its place in the order of the draw.
type ticket struct {
	link    link
	stratum int
	order   [sha256.Size]byte
}

// rank puts what is rare first: the two strata of words, and in each half of the
// strata the languages of which the corpus has little.
func (t ticket) rank() int {
	rank := 0
	if t.stratum >= 2 {
		rank += 2
	}
	switch t.link.mail.language {
	case "en", "?":
		rank++
	}
	return rank
}

// accountWords are what a login is asked for with.
var accountWords = []string{"log in", "login", "sign in", "signin", "password", "verify", "verif", "confirm your", "confirmyour"}

// nearAccount looks for such words in what a link shows, in what stands just
// before it, and in its path.
func (l link) nearAccount() bool {
	_, path, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(l.ref.URL, "https://"), "http://"), "/")
	text := strings.ToLower(l.ref.Text + " | " + l.before[max(0, len(l.before)-60):] + " | " + path[:min(len(path), 60)])
	return slices.ContainsFunc(accountWords, func(w string) bool { return strings.Contains(text, w) })
}

// same says whether two links are the same reference.
func (l link) same(o link) bool {
	return l.mail == o.mail && l.section == o.section && l.ref.Ordinal == o.ref.Ordinal
}

// draw takes links at random until each stratum has what is wanted. The order is
// that of SHA-256 over the seed and the link's place. Links that may have to do
// with a login are so rare that all there are come besides.
func draw(mails []*mail, seed string) []link {
	tickets := shuffled(mails, seed)
	var (
		taken    []link
		sender   = map[string]int{}
		message  = map[string]int{}
		recently = make([]int, len(strata))
		before   = make([]int, len(strata))
	)
	for _, t := range tickets {
		s := strata[t.stratum]
		n, want := &before[t.stratum], s.old
		if t.link.mail.date >= "2020" {
			n, want = &recently[t.stratum], s.recent
		}
		if *n >= want || sender[t.link.mail.sender] >= perSender || message[t.link.mail.sum] >= perMail {
			continue
		}
		*n++
		sender[t.link.mail.sender]++
		message[t.link.mail.sum]++
		taken = append(taken, t.link)
	}
	for _, t := range tickets {
		if near := t.link; near.nearAccount() && sender[near.mail.sender] < perSender && !slices.ContainsFunc(taken, near.same) {
			sender[near.mail.sender]++
			taken = append(taken, near)
		}
	}
	slices.SortFunc(taken, func(a, b link) int {
		if c := strings.Compare(a.mail.file, b.mail.file); c != 0 {
			return c
		}
		return a.offset - b.offset
	})
	return taken
}

// shuffled gives each different link of each sender its ticket, what is rare
// first.
func shuffled(mails []*mail, seed string) []ticket {
	var tickets []ticket
	seen := map[string]bool{}
	for _, m := range mails {
		for _, l := range m.links {
			// Two copies of a mail, and a picture and its caption, are one.
			key := m.sender + " " + l.ref.URL
			if seen[key] {
				continue
			}
			seen[key] = true
			i := slices.IndexFunc(strata, func(s stratum) bool { return s.fits(l) })
			order := sha256.Sum256([]byte(seed + "\x00" + m.sum + "\x00" + l.row()))
			tickets = append(tickets, ticket{l, i, order})
		}
	}
	slices.SortFunc(tickets, func(a, b ticket) int {
		if c := a.rank() - b.rank(); c != 0 {
			return c
		}
		return bytes.Compare(a.order[:], b.order[:])
	})
	return tickets
}
