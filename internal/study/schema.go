package study

import (
	"fmt"
	"reflect"
	"strings"
)

// A Column is one column of a table, as its field's tags tell.
type Column struct {
	// Name is its name in every file.
	Name string
	// Type is one of Frictionless Table Schema: string, integer, number, boolean or
	// array.
	Type string
	// Meaning is a sentence, Unit what numbers count, "" for none.
	Meaning, Unit string
	// Absent says what null means; "" in columns that are never null.
	Absent string
}

// ObservationColumns are the columns of the table observations, in order.
func ObservationColumns() []Column { return columnsOf(reflect.TypeFor[Observation]()) }

// MessageColumns are the columns of the table messages, in order.
func MessageColumns() []Column { return columnsOf(reflect.TypeFor[Message]()) }

// FigureColumns are the columns of the table figures, in order.
func FigureColumns() []Column { return columnsOf(reflect.TypeFor[Figure]()) }

// columnsOf reads the columns of a row's type.
func columnsOf(row reflect.Type) []Column {
	var list []Column
	for i := range row.NumField() {
		f := row.Field(i)
		c := Column{Name: f.Tag.Get("json"), Meaning: f.Tag.Get("meaning"), Unit: f.Tag.Get("unit"), Absent: f.Tag.Get("absent")}
		kind := f.Type
		if kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		switch kind.Kind() {
		case reflect.Int64:
			c.Type = "integer"
		case reflect.Float64:
			c.Type = "number"
		case reflect.Bool:
			c.Type = "boolean"
		case reflect.Slice:
			c.Type = "array"
		default:
			c.Type = "string"
		}
		list = append(list, c)
	}
	return list
}

// Codebook is the part of docs/studies.md that tells the columns of all tables, in
// Markdown.
func Codebook() string {
	var b strings.Builder
	for _, t := range []struct {
		name, what string
		columns    []Column
	}{
		{"observations", "One row for each reference of each mail.", ObservationColumns()},
		{"messages", "One row for each mail, those without references and those that could not be read too.", MessageColumns()},
		{"figures", "One row for each figure of the report.", FigureColumns()},
	} {
		fmt.Fprintf(&b, "### %s\n\n%s\n\n| column | type | unit | meaning | null means |\n|---|---|---|---|---|\n", t.name, t.what)
		for _, c := range t.columns {
			absent := c.Absent
			if absent == "" {
				absent = "never null"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", c.Name, c.Type, c.Unit, c.Meaning, absent)
		}
		b.WriteString("\n")
	}
	return b.String()
}
