package madeup

import (
	"fmt"
	"strings"
)

// vectors is one mail for each way in which HTML or CSS makes a program load
// something, with one address of its own, and for the ways to write that
// address so that a naive reader misses it.
func vectors() []File {
	var out []File
	for _, line := range strings.Split(strings.TrimSpace(vectorTable), "\n") {
		name, snippet, ok := strings.Cut(line, "\t")
		if !ok {
			continue
		}
		name = "vector-" + name
		url := "https://t.shop.example/v/" + strings.TrimPrefix(name, "vector-") + "?u=7f3a91c2"
		snippet = strings.NewReplacer("URL", url, "HOST", "t.shop.example", `\n`, "\n", `\t`, "\t", `\f`, "\f").Replace(snippet)
		page := fmt.Sprintf("<!doctype html>\n<html><body>\n<p>One way to load: %s.</p>\n%s\n</body></html>\n", strings.TrimPrefix(name, "vector-"), snippet)
		out = append(out, file(name, html(name, []string{"8bit", "quoted-printable", "base64"}[len(out)%3], page)))
	}
	return out
}
