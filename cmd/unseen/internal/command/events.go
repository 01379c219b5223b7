package command

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// gathered is how long a line waits for others like it: a mail is opened at
	// once, and asks for many pictures.
	gathered = 500 * time.Millisecond
	// widest is how wide the column of senders grows.
	widest = 28
)

// A journal writes events for a person, those that are alike on one line.
type journal struct {
	out   io.Writer
	words *words.Catalogue

	mu     sync.Mutex // guards what follows
	groups []*group
	after  []string
	timer  *time.Timer
	wide   int
}

// A group is events that are alike.
type group struct {
	api.Event
	n     int
	hosts []string
	// reasons are purposes, in events of consent.
	reasons []string
	// line stands for a line of its own.
	line string
}

// Event takes an event.
func (j *journal) Event(e api.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	at := slices.IndexFunc(j.groups, func(g *group) bool { return g.alike(&e) })
	if at < 0 {
		at = len(j.groups)
		j.groups = append(j.groups, &group{Event: e})
	}
	g := j.groups[at]
	g.n++
	if e.Host != "" && !slices.Contains(g.hosts, e.Host) {
		g.hosts = append(g.hosts, e.Host)
	}
	if !slices.Contains(g.reasons, e.Reason) {
		g.reasons = append(g.reasons, e.Reason)
	}
	j.later()
}

// Line takes a line of its own.
func (j *journal) Line(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.groups = append(j.groups, &group{line: text})
	j.later()
}

// After takes a line that belongs behind events that may come a little later.
func (j *journal) After(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.after = append(j.after, text)
	j.later()
}

// later makes sure that what waits is written.
func (j *journal) later() {
	if j.timer == nil {
		j.timer = time.AfterFunc(gathered, j.Flush)
	}
}

// Flush writes what waits.
func (j *journal) Flush() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.timer != nil {
		j.timer.Stop()
		j.timer = nil
	}
	for _, g := range j.groups {
		j.wide = max(j.wide, min(widest, utf8.RuneCountInString(g.who(j.words))))
	}
	for _, g := range j.groups {
		if g.line != "" {
			fmt.Fprintln(j.out, g.line)
			continue
		}
		what, text := g.text(j.words)
		fmt.Fprintf(j.out, "%s  %-9s  %-*s  %s\n", g.Time.Local().Format("15:04:05"), what, j.wide, g.who(j.words), text)
	}
	for _, line := range j.after {
		fmt.Fprintln(j.out, line)
	}
	j.groups, j.after = nil, nil
}

// alike says whether an event belongs to the group.
func (g *group) alike(e *api.Event) bool {
	if g.line != "" || g.Kind != e.Kind || g.Outcome != e.Outcome || g.Sender != e.Sender || g.Account != e.Account {
		return false
	}
	return g.Reason == e.Reason || g.Kind == "consent"
}

// who names the sender, or the account where an event is about none.
func (g *group) who(w *words.Catalogue) string {
	switch {
	case g.Sender == "all":
		return w.Say(words.EventEverybody)
	case g.Sender != "":
		return words.Plain(g.Sender)
	case g.Kind == "load":
		return w.Say(words.EventNobody)
	}
	return words.Plain(g.Account)
}

// text says in words what happened: in one word, and in a sentence.
func (g *group) text(w *words.Catalogue) (what, text string) {
	reason := g.Reason
	for _, said := range []string{"Held: ", "Released: "} {
		reason = strings.TrimPrefix(reason, said)
	}
	pairs := []any{"hosts", strings.Join(g.hosts, ", "), "reason", reason, "n", g.n, "who", g.Sender}
	switch g.Kind + " " + g.Outcome {
	case "load held":
		if g.Reason == w.Say(words.WhyPicturesOff) && g.Sender != "" {
			return w.Say(words.DidHold), w.Say(words.EventPictures, pairs...)
		}
		return w.Say(words.DidHold), w.Say(words.EventLoad, pairs...)
	case "load released":
		if g.Verdict == "clean" {
			return w.Say(words.DidRelease), w.Say(words.EventSame, pairs...)
		}
		return w.Say(words.DidRelease), w.Say(words.EventLoad, pairs...)
	case "load copy":
		return w.Say(words.DidCopy), w.Say(words.EventCopy, pairs...)
	case "load failed":
		return w.Say(words.DidFail), w.Say(words.EventLoad, pairs...)
	case "consent granted", "consent refused", "consent withdrawn":
		var purposes []string
		for _, id := range g.reasons {
			purposes = append(purposes, purposeText(w, id))
		}
		return w.Say(words.DidChoose), decided(w, g.Outcome) + ": " + strings.Join(purposes, ", ")
	case "consent once":
		return w.Say(words.DidChoose), w.Say(words.EventOnce)
	case "names asked":
		return w.Say(words.DidChoose), w.Say(words.EventNames)
	case "forgotten done":
		return w.Say(words.DidChoose), w.Say(words.EventForgotten)
	case "picture shown", "picture once":
		return w.Say(words.DidChoose), w.Say(words.EventShown)
	case "picture hidden":
		return w.Say(words.DidChoose), w.Say(words.EventHidden)
	case "level standard", "level own", "level all":
		return w.Say(words.DidChoose), levelText(w, g.Outcome)
	case "protection paused", "protection pause-over", "protection suspended", "protection suspension-over", "protection resumed":
		return w.Say(words.DidChange), words.Plain(reason)
	case "receipt held":
		return w.Say(words.DidHold), words.Plain(reason)
	case "receipt released", "picture bare":
		return w.Say(words.DidRelease), words.Plain(reason)
	case "receipt allowed", "receipt refused":
		return w.Say(words.DidChoose), receiptState(w, g.Outcome)
	case "mail arrived":
		return w.Say(words.DidArrive), words.Plain(reason)
	case "port free":
		return w.Say(words.DidRecover), words.Plain(reason)
	}
	return words.Plain(g.Kind), words.Plain(strings.TrimSpace(g.Outcome + " " + reason))
}
