// Package englehardt makes again, of any study's dataset, the measures of "I never signed
// up for this! Privacy implications of email tracking" (Englehardt, Han and Narayanan,
// PoPETs 2018(1), pages 109 to 126), by the rules that paper publishes.
//
// The rules are: a third party is a host of another registrable domain than the sender's;
// a tracker is what a filter list names (those that the study was told; without any, what
// Unseen's verdict calls a tracker, and the table says so); a leak is the recipient's
// address, as it is or in up to three layers of encodings and hashes, in the address of a
// load or a link that goes to a third party. Shares are told by mails and by senders.
//
// # What it does not know
//
// The paper fetched the mails with a browser and followed links. What only that shows is
// named by [Missing] and left out: redirects and whom they tell, the Referer header,
// cookies, and whether a leak was meant.
package englehardt

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/internal/study"
)

// A Row is one row of a table.
type Row struct {
	// Table is which of them, Measure what is counted.
	Table   string `json:"table"`
	Measure string `json:"measure"`
	// Count is of Of: mails, senders or links.
	Count int `json:"count"`
	Of    int `json:"of"`
	// Published is what the paper found, in per cent, "" where it tells no such number.
	Published string `json:"published,omitempty"`
}

// Missing names what the paper measured and nobody can without a crawl.
func Missing() []string { return []string{"redirects", "referer", "cookies", "intent", "clicks"} }

// published are the numbers of the paper, in per cent.
var published = map[[2]string]string{
	{"mails", "third-party"}: "85", {"mails", "tracker"}: "70", {"mails", "leak"}: "29", {"senders", "leak"}: "19", {"links", "leak"}: "11",
}

// A sender is what all mails of one show.
type sender struct{ third, tracker, leak bool }

// A tally counts a dataset.
type tally struct {
	lists   bool
	mails   [4]int // all, third-party, tracker, leak
	links   [2]int // all, leak
	senders map[string]*sender
	// chains and depths count leaks by form and by layers, receivers the senders whose
	// mail leaks to a domain, parties the mails by how many third parties they load.
	chains, depths map[string]int
	leaks          int
	receivers      map[string]map[string]bool
	parties        map[int]int
}

// Tables makes the tables of a dataset.
func Tables(d *study.Dataset) ([]Row, error) {
	t := &tally{lists: len(d.Lists) > 0, senders: make(map[string]*sender), chains: make(map[string]int), depths: make(map[string]int),
		receivers: make(map[string]map[string]bool), parties: make(map[int]int)}
	if err := d.Each(t.mail); err != nil {
		return nil, err
	}
	return t.rows(), nil
}

// Tracker says by what trackers are known: "lists" or "verdict".
func Tracker(d *study.Dataset) string {
	if len(d.Lists) > 0 {
		return "lists"
	}
	return "verdict"
}

// mail counts a mail.
func (t *tally) mail(r *study.Record) {
	if r.Message.Error != nil {
		return
	}
	key := ""
	if r.Message.SenderKey != nil {
		key = *r.Message.SenderKey
	}
	s := t.senders[key]
	if s == nil {
		s = new(sender)
		t.senders[key] = s
	}
	var third, tracker, leak bool
	hosts := make(map[string]bool)
	for i := range r.Observations {
		o := &r.Observations[i]
		away := o.ThirdParty != nil && *o.ThirdParty
		switch o.ElementKind {
		case "receipt":
		case "link":
			t.link(o, away)
		default:
			third = third || away
			tracker = tracker || away && t.tracks(o)
			if away {
				hosts[domain(o)] = true
			}
			if away && o.LeakKind != nil {
				leak = true
				t.leak(o, key)
			}
		}
	}
	t.parties[len(hosts)]++
	for i, yes := range []bool{true, third, tracker, leak} {
		if yes {
			t.mails[i]++
		}
	}
	s.third, s.tracker, s.leak = s.third || third, s.tracker || tracker, s.leak || leak
}

// tracks says whether a reference is a tracker.
func (t *tally) tracks(o *study.Observation) bool {
	if t.lists {
		return len(o.ListHits) > 0
	}
	return o.Verdict == "tracker"
}

// link counts a link that leads to the web.
func (t *tally) link(o *study.Observation, away bool) {
	if o.ThirdParty == nil {
		return
	}
	t.links[0]++
	if away && o.LeakKind != nil {
		t.links[1]++
	}
}

// leak counts an address that a third party gets.
func (t *tally) leak(o *study.Observation, sender string) {
	t.leaks++
	t.chains[*o.LeakChain]++
	t.depths[strconv.FormatInt(*o.LeakDepth, 10)]++
	at := domain(o)
	if t.receivers[at] == nil {
		t.receivers[at] = make(map[string]bool)
	}
	t.receivers[at][sender] = true
}

// domain is where a reference leads; what was left out of the dataset is one of them.
func domain(o *study.Observation) string {
	if o.ETLD1 == nil {
		return "(suppressed)"
	}
	return *o.ETLD1
}

// rows are all tables.
func (t *tally) rows() []Row {
	var list []Row
	add := func(table, measure string, count, of int) {
		list = append(list, Row{table, measure, count, of, published[[2]string{table, measure}]})
	}
	add("mails", "third-party", t.mails[1], t.mails[0])
	add("mails", "tracker", t.mails[2], t.mails[0])
	add("mails", "leak", t.mails[3], t.mails[0])
	var by [3]int
	for _, s := range t.senders {
		for i, yes := range []bool{s.third, s.tracker, s.leak} {
			if yes {
				by[i]++
			}
		}
	}
	add("senders", "third-party", by[0], len(t.senders))
	add("senders", "tracker", by[1], len(t.senders))
	add("senders", "leak", by[2], len(t.senders))
	add("links", "leak", t.links[1], t.links[0])
	for _, n := range slices.Sorted(maps.Keys(t.parties)) {
		add("third parties in a mail", strconv.Itoa(n), t.parties[n], t.mails[0])
	}
	for _, c := range byCount(t.chains) {
		add("encodings", c, t.chains[c], t.leaks)
	}
	for _, n := range slices.Sorted(maps.Keys(t.depths)) {
		add("layers", n, t.depths[n], t.leaks)
	}
	receivers := make(map[string]int)
	for at, who := range t.receivers {
		receivers[at] = len(who)
	}
	for _, at := range byCount(receivers) {
		add("recipients", at, receivers[at], len(t.senders))
	}
	return list
}

// byCount are names, the most frequent first.
func byCount(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
}

// CSV writes the tables for other programs.
func CSV(out io.Writer, rows []Row) error {
	w := csv.NewWriter(out)
	err := w.Write([]string{"table", "measure", "count", "of", "published_percent"})
	for _, r := range rows {
		if err == nil {
			err = w.Write([]string{r.Table, r.Measure, strconv.Itoa(r.Count), strconv.Itoa(r.Of), r.Published})
		}
	}
	w.Flush()
	if err = errors.Join(err, w.Error()); err != nil {
		return fmt.Errorf("writing the tables: %w", err)
	}
	return nil
}
