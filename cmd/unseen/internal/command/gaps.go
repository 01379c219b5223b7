package command

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/words"
)

// gapKey is the clause on why something was not looked into or not held.
func gapKey(reason string) (words.Key, bool) {
	switch reason {
	case "room":
		return words.GapRoom, true
	case "signed":
		return words.GapSigned, true
	case "charset":
		return words.GapCharset, true
	case "relative":
		return words.GapRelative, true
	case "mode":
		return words.GapMode, true
	case "overlap":
		return words.GapOverlap, true
	case "size":
		return words.GapSize, true
	case "encoding", "label", "boundary", "lines", "uuencode", "partial", "external":
		return words.GapForm, true
	case "depth", "parts", "header":
		return words.GapParts, true
	case "references", "left":
		return words.GapReferences, true
	case "calendar":
		return words.GapCalendar, true
	case "links":
		return words.GapLinks, true
	case "fault", "edit", "unplanned":
		return words.GapFault, true
	}
	return "", false
}

// gapClause says why; for a reason that is not known it is the word itself.
func gapClause(w *words.Catalogue, reason string) string {
	if key, ok := gapKey(reason); ok {
		return w.Say(key)
	}
	return words.Plain(reason)
}

// gapClauses lists reasons with their numbers, the most frequent first.
func gapClauses(w *words.Catalogue, counts map[string]int) string {
	said := make(map[string]int)
	for reason, n := range counts {
		said[gapClause(w, reason)] += n
	}
	var parts []string
	for _, clause := range slices.SortedFunc(maps.Keys(said), func(a, b string) int {
		return cmp.Or(cmp.Compare(said[b], said[a]), cmp.Compare(a, b))
	}) {
		parts = append(parts, fmt.Sprintf("%s (%d)", clause, said[clause]))
	}
	return strings.Join(parts, "; ")
}
