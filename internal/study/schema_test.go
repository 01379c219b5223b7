package study

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/study/made"
)

var rewrite = flag.Bool("write", false, "write the codebook into docs/studies.md")

// What docs/studies.md says of the columns is what the rows say of themselves.
func TestCodebook(t *testing.T) {
	path := "../../docs/studies.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(string(text), "internal/study/row.go are their home. -->\n\n")
	if !ok {
		t.Fatal("docs/studies.md has no place for the columns")
	}
	if *rewrite {
		write(t, path, []byte(before+"internal/study/row.go are their home. -->\n\n"+strings.TrimSuffix(Codebook(), "\n")))
		return
	}
	if after != strings.TrimSuffix(Codebook(), "\n") {
		t.Error("docs/studies.md is not what row.go says: go test ./internal/study -run Codebook -write")
	}
}

// Every column has one name in all files, a meaning, and says what null means where it
// can be null.
func TestColumns(t *testing.T) {
	for _, row := range []reflect.Type{reflect.TypeFor[Observation](), reflect.TypeFor[Message]()} {
		for i := range row.NumField() {
			f := row.Field(i)
			name, options, _ := strings.Cut(f.Tag.Get("parquet"), ",")
			null := f.Type.Kind() == reflect.Pointer
			if name != f.Tag.Get("json") || strings.Contains(options, "optional") != null || (f.Tag.Get("absent") != "") != null {
				t.Errorf("%s: the tags say different things", f.Name)
			}
			if !strings.HasSuffix(f.Tag.Get("meaning"), ".") {
				t.Errorf("%s: no sentence says what it means", f.Name)
			}
		}
	}
	// Those that a study of tracking has to log (LAW.md, section E), but for names.
	var have []string
	for _, c := range append(ObservationColumns(), MessageColumns()...) {
		have = append(have, c.Name)
	}
	for _, name := range strings.Fields("obs_id campaign_key msg_key recv_week sender_etld1 sender_country esp element_kind tag src_kind host etld1 cname_etld1 owner_entity third_party invisible_class declared_w declared_h true_w true_h token_len token_entropy token_location leak_kind leak_chain rule_ids list_hits verdict certainty purpose_guess action tool_version rules_version list_hash vector purpose_basis declared_consent unseen_permission") {
		if !slices.Contains(have, name) {
			t.Errorf("there is no column %s", name)
		}
	}
}

// datapackage.json tells all files and all columns, and DuckDB finds the same rows in
// both forms of a table.
func TestPackage(t *testing.T) {
	mail := t.TempDir()
	madeMail(t, made.Config{Senders: 30, Mailboxes: 5, Mailings: 1}, mail)
	s := begin(t, Protocol{Replicates: 20, Authors: []string{"A. Researcher"}}, Files{}, mail)
	ran(t, s)
	dataset, _ := published(t, s)
	p, err := readPackage(dataset)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Resources) < 9 || p.Unseen.Kind != "participants" || p.Contributors[0]["title"] != "A. Researcher" || len(p.Unseen.Rules) != 1 {
		t.Errorf("%+v", p)
	}
	for _, r := range p.Resources {
		if strings.HasPrefix(r.Path, "observations.") && len(r.Schema.Fields) != len(ObservationColumns()) {
			t.Errorf("%s has %d columns", r.Path, len(r.Schema.Fields))
		}
	}
	for _, table := range []string{"observations", "messages"} {
		rows := lab.DuckDB(t, dataset, `SELECT count(*)::INTEGER AS n, count(DISTINCT to_json(p)::VARCHAR)::INTEGER AS different FROM (
			SELECT * FROM read_parquet('`+table+`.parquet') UNION ALL BY NAME
			SELECT * FROM read_json('`+table+`.jsonl', format = 'newline_delimited', columns = {`+jsonColumns(table)+`})) p`)
		if n := rows[0]["n"].(float64); n < 50 || rows[0]["different"].(float64)*2 != n {
			t.Errorf("%s: %v", table, rows[0])
		}
	}
	for _, name := range []string{"vendors", "leaks", "refused"} {
		sql, err := os.ReadFile(filepath.Join(dataset, "sql", name+".sql"))
		if err != nil {
			t.Fatal(err)
		}
		if rows := lab.DuckDB(t, dataset, string(sql)); len(rows) == 0 && name != "refused" {
			t.Errorf("%s.sql finds nothing", name)
		}
	}
}

