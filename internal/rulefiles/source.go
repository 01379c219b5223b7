package rulefiles

import (
	"encoding/json"
	"os"
	"time"
)

// A Source says where a list was fetched from. It lies beside the list.
type Source struct {
	// URL is where it is.
	URL string `json:"url"`
	// ETag and LastModified are what the server called this version (RFC 9110,
	// sections 8.8.3 and 8.8.2).
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	// Fetched is when it was last asked for.
	Fetched time.Time `json:"fetched"`
}

// sourceOf is the file that says where a list was fetched from.
func sourceOf(path string) string { return path + ".source" }

// readSource returns where a list was fetched from, nil if it was not.
func readSource(path string) *Source {
	text, err := os.ReadFile(sourceOf(path))
	if err != nil || len(text) > maxLine {
		return nil
	}
	var s Source
	if json.Unmarshal(text, &s) != nil || s.URL == "" {
		return nil
	}
	return &s
}
