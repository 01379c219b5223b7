// Package tray is the icon of Unseen: one look says how it does, and its menu answers
// a no, takes back a yes, asks for quiet, and leads to the window.
//
// It is a small process of its own, without C and without a toolkit, which sleeps
// until the daemon says something: a window draws sixty times a second as long as it
// lives, even hidden. A yes is given where its notice can be read, so never here.
// Notices hold counts only, and no word of a mail.
package tray

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// A Kind is what the icon shows.
type Kind string

// Kinds of state, the least urgent first.
const (
	// Watching: all is as it should be.
	Watching Kind = "watching"
	// Held: something new was held since the menu was last used.
	Held Kind = "held"
	// Paused: no questions and no notices.
	Paused Kind = "paused"
	// Suspended: protection is off for some mail.
	Suspended Kind = "suspended"
	// Trouble: something does not work, or nobody answers.
	Trouble Kind = "trouble"
)

// A Known is what the icon is made of.
type Known struct {
	// Status is the daemon's; Err is why there is none.
	Status api.Status
	Err    error
	// Waiting are the questions.
	Waiting []api.Waiting
	// Granted are senders of whom a yes stands.
	Granted []string
	// New says that something was held since the menu was last used.
	New bool
}

// shownSenders is how many senders of each sort the menu names.
const shownSenders = 4

// An Item is one line of the menu.
type Item struct {
	// Do is what it does, Sender to whom.
	Do     string
	Sender string
	// Text is what it says; "" is a line between others.
	Text string
}

// What items do.
const (
	DoOpen   = "open"
	DoKeep   = "keep"
	DoBack   = "back"
	DoAsk    = "ask"
	DoPause  = "pause"
	DoResume = "resume"
	DoSet    = "settings"
	DoQuit   = "quit"
	// DoNothing is a line that only says something.
	DoNothing = ""
)

// A View is what is seen: the icon, its sentence and its menu.
type View struct {
	// Kind is what the icon shows, Says the sentence of it.
	Kind Kind
	Says string
	// Items are the menu.
	Items []Item
}

// Look makes what is seen of what is known.
func Look(w *words.Catalogue, k *Known) View {
	v := View{Kind: Watching, Says: w.Say(words.TrayWatching)}
	st := &k.Status
	switch {
	case k.Err != nil:
		v.Kind, v.Says = Trouble, w.Say(words.TrayGone)
	case len(st.Problems) > 0:
		v.Kind, v.Says = Trouble, w.Say(words.TrayTrouble)
	case len(st.Suspended) > 0:
		v.Kind, v.Says = Suspended, w.Say(words.TraySuspended, "until", w.Clock(st.Suspended[0].Until.Local()))
	case st.Paused != nil:
		v.Kind, v.Says = Paused, w.Say(words.TrayPaused, "until", w.Clock(st.Paused.Until.Local()))
	case k.New:
		v.Kind, v.Says = Held, w.Say(words.TrayHeld)
	}
	v.Items = append(v.Items, Item{Text: v.Says})
	if k.Err == nil {
		v.Items = append(v.Items, Item{Text: w.Say(words.TrayToday, "held", st.Today.Held, "told", st.Today.Released)}, Item{})
		v.Items = append(v.Items, senders(w, k)...)
	}
	v.Items = append(v.Items, Item{Do: DoOpen, Text: w.Say(words.TrayOpen)}, Item{Do: DoSet, Text: w.Say(words.WinSettings)})
	if k.Err == nil {
		if st.Paused != nil || len(st.Suspended) > 0 {
			v.Items = append(v.Items, Item{Do: DoResume, Text: w.Say(words.TrayResume)})
		} else {
			v.Items = append(v.Items, Item{Do: DoPause, Text: w.Say(words.TrayPause)})
		}
	}
	v.Items = append(v.Items, Item{}, Item{Do: DoQuit, Text: w.Say(words.TrayQuit)})
	return v
}

// senders are those who wait, each with its question and a no, and those who may know,
// each with a way back.
func senders(w *words.Catalogue, k *Known) []Item {
	var items []Item
	for _, q := range k.Waiting[:min(len(k.Waiting), shownSenders)] {
		who := Clean(q.Sender)
		items = append(items, Item{DoAsk, q.Sender, w.Say(words.TrayAsk, "sender", who)}, Item{DoKeep, q.Sender, w.Say(words.TrayKeep, "sender", who)})
	}
	if len(k.Waiting) > shownSenders {
		items = append(items, Item{Do: DoAsk, Text: w.Say(words.TrayQuestions, "n", len(k.Waiting))})
	}
	for _, s := range k.Granted[:min(len(k.Granted), shownSenders)] {
		items = append(items, Item{DoBack, s, w.Say(words.TrayBack, "sender", Clean(s))})
	}
	if len(items) > 0 {
		items = append(items, Item{})
	}
	return items
}

// granted are senders of whom a yes stands, the last given first.
func granted(list []api.Standing) []string {
	list = slices.DeleteFunc(slices.Clone(list), func(s api.Standing) bool { return s.Decision != "granted" })
	slices.SortStableFunc(list, func(a, b api.Standing) int { return b.When.Compare(a.When) })
	var names []string
	for _, s := range list {
		if !slices.Contains(names, s.Sender) {
			names = append(names, s.Sender)
		}
	}
	return names
}

// maxName is how many letters of a name the menu shows.
const maxName = 48

// Clean makes a sender's key fit for a menu: one line of letters that only show
// themselves, and none that a menu takes for a sign of its own (an underscore marks a
// key there).
func Clean(text string) string {
	text = words.Plain(strings.Join(strings.Fields(text), " "))
	if letters := []rune(text); len(letters) > maxName {
		text = string(letters[:maxName]) + "…"
	}
	return strings.ReplaceAll(text, "_", "__")
}

// next is when the icon changes by the clock alone: at the end of a pause or a
// suspension, and at midnight, when the day's count begins anew.
func next(st *api.Status, now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 1, 0, now.Location())
	earlier := func(t time.Time) {
		if t.After(now) && t.Before(at) {
			at = t
		}
	}
	if st.Paused != nil {
		earlier(st.Paused.Until)
	}
	for _, s := range st.Suspended {
		earlier(s.Until)
	}
	return at
}

// same says that two views need no new menu.
func same(a, b View) bool {
	return a.Kind == b.Kind && a.Says == b.Says && slices.Equal(a.Items, b.Items)
}

// page is where an item leads in the window.
func (i *Item) page() []string {
	switch i.Do {
	case DoAsk:
		return append([]string{"questions"}, strings.Fields(cmp.Or(i.Sender, ""))...)
	case DoSet:
		return []string{"settings"}
	}
	return []string{"today"}
}
