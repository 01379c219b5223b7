package command

import (
	"fmt"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/internal/words"
)

type rulesList struct {
	Format string `enum:"text,json" default:"text" help:"${help_rules_format}"`
}

// listedRules are all rules, for a program.
type listedRules struct {
	Dir       string       `json:"dir"`
	Catalogue string       `json:"catalogue"`
	Tables    []tableRows  `json:"tables"`
	Edition   string       `json:"rule_edition"`
	Files     []listedFile `json:"files"`
	Missing   []string     `json:"missing"`
}

// tableRows is a table of the catalogue.
type tableRows struct {
	Name string `json:"name"`
	Rows int    `json:"rows"`
}

// A listedFile is one file of rules.
type listedFile struct {
	Name     string          `json:"name"`
	Kind     string          `json:"kind"`
	Rules    int             `json:"rules"`
	Ignored  int             `json:"ignored"`
	Problems []listedProblem `json:"problems"`
	More     int             `json:"more_problems"`
	URL      string          `json:"url,omitempty"`
	Fetched  *time.Time      `json:"fetched,omitempty"`
	// Unnamed says that it was fetched and config.toml does not name it now.
	Unnamed bool `json:"unnamed,omitempty"`
}

// A listedProblem is a line that could not be read.
type listedProblem struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// Run says which rules there are.
func (c *rulesList) Run(s *session) error {
	all, err := s.rules()
	if err != nil {
		return err
	}
	list := listedRules{Dir: all.dir, Catalogue: all.plain.Edition(), Edition: all.catalogue.Edition(), Files: []listedFile{}, Missing: []string{}}
	for _, table := range all.plain.Tables() {
		list.Tables = append(list.Tables, tableRows{table.Name, table.Rows})
	}
	named := make(map[string]bool)
	for _, f := range all.own.Files() {
		named[f.Name] = true
		list.Files = append(list.Files, listFile(f, all.settings.Lists))
	}
	for _, url := range all.settings.Lists {
		if !named[rulefiles.Name(url)] {
			list.Missing = append(list.Missing, url)
		}
	}
	if c.Format == "json" {
		return s.object(list)
	}
	s.printRules(list)
	return nil
}

// listFile says what became of a file.
func listFile(f rulefiles.File, lists []string) listedFile {
	one := listedFile{Name: f.Name, Kind: string(f.Kind), Rules: f.Rules, Ignored: f.Ignored, More: f.More, Problems: []listedProblem{}}
	for _, p := range f.Problems {
		one.Problems = append(one.Problems, listedProblem{p.Line, p.Text})
	}
	if f.Source != nil {
		one.URL, one.Fetched = f.Source.URL, &f.Source.Fetched
		one.Unnamed = !slices.Contains(lists, f.Source.URL)
	}
	return one
}

// printRules says the same to a person.
func (s *session) printRules(list listedRules) {
	s.say(words.RulesDir, "dir", list.Dir)
	if len(list.Files) == 0 {
		s.say(words.RulesNone)
	}
	for _, f := range list.Files {
		fmt.Fprintln(s.Out, "  "+s.words.Say(words.RulesFile, "name", f.Name, "kind", f.Kind, "n", f.Rules))
		line := func(k words.Key, pairs ...any) { fmt.Fprintln(s.Out, "      "+s.words.Say(k, pairs...)) }
		if f.Fetched != nil {
			line(words.RulesFetched, "date", s.words.DateTime(f.Fetched.Local()), "url", f.URL)
		}
		if f.Unnamed {
			line(words.RulesUnnamed)
		}
		if f.Ignored > 0 {
			line(words.RulesIgnored, "n", f.Ignored)
		}
		for _, p := range f.Problems {
			fmt.Fprintln(s.Out, "      "+words.Plain(rulefiles.Problem{File: f.Name, Line: p.Line, Text: p.Text}.String()))
		}
		if f.More > 0 {
			line(words.RulesMore, "n", f.More)
		}
	}
	for _, url := range list.Missing {
		fmt.Fprintln(s.Out, "  "+s.words.Say(words.RulesMissing, "url", url))
	}
	s.say(words.RulesCatalogue, "edition", list.Catalogue)
	for _, table := range list.Tables {
		fmt.Fprintln(s.Out, "  "+s.words.Say(words.RulesTable, "name", table.Name, "n", table.Rows))
	}
	if list.Edition != list.Catalogue {
		s.say(words.RulesEdition, "edition", list.Edition)
	}
}
