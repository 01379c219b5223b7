package page

import (
	"github.com/unseen-mail/unseen/internal/words"
)

// A Link is a sealed link of a mail.
type Link struct {
	// Token is its name.
	Token string
	// Address is where it leads first, Host who runs that, Vendor their name.
	Address, Host, Vendor string
	// Sender is the key of whose mail it is, "" if nobody vouches for them.
	Sender string
	// Clean is where it leads in the end, without anybody between; "" if that
	// is not known. Somewhere is the host of that, if it alone is known.
	Clean, Somewhere string
	// Reasons are what it is judged by.
	Reasons []string
	// Command is what to type to decide for all links, "" within a session.
	Command string
	// Notice is what has to be read before a yes to all such links, word for word,
	// and NoticeSHA256 its hash; "" outside of a session.
	Notice, NoticeSHA256 string
	// Grantable says that a standing answer can be given.
	Grantable bool
	// To, if not "", is where the reader goes on at once.
	To string
}

// linkView is what the template shows.
type linkView struct {
	Link
	Lead, Unknown, OnceHint, How, Standing, CleanHost string
}

// Link makes the page of a sealed link.
func (f *Frame) Link(l Link) []byte {
	w := f.Words
	who := l.Sender
	if who == "" {
		who = w.Say(words.PageSomebody)
	}
	v := linkView{
		Link: l, Lead: w.Say(words.PageLinkLead, "host", l.Host, "vendor", l.Vendor, "sender", who), CleanHost: host(l.Clean),
		OnceHint: w.Say(words.PageLinkOnceHint, "host", l.Host), How: w.Say(words.PageLinkHow, "sender", who),
		Standing: w.Say(words.PageLinkStanding, "sender", who), Unknown: w.Say(words.PageLinkUnknown, "host", l.Host),
	}
	if l.Somewhere != "" {
		v.Unknown = w.Say(words.PageLinkSomewhere, "host", l.Somewhere, "through", l.Host)
	}
	return f.render("link", view{Title: w.Say(words.PageLink), Home: "-", To: l.To, V: v, L: map[string]string{
		"to": w.Say(words.PageLinkTo), "clean": w.Say(words.PageLinkClean), "once": w.Say(words.PageLinkOnce),
		"always": w.Say(words.PageLinkAlways), "never": w.Say(words.PageLinkNever), "why": w.Say(words.PageLinkWhy),
		"choose": w.Say(words.PageLoadChoose),
	}})
}
