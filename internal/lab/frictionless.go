package lab

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Frictionless has a dataset checked by the reference implementation of Frictionless Data
// in JavaScript: its datapackage.json against the profiles, and every row of its tables in
// text against their schemas. It returns what is wrong, and how many rows were read of
// each resource. It is brought by packaging/bring.sh into .cache/frictionless.
func Frictionless(t testing.TB, dataset string) (wrong []string, rows map[string]int) {
	t.Helper()
	home := cached(t, "frictionless", "datapackage")
	if home == "" {
		Missing(t, "Frictionless Data, which \"packaging/bring.sh test\" brings through npm")
	}
	cmd := exec.Command("node", "--input-type=module", "-e", frictionlessScript, dataset)
	cmd.Dir = home
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("frictionless: %v\n%s", err, said.String())
	}
	var got struct {
		Wrong []string       `json:"wrong"`
		Rows  map[string]int `json:"rows"`
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("reading what frictionless says: %v\n%.500s", err, out.String())
	}
	return got.Wrong, got.Rows
}

// cached is where a package of npm lies in .cache, "" if it is not there.
func cached(t testing.TB, name, module string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		home := filepath.Join(dir, ".cache", name)
		if _, err := os.Stat(filepath.Join(home, "node_modules", module)); err == nil {
			return home
		}
	}
	return ""
}

// frictionlessScript is what node runs. The library reads CSV by itself; lines of JSON are
// given to it row by row, with null in the place of a missing value.
const frictionlessScript = `
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const require = createRequire(process.cwd() + "/");
const { Package } = require("datapackage");
const { Schema } = require("tableschema");
process.chdir(process.argv[1]);
const wrong = [], rows = {};
const told = (where, e) => wrong.push([where, e.message, ...(e.errors || []).slice(0, 3).map((x) => x.message)].join(": "));
const all = await Package.load(JSON.parse(readFileSync("datapackage.json", "utf8")), { basePath: process.cwd(), strict: false });
for (const e of all.errors) told("datapackage.json", e);
for (const r of all.resources) {
  for (const e of r.errors) told(r.name, e);
  if (!r.descriptor.schema) continue;
  const schema = await Schema.load(r.descriptor.schema);
  for (const e of schema.errors) told(r.name + ": schema", e);
  rows[r.name] = 0;
  if (r.descriptor.format === "csv") {
    try { rows[r.name] = (await r.read({ keyed: true })).length; } catch (e) { told(r.name, e); }
  }
  if (r.descriptor.format !== "jsonl") continue;
  for (const line of readFileSync(r.descriptor.path, "utf8").split("\n").filter(Boolean)) {
    const row = JSON.parse(line), at = r.name + ": row " + ++rows[r.name];
    if (Object.keys(row).join() !== schema.fieldNames.join()) wrong.push(at + ": other columns");
    try { schema.castRow(schema.fieldNames.map((name) => row[name] === null ? "" : row[name])); } catch (e) { told(at, e); }
  }
}
process.stdout.write(JSON.stringify({ wrong, rows }));
`
