package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// beaconYAML writes an object as one of a list in YAML 1.2: JSON is YAML, so every
// value stands on a line of its own as JSON.
func beaconYAML(object map[string]any) []byte {
	var b bytes.Buffer
	lead := "- "
	for _, key := range sortedKeys(object) {
		value, err := json.Marshal(object[key])
		if err != nil {
			value = []byte("null") // what is written here can be marshalled
		}
		fmt.Fprintf(&b, "%s%s: %s\n", lead, key, value)
		lead = "  "
	}
	return b.Bytes()
}

// sortedKeys are the keys of a map, so that equal maps are written alike.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
