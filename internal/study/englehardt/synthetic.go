package englehardt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/study"
	"github.com/unseen-mail/unseen/internal/study/made"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// Mail is the synthetic mail that ships with the program: everything in it is known.
func Mail() made.Config {
	return made.Config{Senders: 150, Mailboxes: 5, Mailings: 2, Seed: 2018}
}

// Synthetic makes the study of the synthetic mail in an empty directory, from the mail to
// the dataset, as any other study is made.
func Synthetic(ctx context.Context, dir string, rules *catalogue.Catalogue, tool string) (*study.Dataset, error) {
	if err := boxes(dir); err != nil {
		return nil, fmt.Errorf("writing the synthetic mail: %w", err)
	}
	at := filepath.Join(dir, "study")
	p := study.Protocol{Title: "Synthetic mail", Created: made.Begun.Format(time.DateOnly), K: 1, Replicates: 100}
	if err := study.Begin(at, p, study.Files{}); err != nil {
		return nil, err
	}
	s, err := study.Open(at)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for i := range Mail().Mailboxes {
		if err := s.Add(study.Source{Path: filepath.Join(dir, made.Mailbox(i)+".mbox"), Holder: made.Mailbox(i)}); err != nil {
			return nil, err
		}
	}
	if _, err := s.Run(ctx, study.Run{Catalogue: rules, Tool: tool}); err != nil {
		return nil, err
	}
	out := filepath.Join(dir, "dataset")
	if _, err := study.Publish([]*study.Study{s}, study.Export{Out: out, Day: made.Begun, Tool: tool}); err != nil {
		return nil, err
	}
	return study.ReadDataset(out)
}

// boxes writes the synthetic mail, an mbox for each mailbox.
func boxes(dir string) error {
	var files []*os.File
	var writers []*bufio.Writer
	for i := range Mail().Mailboxes {
		f, err := os.Create(filepath.Join(dir, made.Mailbox(i)+".mbox"))
		if err != nil {
			return err
		}
		defer f.Close()
		files, writers = append(files, f), append(writers, bufio.NewWriter(f))
	}
	at := make(map[string]*bufio.Writer)
	for i := range writers {
		at[made.Mailbox(i)] = writers[i]
	}
	for m := range Mail().Mails() {
		fmt.Fprintf(at[m.Mailbox], "From news@%s Mon Jan  5 08:00:00 2026\r\n%s\r\n", m.Truth.Domain, m.Raw)
	}
	var err error
	for i := range writers {
		err = errors.Join(err, writers[i].Flush(), files[i].Close())
	}
	return err
}

// Truth makes the tables of the synthetic mail from what was made up, without looking
// into a mail.
func Truth() []Row {
	t := &tally{senders: make(map[string]*sender), chains: make(map[string]int), depths: make(map[string]int),
		receivers: make(map[string]map[string]bool), parties: make(map[int]int)}
	for m := range Mail().Mails() {
		t.truth(&m.Truth)
	}
	return t.rows()
}

// truth counts a mail by what was made up.
func (t *tally) truth(m *made.Truth) {
	s := t.senders[m.Domain]
	if s == nil {
		s = new(sender)
		t.senders[m.Domain] = s
	}
	away := m.Pixel != "" && m.Pixel != m.Domain
	third, tracker, leak := len(m.ThirdParties) > 0, m.Tracked && away, m.LeakLoad != "" && away
	hosts := make(map[string]bool)
	for _, at := range m.ThirdParties {
		hosts[at] = true
	}
	t.parties[len(hosts)]++
	for i, yes := range []bool{true, third, tracker, leak} {
		if yes {
			t.mails[i]++
		}
	}
	s.third, s.tracker, s.leak = s.third || third, s.tracker || tracker, s.leak || leak
	t.links[0] += m.Links
	if m.LeakLink != "" && m.LinkTo != m.Domain {
		t.links[1] += m.Links - 1 // all but that to unsubscribe
	}
	if !leak {
		return
	}
	layers := strings.Count(m.LeakLoad, " of ") + 1
	if m.LeakLoad == "plain" {
		layers = 0
	}
	t.leaks++
	t.chains[m.LeakLoad]++
	t.depths[strconv.Itoa(layers)]++
	if t.receivers[m.Pixel] == nil {
		t.receivers[m.Pixel] = make(map[string]bool)
	}
	t.receivers[m.Pixel][m.Domain] = true
}

// Differences are the rows in which two sets of tables differ, as sentences for whoever
// looks for a fault.
func Differences(got, want []Row) []string {
	rows := func(list []Row) map[string]string {
		out := make(map[string]string)
		for _, r := range list {
			out[r.Table+", "+r.Measure] = fmt.Sprintf("%d of %d", r.Count, r.Of)
		}
		return out
	}
	g, w := rows(got), rows(want)
	all := maps.Clone(g)
	maps.Copy(all, w)
	var list []string
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if g[k] != w[k] {
			list = append(list, fmt.Sprintf("%s: %q, in truth %q", k, g[k], w[k]))
		}
	}
	return list
}
