// Package thunderbird is the add-on for Thunderbird: its files, and how they are
// packed.
//
// The add-on decides nothing. It asks Unseen about each load that a shown mail makes,
// and holds what it gets no answer about; it shows in the mail what was held, and puts
// the same question in the same words as everywhere. See addon/background.js for how.
//
// Its texts are those of package words, and its colours those of package look: both are
// written into the packed file, which is the same whenever and wherever it is made.
package thunderbird

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/look"
	"github.com/unseen-mail/unseen/internal/words"
)

//go:embed addon
var files embed.FS

// Files returns all files of the add-on by their paths, those that are made from texts
// and colours too.
func Files() (map[string][]byte, error) {
	all := make(map[string][]byte)
	err := fs.WalkDir(files, "addon", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		all[strings.TrimPrefix(path, "addon/")], err = files.ReadFile(path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the add-on: %w", err)
	}
	for _, lang := range words.Languages() {
		text, err := json.MarshalIndent(messages(words.In(lang)), "", "  ")
		if err != nil {
			return nil, fmt.Errorf("writing the add-on's texts: %w", err)
		}
		all["_locales/"+lang+"/messages.json"] = append(text, '\n')
	}
	all["colours.css"] = []byte(look.Load().CSS())
	return all, nil
}

// Pack writes the add-on as Thunderbird installs it. It is the same, octet for octet,
// for the same files: they are sorted, and have no date.
func Pack(w io.Writer) error {
	all, err := Files()
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	z.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	for _, name := range slices.Sorted(maps.Keys(all)) {
		// The earliest date that the format has.
		head := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		at, err := z.CreateHeader(head)
		if err == nil {
			_, err = at.Write(all[name])
		}
		if err != nil {
			return fmt.Errorf("packing the add-on: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("packing the add-on: %w", err)
	}
	if _, err := w.Write(packed.Bytes()); err != nil {
		return fmt.Errorf("writing the add-on: %w", err)
	}
	return nil
}

// A message is one text as add-ons have it.
type message struct {
	Message      string                 `json:"message"`
	Placeholders map[string]placeholder `json:"placeholders,omitempty"`
}

// A placeholder is one parameter of a text.
type placeholder struct {
	Content string `json:"content"`
}

// slot finds the parameters of a text.
var slot = regexp.MustCompile(`\{([a-z]+)\}`)

// messages are the texts of the add-on in one language. A text's parameters are
// numbered in the order of the English one.
func messages(w *words.Catalogue) map[string]message {
	all := make(map[string]message)
	for name, key := range texts() {
		one := message{Placeholders: make(map[string]placeholder)}
		for i, found := range slot.FindAllStringSubmatch(words.English().Text(key), -1) {
			one.Placeholders[found[1]] = placeholder{fmt.Sprint("$", i+1)}
		}
		text := strings.ReplaceAll(w.Text(key), "$", "$$")
		one.Message = slot.ReplaceAllString(text, "$$$1$$")
		all[name] = one
	}
	return all
}