// The reference implementation of Frictionless Data takes a dataset of each kind for what it
// says it is, row by row, and finds what is not so.
func TestFrictionless(t *testing.T) {
	mail := t.TempDir()
	c := made.Config{Senders: 10, Mailboxes: 3, Mailings: 1}
	madeMail(t, c, mail)
	write(t, filepath.Join(mail, made.Mailbox(0), "broken.zip"), []byte("PK\x03\x04 no archive"))
	var table bytes.Buffer
	if err := c.Conditions(&table); err != nil {
		t.Fatal(err)
	}
	conditions := filepath.Join(t.TempDir(), "conditions.csv")
	write(t, conditions, table.Bytes())
	for name, files := range map[string]Files{"participants": {}, "seeds": {Conditions: conditions}} {
		s := begin(t, Protocol{Replicates: 20, Authors: []string{"A. Researcher"}}, files, mail)
		ran(t, s)
		dataset, told := published(t, s)
		wrong, rows := lab.Frictionless(t, dataset)
		if len(wrong) > 0 || rows["messages.jsonl"] != told.Messages || rows["observations.jsonl"] != told.Rows || rows["figures.csv"] < 50 {
			t.Errorf("%s: %q of %v", name, wrong, rows)
		}
		if name == "seeds" {
			continue // what is wrong is found in the same way
		}
		for path, change := range map[string][2]string{
			messagesLines: {`"references":`, `"references":"x","was":`}, observationsLines: {`"verdict":"`, `"verdict":null,"was":"`},
			figuresTable: {"mails,exempt,", "mails,exempt,x"}, packageFile: {`"name": "unseen-study-`, `"name": "Unseen Study `},
		} {
			octets, err := os.ReadFile(filepath.Join(dataset, path))
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dataset, path), bytes.Replace(octets, []byte(change[0]), []byte(change[1]), 1))
			if wrong, _ := lab.Frictionless(t, dataset); len(wrong) == 0 {
				t.Errorf("%s: nothing is wrong with another %s", name, path)
			}
			write(t, filepath.Join(dataset, path), octets)
		}
	}
}

// CITATION.cff is YAML with what the Citation File Format 1.2.0 asks for, whatever a study is
// called.
func TestCitation(t *testing.T) {
	mail := t.TempDir()
	madeMail(t, made.Config{Senders: 1, Mailboxes: 1, Mailings: 1}, mail)
	for _, title := range []string{"Letters of a year", "Yes: 'no' # {or} \"perhaps\"\n- & *", "\u202eעברית ...", "---"} {
		for _, authors := range [][]string{nil, {"A. Researcher", "É. O'Neil: the second"}} {
			s := begin(t, Protocol{Replicates: 5, Authors: authors, Description: "What: " + title}, Files{}, mail)
			ran(t, s)
			s.Protocol.Title = title
			dataset, _ := published(t, s)
			octets, err := os.ReadFile(filepath.Join(dataset, citationFile))
			if err != nil {
				t.Fatal(err)
			}
			var c struct {
				Version  string `yaml:"cff-version"`
				Message  string `yaml:"message"`
				Type     string `yaml:"type"`
				Title    string `yaml:"title"`
				Abstract string `yaml:"abstract"`
				License  string `yaml:"license"`
				Released string `yaml:"date-released"`
				ID       string `yaml:"version"`
				Authors  []struct {
					Name string `yaml:"name"`
				} `yaml:"authors"`
			}
			in := yaml.NewDecoder(bytes.NewReader(octets))
			in.KnownFields(true)
			if err := in.Decode(&c); err != nil {
				t.Fatalf("%q: %v\n%s", title, err, octets)
			}
			if c.Version != "1.2.0" || c.Message == "" || c.Type != "dataset" || c.Title != title || c.License != "CC-BY-4.0" || c.Released != "2026-11-23" || c.ID == "" {
				t.Errorf("%+v", c)
			}
			if len(c.Authors) != max(1, len(authors)) || authors != nil && c.Authors[1].Name != authors[1] || c.Authors[0].Name == "" {
				t.Errorf("authors %+v", c.Authors)
			}
		}
	}
}

// jsonColumns are the columns of a table as DuckDB calls their types.
func jsonColumns(table string) string {
	columns := ObservationColumns()
	if table == "messages" {
		columns = MessageColumns()
	}
	var list []string
	for _, c := range columns {
		kind := map[string]string{"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "array": "VARCHAR[]"}[c.Type]
		list = append(list, "'"+c.Name+"': '"+kind+"'")
	}
	return strings.Join(list, ", ")
}

// What was changed, taken away or put beside is found.
func TestVerify(t *testing.T) {
	mail := t.TempDir()
	madeMail(t, made.Config{Senders: 3, Mailboxes: 1, Mailings: 1}, mail)
	s := begin(t, Protocol{}, Files{}, mail)
	ran(t, s)
	for _, change := range []struct {
		name string
		do   func(dir string) error
		of   func(Check) []string
	}{
		{"changed", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, figuresTable), []byte("part\n"), 0o644)
		}, func(c Check) []string { return c.Wrong }},
		{"missing", func(dir string) error { return os.Remove(filepath.Join(dir, messagesLines)) }, func(c Check) []string { return c.Missing }},
		{"extra", func(dir string) error { return os.WriteFile(filepath.Join(dir, "sql", "more.sql"), nil, 0o644) }, func(c Check) []string { return c.Extra }},
	} {
		dataset, _ := published(t, s)
		if check, err := Verify(dataset); err != nil || !check.OK() {
			t.Fatalf("%+v %v", check, err)
		}
		if err := change.do(dataset); err != nil {
			t.Fatal(err)
		}
		if check, err := Verify(dataset); err != nil || check.OK() || len(change.of(check)) != 1 {
			t.Errorf("%s: %+v %v", change.name, check, err)
		}
	}
	if check, err := s.verify(); err != nil || !check.OK() || check.Mails != 3 {
		t.Errorf("%+v %v", check, err)
	}
	if err := os.Truncate(filepath.Join(s.dir, partsDir, "000001"+observationsEnd), 100); err != nil {
		t.Fatal(err)
	}
	if check, err := s.verify(); err != nil || check.OK() {
		t.Errorf("a cut part: %+v %v", check, err)
	}
}
