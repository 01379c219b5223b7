package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/report"
	"github.com/unseen-mail/unseen/rules/purpose"
)

func ExampleNewCSV() {
	w := report.NewCSV(os.Stdout, true)
	err := w.Write(report.Failure("", "box/damaged.zip", "", "archive"))
	if err == nil {
		err = w.Close()
	}
	fmt.Println(err)
	// Output:
	// ,box/damaged.zip,,0,0,,,,,,,,,,,,,,,,,,,archive
	// <nil>
}

// rows makes rows of all kinds.
func rows() *rapid.Generator[[]report.Row] {
	text := rapid.SampledFrom([]string{"", "a", "https://shop.example/?a=b,c", "\"quoted\"", "two\nlines", "é\u202e", "\x1b[2J", "tab\t"})
	list := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "A sentence.", "é"}), 0, 3)
	maybe := rapid.Custom(func(t *rapid.T) *string {
		if !rapid.Bool().Draw(t, "there") {
			return nil
		}
		s := rapid.SampledFrom([]string{"md5", "sendgrid"}).Draw(t, "text")
		return &s
	})
	one := rapid.Custom(func(t *rapid.T) report.Row {
		r := report.Failure(text.Draw(t, "hash"), text.Draw(t, "source"), "1.2", text.Draw(t, "error"))
		r.Offset, r.Length = rapid.IntRange(0, 1<<40).Draw(t, "offset"), rapid.IntRange(0, 1<<20).Draw(t, "length")
		r.Vector, r.Kind, r.URL, r.Host = "img src", reference.Pixel, text.Draw(t, "url"), text.Draw(t, "host")
		r.Verdict = rapid.SampledFrom([]detect.Verdict{"", detect.Tracker, detect.Clean}).Draw(t, "verdict")
		r.Certainty = rapid.SampledFrom([]detect.Certainty{"", detect.Proven}).Draw(t, "certainty")
		if rapid.Bool().Draw(t, "token") {
			r.Token = &detect.TokenInfo{Where: "path", Kind: "hex", Length: 32}
		}
		r.Leak, r.Vendor, r.Exemption = maybe.Draw(t, "leak"), maybe.Draw(t, "vendor"), maybe.Draw(t, "exemption")
		for _, p := range list.Draw(t, "purposes") {
			r.Purposes = append(r.Purposes, purpose.ID(p))
		}
		r.Reasons, r.Rules = append(r.Reasons, list.Draw(t, "reasons")...), append(r.Rules, list.Draw(t, "rules")...)
		return r
	})
	return rapid.SliceOfN(one, 0, 20)
}

// write writes rows in a format.
func write(t interface {
	Helper()
	Fatal(...any)
}, w report.Writer, rows []report.Row) {
	t.Helper()
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSame checks that what was written in each format is one and the same, that
// lines and Parquet give back what was written, and that it is always the same
// octets.
func TestSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rows().Draw(t, "rows")
		var lines, table, columns, again bytes.Buffer
		write(t, report.NewLines(&lines), want)
		write(t, report.NewCSV(&table, false), want)
		write(t, report.NewParquet(&columns), want)
		write(t, report.NewParquet(&again), want)
		if !bytes.Equal(columns.Bytes(), again.Bytes()) {
			t.Error("two files of the same rows differ")
		}
		var read []report.Row
		err := report.ReadParquet(bytes.NewReader(columns.Bytes()), int64(columns.Len()), func(r report.Row) error {
			read = append(read, r)
			return nil
		})
		if err != nil || len(read) != len(want) {
			t.Fatalf("%d rows of %d: %v", len(read), len(want), err)
		}
		cells, err := csv.NewReader(&table).ReadAll()
		if err != nil || len(cells) != len(want)+1 || !slices.Equal(cells[0], report.Columns()) {
			t.Fatalf("%d lines of CSV: %v", len(cells), err)
		}
		for i, line := range slices.Collect(strings.Lines(lines.String())) {
			var object map[string]any
			var row report.Row
			if json.Unmarshal([]byte(line), &object) != nil || json.Unmarshal([]byte(line), &row) != nil {
				t.Fatalf("%q", line)
			}
			if !reflect.DeepEqual(row, want[i]) || !reflect.DeepEqual(read[i], want[i]) {
				t.Errorf("wrote %+v, lines have %+v, Parquet %+v", want[i], row, read[i])
			}
			flat := flatten(object)
			for c, name := range report.Columns() {
				if flat[name] != cells[i+1][c] {
					t.Errorf("%s: JSON has %q, CSV %q", name, flat[name], cells[i+1][c])
				}
				delete(flat, name)
			}
			if len(flat) > 0 {
				t.Errorf("no column for %v", flat)
			}
		}
	})
}

// flatten writes an object as CSV does.
func flatten(object map[string]any) map[string]string {
	out := make(map[string]string)
	for name, value := range object {
		switch value := value.(type) {
		case nil:
		case map[string]any:
			for inner, text := range flatten(value) {
				out[name+"."+inner] = text
			}
		case []any:
			var words []string
			for _, v := range value {
				words = append(words, v.(string))
			}
			out[name] = strings.Join(words, " ")
		case float64:
			out[name] = fmt.Sprintf("%.0f", value)
		default:
			out[name] = value.(string)
		}
	}
	return out
}

// Names and order of columns are those of the finding, in all formats.
func TestColumns(t *testing.T) {
	var names []string
	fields := reflect.TypeFor[detect.Finding]()
	for i := range fields.NumField() {
		switch name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ","); name {
		case "-":
		case "token":
			names = append(names, "token.where", "token.kind", "token.length")
		default:
			names = append(names, name)
		}
	}
	if names = append(names, "error"); !slices.Equal(names, report.Columns()) {
		t.Errorf("a finding has %q", names)
	}
	var out bytes.Buffer
	write(t, report.NewParquet(&out), []report.Row{report.Failure("", "", "", "size")})
	f, err := parquet.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	for _, field := range f.Schema().Fields() {
		columns = append(columns, field.Name())
	}
	if !slices.Equal(columns, report.Columns()) {
		t.Errorf("Parquet has %q", columns)
	}
	for _, group := range f.Metadata().RowGroups {
		for _, c := range group.Columns {
			if c.MetaData.Codec.String() != "ZSTD" {
				t.Errorf("%v is packed by %v", c.MetaData.PathInSchema, c.MetaData.Codec)
			}
		}
	}
}

// A line never steers a terminal, and reads back as it was.
func TestPrintable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		line, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var back string
		out := report.Printable(line)
		if err := json.Unmarshal(out, &back); err != nil || back != text {
			t.Errorf("%q became %q", text, back)
		}
		if strings.ContainsAny(string(out), "\x1b\x7f\u009b\u202e") {
			t.Errorf("%q", out)
		}
	})
}

// BenchmarkParquet writes rows like those of newsletters.
func BenchmarkParquet(b *testing.B) {
	r := report.Failure(strings.Repeat("ab", 32), "Maildir/cur/1:2,S", "1.2", "")
	r.URL, r.Host, r.Reasons = "https://click.shop.example/track/open.php?u=30400001", "click.shop.example", []string{"There is nothing to see."}
	w := report.NewParquet(&bytes.Buffer{})
	for b.Loop() {
		if err := w.Write(r); err != nil {
			b.Fatal(err)
		}
	}
}
