package evidence_test

import (
	"encoding/json"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// What inspectors know from the EDPS Website Evidence Collector says what the findings
// say: its keys, one beacon for each tracker, with the message and the octets.
func TestInspection(t *testing.T) {
	opened, _ := made(t, options(t, filepath.Join(t.TempDir(), "part")), mailTo("anna", 1), mailTo("bert", 1))
	text, err := fs.ReadFile(opened, "data/inspection.json")
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"title", "task_description", "script", "cookies", "beacons", "hosts", "start_time", "end_time"} {
		if keys[key] == nil {
			t.Errorf("there is no %s", key)
		}
	}
	var beacons []struct {
		URL     string `json:"url"`
		Filter  string `json:"filter"`
		List    string `json:"listName"`
		Message string `json:"message_sha256"`
		Offset  int    `json:"offset"`
		Length  int    `json:"length"`
	}
	if err := json.Unmarshal(keys["beacons"], &beacons); err != nil {
		t.Fatal(err)
	}
	findings, err := fs.ReadFile(opened, "data/findings.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Count(string(findings), `"verdict":"tracker"`) + strings.Count(string(findings), `"verdict":"suspected"`)
	if len(beacons) != want || want < 4 {
		t.Errorf("%d beacons for %d findings", len(beacons), want)
	}
	yaml, err := fs.ReadFile(opened, "data/beacons.yml")
	if err != nil || strings.Count("\n"+string(yaml), "\n- ") != len(beacons) {
		t.Errorf("beacons.yml has others: %v\n%s", err, yaml)
	}
	for _, b := range beacons {
		raw, err := fs.ReadFile(opened, "data/messages/"+b.Message+".eml")
		if err != nil || string(raw[b.Offset:b.Offset+b.Length]) != b.URL || b.Filter == "" || !strings.HasPrefix(b.List, "sha256:") {
			t.Errorf("%+v: %v", b, err)
		}
		if !strings.Contains(string(yaml), b.URL) {
			t.Errorf("beacons.yml lacks %s", b.URL)
		}
	}
}
