package leak

import (
	"fmt"
	"strings"
)

// Reason is a sentence for the reader that says what the URL carries: "The
// address carries the SHA-256 of your own e-mail address, written in base64."
// It never repeats the address.
func (l Leak) Reason() string {
	layers, written := l.Layers, ""
	for len(layers) > 0 && reversible(layers[0]) {
		written += ", " + wrote(layers[0])
		layers = layers[1:]
	}
	var of strings.Builder
	for _, name := range layers {
		of.WriteString(spoken(name) + " of ")
	}
	whose := l.whose()
	if l.Variant != "" && l.Variant != "as written" && len(layers) > 0 {
		whose += ", " + l.Variant
	}
	return fmt.Sprintf("The address carries %s%s%s.", of.String(), whose, written)
}

// reversible says whether a layer is an encoding and no hash.
func reversible(layer string) bool { return wrote(layer) != "" }

// wrote says how something is written, "" for a hash.
func wrote(layer string) string {
	switch layer {
	case "hex":
		return "written in hexadecimal"
	case "base64", "base32", "base58", "rot13":
		return "written in " + layer
	case "urlencode", "escape", "entity":
		return "written in escapes"
	case "alphabet":
		return "written in another alphabet"
	case "reversed":
		return "written backwards"
	case "deflate", "zlib", "gzip", "lz-string":
		return "compressed with " + layer
	}
	return ""
}

// whose says what is carried.
func (l Leak) whose() string {
	switch l.What {
	case "alias":
		return "another of your e-mail addresses"
	case "local part":
		return "the first part of your own e-mail address"
	case "domain":
		return "the domain of your e-mail address"
	case "name":
		return "your name"
	}
	return "your own e-mail address"
}

// spoken names an encoding or a hash in the middle of a sentence.
func spoken(layer string) string {
	switch layer {
	case "hex":
		return "the hexadecimal form"
	case "base64", "base32", "base58", "rot13":
		return "the " + layer + " form"
	case "urlencode", "escape", "entity":
		return "an escaped form"
	case "alphabet":
		return "a form in another alphabet"
	case "reversed":
		return "the reverse"
	case "deflate", "zlib", "gzip", "lz-string":
		return "a compressed form"
	case "salted sha256":
		return "a salted SHA-256"
	}
	if rest, ok := strings.CutPrefix(layer, "sha3"); ok {
		return "the SHA3" + rest
	}
	if rest, ok := strings.CutPrefix(layer, "sha"); ok {
		return "the SHA-" + rest
	}
	return "the " + strings.ToUpper(layer)
}
