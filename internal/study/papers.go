package study

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// queries are the SQL that ships with every dataset.
//
//go:embed sql/*.sql
var queries embed.FS

// A dataPackage is datapackage.json (Frictionless Data Package, version 1).
type dataPackage struct {
	Profile      string            `json:"profile"`
	Name         string            `json:"name"`
	ID           string            `json:"id"`
	Title        string            `json:"title"`
	Description  string            `json:"description,omitempty"`
	Created      string            `json:"created"`
	Licenses     []map[string]any  `json:"licenses"`
	Contributors []map[string]any  `json:"contributors,omitempty"`
	Resources    []packageResource `json:"resources"`
	Unseen       packageUnseen     `json:"unseen"`
}

// A packageResource is one file of it.
type packageResource struct {
	Name        string         `json:"name"`
	Path        string         `json:"path"`
	Profile     string         `json:"profile,omitempty"`
	Format      string         `json:"format"`
	Description string         `json:"description,omitempty"`
	Encoding    string         `json:"encoding,omitempty"`
	Bytes       int64          `json:"bytes"`
	Hash        string         `json:"hash"`
	Schema      *packageSchema `json:"schema,omitempty"`
}

// A packageSchema is a Frictionless Table Schema.
type packageSchema struct {
	Fields        []packageField   `json:"fields"`
	MissingValues []string         `json:"missingValues"`
	PrimaryKey    []string         `json:"primaryKey,omitempty"`
	ForeignKeys   []map[string]any `json:"foreignKeys,omitempty"`
}

// A packageField is one column.
type packageField struct {
	Name        string         `json:"name"`
	Type        string         `json:"type"`
	Description string         `json:"description"`
	Unit        string         `json:"unit,omitempty"`
	Missing     string         `json:"missing,omitempty"`
	Constraints map[string]any `json:"constraints,omitempty"`
}

// packageUnseen is what it says besides: what the rows were made with.
type packageUnseen struct {
	Kind         string   `json:"kind"`
	ToolVersions []string `json:"tool_versions"`
	Rules        []string `json:"rules_versions"`
	Lists        []string `json:"list_hashes"`
	Seed         string   `json:"bootstrap_seed"`
	Replicates   int      `json:"bootstrap_replicates"`
	K            int      `json:"k"`
}

// papers writes what stands beside the tables.
func (x *exporter) papers(told *Suppression) error {
	if err := x.sql(); err != nil {
		return err
	}
	if !x.protocol.Seeded {
		text, err := json.MarshalIndent(told, "", "  ")
		if err != nil {
			return err
		}
		if err := x.put(suppressionFile, append(text, '\n')); err != nil {
			return err
		}
	}
	if err := x.citation(); err != nil {
		return err
	}
	text, err := json.MarshalIndent(x.pack(), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(x.dir, packageFile), append(text, '\n'), 0o644)
}

// sql writes the queries, with what they are told filled in.
func (x *exporter) sql() error {
	var limits strings.Builder
	for n, limit := range poissonLimits {
		fmt.Fprintf(&limits, "WHEN u < %d THEN %d ", limit, n)
	}
	fmt.Fprintf(&limits, "ELSE %d", len(poissonLimits))
	fill := strings.NewReplacer("{{seed}}", strings.ReplaceAll(x.protocol.Seed, "'", "''"),
		"{{replicates}}", strconv.Itoa(x.protocol.Replicates), "{{poisson}}", limits.String())
	return fs.WalkDir(queries, "sql", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := queries.ReadFile(name)
		if err != nil {
			return err
		}
		return x.put(name, []byte(fill.Replace(string(text))))
	})
}

// citation writes how the dataset is to be cited (Citation File Format 1.2.0), in the
// part of YAML that JSON is.
func (x *exporter) citation() error {
	p := &x.protocol
	type person struct {
		Name string `json:"name"`
	}
	authors := []person{}
	for _, a := range p.Authors {
		authors = append(authors, person{a})
	}
	if len(authors) == 0 {
		authors = append(authors, person{"The authors of the study"})
	}
	var b strings.Builder
	for _, line := range []struct {
		key   string
		value any
	}{
		{"cff-version", "1.2.0"}, {"message", "Please cite this dataset with the editions of the rules in datapackage.json."}, {"type", "dataset"},
		{"title", p.Title}, {"abstract", p.Description}, {"authors", authors}, {"license", p.Licence},
		{"date-released", x.Day.Format(time.DateOnly)}, {"version", p.id()},
	} {
		if line.value == "" {
			continue
		}
		value, err := json.Marshal(line.value)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s: %s\n", line.key, value)
	}
	return x.put(citationFile, []byte(b.String()))
}

// pack is what datapackage.json says.
func (x *exporter) pack() dataPackage {
	p := &x.protocol
	kind := "participants"
	if p.Seeded {
		kind = "seeds"
	}
	out := dataPackage{Profile: "data-package", Name: "unseen-study-" + p.id(), ID: p.id(), Title: p.Title, Description: p.Description,
		Created: x.Day.Format(time.RFC3339), Licenses: []map[string]any{{"name": p.Licence}},
		Unseen: packageUnseen{kind, sorted(x.editions.tools), sorted(x.editions.rules), sorted(x.editions.lists), p.Seed, p.Replicates, p.K}}
	for _, a := range p.Authors {
		out.Contributors = append(out.Contributors, map[string]any{"title": a, "role": "author"})
	}
	for _, f := range x.files {
		out.Resources = append(out.Resources, resource(f))
	}
	return out
}

// sorted are the members of a set.
func sorted(set map[string]bool) []string {
	list := slices.Sorted(maps.Keys(set))
	if list == nil {
		return []string{}
	}
	return list
}

// resource is what is said of a file.
func resource(f written) packageResource {
	base, format, _ := strings.Cut(filepath.Base(f.name), ".")
	r := packageResource{Name: strings.ToLower(strings.ReplaceAll(f.name, "/", "-")), Path: f.name, Format: format, Bytes: f.size, Hash: "sha256:" + f.sum}
	if format != "parquet" {
		r.Encoding = "utf-8"
	}
	switch base {
	case "observations":
		r.Schema = schemaOf(ObservationColumns(), "obs_id")
		r.Schema.ForeignKeys = []map[string]any{{"fields": "msg_key", "reference": map[string]any{"resource": "messages." + format, "fields": "msg_key"}}}
		r.Description = "One row for each reference of each mail."
	case "messages":
		r.Schema, r.Description = schemaOf(MessageColumns(), "msg_key"), "One row for each mail."
	case "figures":
		if format == "csv" {
			r.Schema, r.Description = schemaOf(FigureColumns(), "part", "figure"), "One row for each figure of the report."
		}
	}
	if r.Schema != nil {
		r.Profile = "tabular-data-resource"
	}
	return r
}

// schemaOf is the schema of a table.
func schemaOf(columns []Column, key ...string) *packageSchema {
	s := &packageSchema{MissingValues: []string{""}, PrimaryKey: key}
	for _, c := range columns {
		f := packageField{Name: c.Name, Type: c.Type, Description: c.Meaning, Unit: c.Unit, Missing: c.Absent}
		if c.Absent == "" {
			f.Constraints = map[string]any{"required": true}
		}
		s.Fields = append(s.Fields, f)
	}
	return s
}
