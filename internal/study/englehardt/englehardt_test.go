package englehardt_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/study/englehardt"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// Every table of the synthetic mail is what was made up, and DuckDB counts the same.
func TestTruth(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	d, err := englehardt.Synthetic(context.Background(), dir, rules, "test")
	if err != nil {
		t.Fatal(err)
	}
	got, err := englehardt.Tables(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range englehardt.Differences(got, englehardt.Truth()) {
		t.Error(what)
	}
	if englehardt.Tracker(d) != "verdict" {
		t.Errorf("without lists, trackers are told by %s", englehardt.Tracker(d))
	}
	at := make(map[[2]string]englehardt.Row)
	tables := make(map[string]int)
	for _, r := range got {
		at[[2]string{r.Table, r.Measure}] = r
		tables[r.Table]++
		if r.Count < 0 || r.Count > r.Of {
			t.Errorf("%+v", r)
		}
	}
	// None of them is empty or trivial, or the truth would prove nothing.
	for table, n := range map[string]int{"mails": 3, "senders": 3, "links": 1, "third parties in a mail": 3, "encodings": 5, "layers": 3, "recipients": 5} {
		if tables[table] < n {
			t.Errorf("%s has %d rows", table, tables[table])
		}
	}
	if r := at[[2]string{"links", "leak"}]; r.Count == 0 || r.Published != "11" {
		t.Errorf("%+v", r)
	}
	inDuckDB(t, filepath.Join(dir, "dataset"), got)
}

// inDuckDB counts by the SQL that ships with the dataset: every row, and none besides.
func inDuckDB(t *testing.T, dataset string, want []englehardt.Row) {
	t.Helper()
	sql, err := os.ReadFile(filepath.Join(dataset, "sql", "englehardt2018.sql"))
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[[2]string][2]float64)
	for _, row := range lab.DuckDB(t, dataset, string(sql)) {
		rows[[2]string{row["table"].(string), row["measure"].(string)}] = [2]float64{row["count"].(float64), row["of"].(float64)}
	}
	for _, r := range want {
		at := [2]string{r.Table, r.Measure}
		if got, ok := rows[at]; !ok || got != [2]float64{float64(r.Count), float64(r.Of)} {
			t.Errorf("%v is %v in DuckDB, and %d of %d", at, got, r.Count, r.Of)
		}
		delete(rows, at)
	}
	for at, got := range rows {
		t.Errorf("%v is %v in DuckDB and stands in no table", at, got)
	}
}

// A fault is found: truth that is not true differs.
func TestDifferences(t *testing.T) {
	truth := englehardt.Truth()
	other := append([]englehardt.Row(nil), truth...)
	other[0].Count++
	if n := len(englehardt.Differences(other, truth)); n != 1 {
		t.Errorf("%d differences", n)
	}
	if n := len(englehardt.Differences(truth[1:], truth)); n != 1 {
		t.Errorf("%d differences with a row missing", n)
	}
	var b bytes.Buffer
	if err := englehardt.CSV(&b, truth); err != nil {
		t.Fatal(err)
	}
	if rows, err := csv.NewReader(&b).ReadAll(); err != nil || len(rows) != len(truth)+1 {
		t.Errorf("%d rows: %v", len(rows), err)
	}
}
