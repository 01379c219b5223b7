package lab

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
)

// DuckDB runs SQL in DuckDB, in a directory, and returns the rows of its last
// statement as text by their columns; nil stands for NULL. It is brought by
// packaging/bring.sh into .cache/duckdb.
func DuckDB(t testing.TB, dir, sql string) []map[string]any {
	t.Helper()
	home := cached(t, "duckdb", filepath.Join("@duckdb", "node-api"))
	if home == "" {
		Missing(t, "DuckDB, which \"packaging/bring.sh test\" brings through npm")
	}
	in, err := json.Marshal(map[string]string{"dir": dir, "sql": sql})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "--input-type=module", "-e", duckScript)
	cmd.Dir = home
	cmd.Stdin = bytes.NewReader(in)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("duckdb: %v\n%s", err, said.String())
	}
	var rows []map[string]any
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		t.Fatalf("reading what duckdb says: %v\n%.500s", err, out.String())
	}
	return rows
}

// duckScript is what node runs. Numbers beyond 2^53 come as text; there are none.
const duckScript = `
import { DuckDBInstance } from "@duckdb/node-api";
import { readFileSync } from "node:fs";
const given = JSON.parse(readFileSync(0, "utf8"));
process.chdir(given.dir);
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
const read = await connection.runAndReadAll(given.sql);
process.stdout.write(JSON.stringify(read.getRowObjectsJson()));
`
