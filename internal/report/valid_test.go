package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/unseen-mail/unseen/internal/report"
)

// A row that holds octets of no letter is the same in each format, and what was
// handed over stays as it was.
func TestOctetsOfNoLetter(t *testing.T) {
	row := report.Failure("", "box/\xff\xfe.eml", "1", "unreadable")
	row.URL, row.Host = "https://shop.example/\xc3(", "shop\x80.example"
	row.Rules, row.Reasons = append(row.Rules, "list:\xe9.txt:3", "plain"), append(row.Reasons, "a\xf0b")
	var lines, table, columns bytes.Buffer
	one := []report.Row{row}
	write(t, report.NewLines(&lines), one)
	write(t, report.NewCSV(&table, true), one)
	write(t, report.NewParquet(&columns), one)
	var fromLines report.Row
	if err := json.Unmarshal(lines.Bytes(), &fromLines); err != nil {
		t.Fatal(err)
	}
	if fromLines.Source != "box/\ufffd\ufffd.eml" {
		t.Errorf("the source is %q", fromLines.Source)
	}
	err := report.ReadParquet(bytes.NewReader(columns.Bytes()), int64(columns.Len()), func(r report.Row) error {
		if !reflect.DeepEqual(r, fromLines) {
			t.Errorf("Parquet has %+v, lines %+v", r, fromLines)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	cells, err := csv.NewReader(&table).Read()
	if err != nil {
		t.Fatal(err)
	}
	if cells[1] != fromLines.Source || cells[7] != fromLines.URL || cells[8] != fromLines.Host || cells[20] != "list:\ufffd.txt:3 plain" {
		t.Errorf("CSV has %q", cells)
	}
	if row.Rules[0] != "list:\xe9.txt:3" {
		t.Errorf("the row handed over was changed: %q", row.Rules)
	}
}
