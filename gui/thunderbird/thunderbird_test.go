package thunderbird_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/gui/thunderbird"
	"github.com/unseen-mail/unseen/internal/native"
	"github.com/unseen-mail/unseen/internal/words"
)

// packed is the add-on as it is installed.
func packed(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := thunderbird.Pack(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The packed file is the same whenever it is made, and holds all files.
func TestPackTwice(t *testing.T) {
	one, two := packed(t), packed(t)
	if sha256.Sum256(one) != sha256.Sum256(two) {
		t.Error("packed twice, it is two files")
	}
	all, err := thunderbird.Files()
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(one), int64(len(one)))
	if err != nil || len(z.File) != len(all) {
		t.Fatalf("%d files of %d, %v", len(z.File), len(all), err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(body, all[f.Name]) {
			t.Errorf("%s is another file: %v", f.Name, err)
		}
		r.Close()
	}
}

// Every text that the add-on says is there in every language, with the same
// parameters, and every one that is there is said.
func TestTexts(t *testing.T) {
	all, err := thunderbird.Files()
	if err != nil {
		t.Fatal(err)
	}
	var scripts strings.Builder
	for name, body := range all {
		if strings.HasSuffix(name, ".js") || name == "manifest.json" {
			scripts.Write(body)
		}
	}
	said := make(map[string]bool)
	for _, found := range regexp.MustCompile(`__MSG_(\w+)__|"([a-z]+[A-Za-z]*)"`).FindAllStringSubmatch(scripts.String(), -1) {
		said[found[1]+found[2]] = true
	}
	for _, lang := range words.Languages() {
		var texts map[string]struct {
			Message      string
			Placeholders map[string]struct{ Content string }
		}
		if err := json.Unmarshal(all["_locales/"+lang+"/messages.json"], &texts); err != nil {
			t.Fatal(err)
		}
		for name, text := range texts {
			if !said[name] {
				t.Errorf("%s: nobody says %s", lang, name)
			}
			if text.Message == "" || strings.Contains(text.Message, "|") {
				t.Errorf("%s: %s is %q", lang, name, text.Message)
			}
			for slot := range text.Placeholders {
				if !strings.Contains(text.Message, "$"+slot+"$") {
					t.Errorf("%s: %s lacks $%s$", lang, name, slot)
				}
			}
		}
		for _, found := range regexp.MustCompile(`(?:say|getMessage)\("(\w+)"\)`).FindAllStringSubmatch(scripts.String(), -1) {
			if texts[found[1]].Message == "" {
				t.Errorf("%s: there is no text %s", lang, found[1])
			}
		}
	}
}

// The add-on fetches nothing and runs nothing but its own files, and is the one that
// may start Unseen.
func TestManifest(t *testing.T) {
	all, err := thunderbird.Files()
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Browser struct {
			Gecko struct{ ID string } `json:"gecko"`
		} `json:"browser_specific_settings"`
		Permissions []string
	}
	if err := json.Unmarshal(all["manifest.json"], &m); err != nil || m.Browser.Gecko.ID != native.AddOn || len(m.Permissions) == 0 {
		t.Fatalf("the manifest is %+v, %v", m, err)
	}
	foreign := regexp.MustCompile(`https?://[a-z]`)
	for name, body := range all {
		if strings.HasPrefix(name, "_locales/") || strings.HasSuffix(name, ".svg") {
			continue
		}
		for _, line := range strings.Split(string(body), "\n") {
			if foreign.MatchString(line) && !strings.Contains(line, "www.w3.org/2000/svg") {
				t.Errorf("%s names another machine: %s", name, line)
			}
			for _, word := range []string{"eval(", "innerHTML", "insertAdjacentHTML", "new Function"} {
				if strings.Contains(line, word) {
					t.Errorf("%s has %s", name, word)
				}
			}
		}
	}
	if !strings.Contains(string(all["unseen.js"]), `"`+native.Name+`"`) {
		t.Error("it asks for another program than is installed")
	}
}
