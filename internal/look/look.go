// Package look holds how Unseen looks, in one file: colours for light and dark, the
// grid, the size of what can be pressed. Pages make their style of it, and windows
// their theme, so that all faces look alike.
//
// It is pure: the file is embedded and read once.
package look

import (
	_ "embed"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

//go:embed tokens.toml
var file []byte

// Tokens are what the file says.
type Tokens struct {
	// Light and Dark are colours by their names, "#RRGGBB". Both have the same
	// names.
	Light, Dark map[string]string
	// Size are lengths by their names, in CSS pixels; measure is in letters.
	Size map[string]int
}

// Load returns the tokens. They are not to be changed.
func Load() Tokens { return loaded() }

// loaded reads the embedded file. It is part of the program: one that cannot be
// read is the fault of whoever built it.
var loaded = sync.OnceValue(func() Tokens {
	var t Tokens
	if err := toml.Unmarshal(file, &t); err != nil {
		panic(fmt.Sprintf("look: reading tokens.toml: %v", err))
	}
	return t
})

// CSS returns the tokens as custom properties: light, dark where the reader's
// system is dark, and sizes.
func (t Tokens) CSS() string {
	var b strings.Builder
	b.WriteString(":root{color-scheme:light dark;")
	properties(&b, t.Light)
	for _, name := range slices.Sorted(maps.Keys(t.Size)) {
		unit := "px"
		if name == "measure" {
			unit = "ch"
		}
		fmt.Fprintf(&b, "--%s:%d%s;", name, t.Size[name], unit)
	}
	b.WriteString("}\n@media (prefers-color-scheme:dark){:root{")
	properties(&b, t.Dark)
	b.WriteString("}}\n")
	return b.String()
}

// properties writes colours.
func properties(b *strings.Builder, colours map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(colours)) {
		fmt.Fprintf(b, "--%s:%s;", name, colours[name])
	}
}

// Contrast is how well one colour can be told from another, from 1 to 21 (WCAG 2.2,
// "contrast ratio"). It is 0 for what is no colour.
func Contrast(a, b string) float64 {
	la, okA := luminance(a)
	lb, okB := luminance(b)
	if !okA || !okB {
		return 0
	}
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(colour string) (float64, bool) {
	hex, ok := strings.CutPrefix(colour, "#")
	n, err := strconv.ParseUint(hex, 16, 32)
	if !ok || len(hex) != 6 || err != nil {
		return 0, false
	}
	part := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0), true
}
