package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// built is a program that is there without building one: the test itself.
func built(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../..")
	return path
}

// Each module is listed with a licence, and the two that this test is made of.
func TestList(t *testing.T) {
	var out bytes.Buffer
	if err := run([]string{built(t)}, "", "", &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"github.com/google/licensecheck", "BSD-3-Clause", "github.com/CycloneDX/cyclonedx-go", "Apache-2.0"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the list lacks %s:\n%s", want, out.String())
		}
	}
}

// The bill is the same each time, and names each module with its sum.
func TestBill(t *testing.T) {
	program, dir := built(t), t.TempDir()
	var texts [2][]byte
	for i := range texts {
		file := filepath.Join(dir, "sbom.json")
		if err := run([]string{program}, file, "", os.Stdout); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = text
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Error("two bills of one program differ")
	}
	var bill struct {
		SpecVersion string
		Components  []struct {
			Name   string
			Type   string
			Hashes []struct{ Content string }
		}
	}
	if err := json.Unmarshal(texts[0], &bill); err != nil {
		t.Fatal(err)
	}
	if bill.SpecVersion != "1.6" {
		t.Errorf("the bill is of CycloneDX %s", bill.SpecVersion)
	}
	for _, c := range bill.Components {
		if c.Type == "library" && c.Name != "std" && (len(c.Hashes) != 1 || len(c.Hashes[0].Content) != 64) {
			t.Errorf("%s has no sum", c.Name)
		}
	}
}

// Licences that are not known, or do not fit, are an error.
func TestUnfit(t *testing.T) {
	for name, text := range map[string]string{
		"none":    "",
		"unknown": "You may look at this on Sundays.",
		"unfit":   "Licensed under the Server Side Public License, VERSION 1, OCTOBER 16, 2018",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "LICENSE"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		m := module{path: "example.com/m", version: "v1", dir: dir}
		if err := m.licensed(); err == nil {
			t.Errorf("%s: taken as %v", name, m.licences)
		}
	}
}

// What a module says of its documentation is not what its code is under: it neither
// fits nor keeps from fitting.
func TestDocumentation(t *testing.T) {
	dir := t.TempDir()
	docs := "This work is licensed under the Creative Commons Attribution-ShareAlike 4.0 International License. " +
		"To view a copy of this license, visit http://creativecommons.org/licenses/by-sa/4.0/"
	if err := os.WriteFile(filepath.Join(dir, "LICENSE.docs"), []byte(docs), 0o600); err != nil {
		t.Fatal(err)
	}
	m := module{path: "example.com/m", version: "v1", dir: dir}
	if err := m.licensed(); err == nil {
		t.Errorf("documentation alone is taken as %v", m.licences)
	}
}

// Removal is refused for a reader whose mail program reads through Unseen, and for
// nobody else; an upgrade never is.
func TestBeforeRemoval(t *testing.T) {
	script, err := filepath.Abs("../files/before-removal")
	if err != nil {
		t.Fatal(err)
	}
	home, tools := t.TempDir(), t.TempDir()
	getent := "#!/bin/sh\necho root:x:0:0::/nowhere:/bin/sh\necho 'ann:x:1000:1000:Ann:" + home + ":/bin/sh'\n"
	if err := os.WriteFile(filepath.Join(tools, "getent"), []byte(getent), 0o700); err != nil {
		t.Fatal(err)
	}
	try := func(arg string) (string, error) {
		cmd := exec.Command(script, arg)
		cmd.Env = []string{"PATH=" + tools + ":" + os.Getenv("PATH")}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, arg := range []string{"remove", "0", "upgrade", "1"} {
		if out, err := try(arg); err != nil || out != "" {
			t.Errorf("%s with nothing set up: %v, %q", arg, err, out)
		}
	}
	noted := filepath.Join(home, ".local/share/unseen/setup/setup.json")
	if err := os.MkdirAll(filepath.Dir(noted), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(noted, []byte("[{}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, arg := range []string{"remove", "0"} {
		out, err := try(arg)
		if err == nil || !strings.Contains(out, "mail programs of ann still read through it") || !strings.Contains(out, "unseen leave") {
			t.Errorf("%s with Thunderbird set up: %v, %q", arg, err, out)
		}
	}
	for _, arg := range []string{"upgrade", "1"} {
		if out, err := try(arg); err != nil {
			t.Errorf("%s with Thunderbird set up: %v, %q", arg, err, out)
		}
	}
}
