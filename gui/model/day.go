package model

import (
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// DaySentence says what became of the mails of a day, and nothing that is not known.
func DaySentence(w *words.Catalogue, n api.Sums) string {
	if n.Mails == 0 {
		return w.Say(words.WinDayNone)
	}
	parts := []string{w.Say(words.WinDayMails, "n", n.Mails)}
	switch {
	case n.Asking == 0:
		parts = append(parts, w.Say(words.WinDayNoneAsked))
	case n.Told == 0:
		parts = append(parts, w.Say(words.WinDayAsked, "n", n.Asking), w.Say(words.WinDayNobody))
	default:
		parts = append(parts, w.Say(words.WinDayAsked, "n", n.Asking), w.Say(words.WinDayTold, "n", n.Told))
	}
	return strings.Join(parts, " ")
}

// A Moment is one line of what happened.
type Moment struct {
	// Clock is when it was: a time of the day, or a day.
	Clock string
	// Text says what it was. It holds names of strangers.
	Text string
}

// within is how close loads of one sender are told as one.
const within = 2 * time.Minute

// Timeline tells events, the newest first; loads of one sender that were close
// together are one line.
func Timeline(w *words.Catalogue, events []api.Event, now time.Time) []Moment {
	var lines []Moment
	for i := len(events) - 1; i >= 0; {
		last, n := &events[i], 1
		hosts := []string{last.Host}
		for i--; i >= 0 && alike(&events[i], last); i-- {
			n++
			if !slices.Contains(hosts, events[i].Host) {
				hosts = append(hosts, events[i].Host)
			}
		}
		if text := told(w, last, n, hosts); text != "" {
			lines = append(lines, Moment{Clock: clock(w, last.Time, now), Text: text})
		}
	}
	return lines
}

// alike says that two events are told as one.
func alike(a, b *api.Event) bool {
	return a.Kind == b.Kind && a.Outcome == b.Outcome && a.Sender == b.Sender && b.Time.Sub(a.Time) < within
}

// clock is a time of today, or a day.
func clock(w *words.Catalogue, at, now time.Time) string {
	at = at.In(now.Location())
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return w.Clock(at)
	}
	return w.Date(at)
}

// told says an event in a sentence, "" for what needs none.
func told(w *words.Catalogue, e *api.Event, n int, hosts []string) string {
	who := e.Sender
	if who == "" {
		who = w.Say(words.PageSomebody)
	}
	asks := e.Verdict == "tracker" || e.Verdict == "suspected"
	var key words.Key
	switch e.Kind + " " + e.Outcome {
	case "load held":
		if key = words.WinDidHold; !asks {
			key = words.WinDidHidePicture
		}
	case "load released":
		if key = words.WinDidTell; !asks {
			key = words.WinDidShow
		}
	case "load copy":
		key = words.WinDidCopy
	case "load failed":
		key = words.WinDidFail
	case "mail arrived":
		key = words.WinDidArrive
	case "consent granted":
		key = words.WinDidGrant
	case "consent refused":
		key = words.WinDidRefuse
	case "consent withdrawn":
		key = words.WinDidWithdraw
	case "consent once":
		key = words.WinDidOnce
	default:
		return happened(w, e)
	}
	return w.Say(key, "sender", who, "hosts", w.List(hosts[:min(len(hosts), 3)]), "n", n)
}

// happened says what is about no sender.
func happened(w *words.Catalogue, e *api.Event) string {
	switch e.Kind {
	case "protection":
		switch e.Outcome {
		case "paused":
			return w.Say(words.WinDidPause)
		case "suspended":
			return w.Say(words.WinDidSuspend)
		}
		return w.Say(words.WinDidResume)
	case "account":
		return w.Say(words.WinDidAccount)
	case "rules":
		return w.Say(words.WinDidRules)
	case "level", "settings", "config":
		return w.Say(words.WinDidSettings)
	case "picture":
		return w.Say(words.WinDidPictures)
	case "receipt":
		return w.Say(words.WinDidReceipt)
	}
	return ""
}
