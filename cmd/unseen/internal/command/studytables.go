package command

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/unseen-mail/unseen/internal/study"
	"github.com/unseen-mail/unseen/internal/study/englehardt"
	"github.com/unseen-mail/unseen/internal/words"
)

type studyTables struct {
	Paper   string `arg:"" enum:"englehardt2018" help:"${help_study_paper}"`
	Dataset string `arg:"" optional:"" help:"${help_study_tables_dataset}"`
	Format  string `enum:"text,csv,jsonl" default:"text" help:"${help_study_tables_format}"`
}

// Run makes the tables of a published study again.
func (c *studyTables) Run(ctx context.Context, s *session) error {
	data, done, err := c.dataset(ctx, s)
	if err != nil {
		return err
	}
	defer done()
	rows, err := englehardt.Tables(data)
	if err != nil {
		return s.studyFault(c.Dataset, err)
	}
	if err := c.write(s, data, rows); err != nil || c.Dataset != "" {
		return err
	}
	differ := englehardt.Differences(rows, englehardt.Truth())
	for _, what := range differ {
		s.complain(s.words.Say(words.TablesUntrue, "what", what), "")
	}
	if len(differ) > 0 {
		return errSaid
	}
	if c.Format == "text" {
		s.say(words.TablesTrue, "n", len(rows))
	}
	return nil
}

// dataset reads the dataset that was named, or makes that of the synthetic mail. What it
// returns besides takes that away again.
func (c *studyTables) dataset(ctx context.Context, s *session) (*study.Dataset, func(), error) {
	if c.Dataset != "" {
		data, err := study.ReadDataset(c.Dataset)
		if err != nil {
			return nil, nil, s.studyFault(c.Dataset, err)
		}
		return data, func() {}, nil
	}
	rules, err := studyRules()
	if err != nil {
		return nil, nil, err
	}
	dir, err := os.MkdirTemp("", "unseen-study-")
	if err != nil {
		return nil, nil, err
	}
	done := func() { _ = os.RemoveAll(dir) } // a directory for what is made up
	data, err := englehardt.Synthetic(ctx, dir, rules, version())
	if err != nil {
		done()
		return nil, nil, s.studyFault(dir, err)
	}
	return data, done, nil
}

// write writes the tables.
func (c *studyTables) write(s *session, data *study.Dataset, rows []englehardt.Row) error {
	switch c.Format {
	case "csv":
		return englehardt.CSV(s.Out, rows)
	case "jsonl":
		for _, r := range rows {
			line, err := json.Marshal(r)
			if err != nil {
				return fmt.Errorf("writing the tables: %w", err)
			}
			if _, err := s.Out.Write(append(printable(line), '\n')); err != nil {
				return fmt.Errorf("writing the tables: %w", err)
			}
		}
		return nil
	}
	c.text(s, data, rows)
	return nil
}

// tableHeads are the headings of tables.
var tableHeads = map[string]words.Key{
	"mails": words.TablesMails, "senders": words.TablesSenders, "links": words.TablesLinks, "third parties in a mail": words.TablesParties,
	"encodings": words.TablesEncodings, "layers": words.TablesLayers, "recipients": words.TablesRecipients,
}

// text writes the tables for a person.
func (c *studyTables) text(s *session, data *study.Dataset, rows []englehardt.Row) {
	if len(rows) > 3 {
		s.say(words.TablesHead, "mails", rows[0].Of, "senders", rows[3].Of)
	}
	measures := map[string]words.Key{"third-party": words.TablesThird, "tracker": words.TablesTracker, "leak": words.TablesLeak}
	last := ""
	for _, r := range rows {
		if r.Table != last {
			last = r.Table
			s.say(tableHeads[last])
		}
		measure := r.Measure
		if key, ok := measures[measure]; ok && last != "encodings" && last != "recipients" {
			measure = s.words.Say(key)
		}
		line, rate, found := words.TablesLine, "–", ""
		if n, err := strconv.ParseFloat(r.Published, 64); err == nil {
			line, found = words.TablesLinePublished, s.words.Percent(n/100)
		}
		if r.Of > 0 {
			rate = s.words.Percent(float64(r.Count) / float64(r.Of))
		}
		s.say(line, "measure", measure, "count", r.Count, "of", r.Of, "rate", rate, "published", found)
	}
	by := words.TablesByVerdict
	if englehardt.Tracker(data) == "lists" {
		by = words.TablesByLists
	}
	s.say(by)
	s.say(words.TablesMissing)
}
