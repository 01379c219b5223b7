package rulefiles

import (
	"net/netip"
	"path/filepath"
	"strings"
)

// A builder puts the rules of several files together.
type builder struct {
	rules *Rules
	// left is how many lines may still be read.
	left int
	// pending are rules that name a vendor, which may stand in a later file.
	pending []pending
}

// file reads one file.
func (b *builder) file(f *File, text string) {
	if f.Kind = kindOf(f.Name, text); f.Kind == TOML {
		b.toml(f, text)
		return
	}
	if b.rules.lists == nil {
		b.rules.lists = newLists()
	}
	list := b.rules.lists.add(f.Name)
	for line, s := range lines(text) {
		if b.left--; b.left < 0 {
			f.problem(line, "what follows is not read: there are more than %d lines in all", maxLines)
			return
		}
		if len(s) > maxLine {
			f.problem(line, "the line is longer than %d octets", maxLine)
			continue
		}
		s = strings.TrimSpace(s)
		switch {
		case s == "" || s[0] == '!' || strings.HasPrefix(s, "[Adblock") || strings.HasPrefix(s, "# ") || s == "#":
		case f.Kind == Hosts:
			b.rules.lists.hostsLine(f, place{list, int32(line)}, s)
		default:
			b.rules.lists.adblockLine(f, place{list, int32(line)}, s)
		}
	}
}

// lines yields the lines of a text with their numbers, from 1.
func lines(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		line := 0
		for s := range strings.Lines(text) {
			line++
			if !yield(line, strings.TrimRight(s, "\r\n")) {
				return
			}
		}
	}
}

// kindOf says how a file is written: by its name, else by its first lines.
func kindOf(name, text string) Kind {
	switch {
	case filepath.Ext(name) == ".toml":
		return TOML
	case filepath.Ext(name) == ".hosts", filepath.Base(name) == "hosts":
		return Hosts
	}
	for line, s := range lines(text) {
		s = strings.TrimSpace(s)
		first, _, _ := strings.Cut(s, "#")
		fields := strings.Fields(first)
		switch {
		case line > 1000:
			return Adblock
		case strings.HasPrefix(s, "!") || strings.HasPrefix(s, "[Adblock") || strings.HasPrefix(s, "##"):
			return Adblock
		case len(fields) == 0:
			continue
		case len(fields) == 1 && isDomain(strings.ToLower(fields[0])):
			return Hosts
		}
		if _, err := netip.ParseAddr(fields[0]); err == nil {
			return Hosts
		}
		return Adblock
	}
	return Adblock
}

// isDomain says whether a name is a host's, with a dot, in lower case.
func isDomain(name string) bool {
	if len(name) > 253 || !strings.Contains(name, ".") || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || strings.Contains(name, "..") {
		return false
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	}) < 0
}
