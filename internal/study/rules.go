package study

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// rules are what a study goes by besides the catalogue: its own filter lists, which bear
// on no verdict, and other names of hosts that somebody asked for.
type rules struct {
	// lists are by name, and edition is of all of them.
	lists   []*rulefiles.Rules
	edition string
	aliases map[string]detect.Alias
}

// readRules reads what a study was told.
func readRules(dir string, c *catalogue.Catalogue) (rules, error) {
	var r rules
	known := func(id string) bool { _, ok := c.Vendor(id); return ok }
	all, err := rulefiles.Load(filepath.Join(dir, listsDir), known)
	if err == nil {
		r.lists, err = rulefiles.Each(filepath.Join(dir, listsDir), known)
	}
	if err != nil {
		return r, fmt.Errorf("reading the study's lists: %w", err)
	}
	if !all.Empty() {
		r.edition = all.Edition()
	}
	octets, err := os.ReadFile(filepath.Join(dir, namesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("reading the study's names of hosts: %w", err)
	}
	var list []struct{ Host, Target, At string }
	if err := json.Unmarshal(octets, &list); err != nil {
		return r, fmt.Errorf("reading the study's names of hosts: %w", err)
	}
	r.aliases = make(map[string]detect.Alias)
	for _, a := range list {
		if a.Target != "" {
			r.aliases[strings.ToLower(a.Host)] = detect.Alias{Target: strings.ToLower(a.Target), Date: a.At[:min(10, len(a.At))]}
		}
	}
	return r, nil
}

// alias returns what a host is another name of.
func (r *rules) alias(host string) (detect.Alias, bool) {
	a, ok := r.aliases[host]
	return a, ok
}

// hits are the lists that hold an address to be a tracker, each by itself.
func (r *rules) hits(f *detect.Finding, third bool) []string {
	names := []string{}
	if r.edition == "" || f.Kind == reference.Receipt {
		return names
	}
	for _, one := range r.lists {
		if own, ok := one.Match(f.URL, third, useOf(f)); ok && own.Block {
			names = append(names, one.Files()[0].Name)
		}
	}
	return names
}

// useOf says what a mail does with an address, as lists tell uses apart.
func useOf(f *detect.Finding) catalogue.Use {
	switch v := string(f.Vector); {
	case f.Kind == reference.Link:
		return catalogue.UseLink
	case f.Kind == reference.Pixel, f.Kind == reference.Image:
		return catalogue.UseImage
	case strings.Contains(v, "font"):
		return catalogue.UseFont
	case strings.Contains(v, "frame"):
		return catalogue.UseFrame
	case strings.Contains(v, "import"), strings.HasPrefix(v, "link"):
		return catalogue.UseStyle
	case strings.HasPrefix(v, "video"), strings.HasPrefix(v, "audio"), strings.HasPrefix(v, "source"), strings.HasPrefix(v, "track"):
		return catalogue.UseMedia
	}
	return catalogue.UseOther
}
