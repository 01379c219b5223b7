package rulefiles

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A block is one rule of a TOML file, as it is written.
type block struct {
	// table is the name between the brackets, line where it stands.
	table string
	line  int
	text  string
}

// header returns the name of a line "[[name]]" or "[name]"; double says which.
func header(line string) (name string, double, ok bool) {
	line = strings.TrimSpace(line)
	if at := strings.IndexByte(line, '#'); at > 0 {
		line = strings.TrimSpace(line[:at])
	}
	inner, double := strings.CutPrefix(line, "[[")
	if double {
		inner, ok = strings.CutSuffix(inner, "]]")
	} else if inner, ok = strings.CutPrefix(line, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
	}
	inner = strings.TrimSpace(inner)
	if !ok || inner == "" || strings.Trim(inner, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.") != "" {
		return "", false, false
	}
	return inner, double, true
}

// toml reads a file of the reader. Each rule is read for itself, so that a
// mistake in one leaves the others as they are.
func (b *builder) toml(f *File, text string) {
	var blocks []block
	for line, s := range lines(text) {
		if b.left--; b.left < 0 {
			f.problem(line, "what follows is not read: there are more than %d lines in all", maxLines)
			break
		}
		name, double, isHeader := header(s)
		switch {
		case len(s) > maxLine:
			f.problem(line, "the line is longer than %d octets", maxLine)
		case isHeader && double:
			blocks = append(blocks, block{table: name, line: line})
		case isHeader:
			blocks = append(blocks, block{line: line})
			f.problem(line, "[%s] has one pair of brackets; a rule begins with two: [[%s]]", name, name)
		case len(blocks) > 0:
			last := &blocks[len(blocks)-1]
			last.text += s + "\n"
		case strings.TrimSpace(s) != "" && !strings.HasPrefix(strings.TrimSpace(s), "#"):
			f.problem(line, "it stands before the first rule, which begins with [[block]], [[allow]], [[vendor]], [[purpose]] or [[parameter]]")
		}
	}
	for _, one := range blocks {
		if one.table == "" {
			continue
		}
		if line, text := b.rule(f, one); text != "" {
			f.problem(line, "%s", text)
			continue
		}
		f.Rules++
	}
}

// rule reads one rule, and says where and what is wrong with it.
func (b *builder) rule(f *File, one block) (int, string) {
	values := make(map[string]any)
	if _, err := toml.Decode(one.text, &values); err != nil {
		var parse toml.ParseError
		if errors.As(err, &parse) {
			return one.line + max(parse.Position.Line, 1), parse.Message
		}
		return one.line, err.Error()
	}
	read := readers()[one.table]
	if read == nil {
		return one.line, fmt.Sprintf("there is no [[%s]]; there are block, allow, vendor, purpose and parameter", one.table)
	}
	v := fields{values: values}
	read(b, f, one.line, &v)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		v.fail(key, "there is no key %q in [[%s]]", key, one.table)
	}
	if v.text == "" {
		return 0, ""
	}
	return one.line + lineOf(one.text, v.key), v.text
}

// lineOf returns the line of a key, from 1; 0 if it is not there.
func lineOf(text, key string) int {
	for line, s := range lines(text) {
		if name, _, ok := strings.Cut(s, "="); ok && strings.Trim(strings.TrimSpace(name), `"'`) == key {
			return line
		}
	}
	return 0
}

// fields are the values of a rule, taken one by one. The first that is wrong is
// kept.
type fields struct {
	values    map[string]any
	key, text string
}

// fail notes what is wrong, if nothing was before.
func (v *fields) fail(key, text string, args ...any) {
	if v.text == "" {
		v.key, v.text = key, fmt.Sprintf(text, args...)
	}
}

// word takes a text, "" if it is not there.
func (v *fields) word(key string) string {
	value, there := v.values[key]
	delete(v.values, key)
	s, ok := value.(string)
	switch {
	case there && !ok:
		v.fail(key, "%s has to be a text in quotes", key)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }):
		v.fail(key, "%s has a control character", key)
	}
	return s
}

// words takes a list of texts.
func (v *fields) words(key string) []string {
	value, there := v.values[key]
	delete(v.values, key)
	list, ok := value.([]any)
	var all []string
	for _, one := range list {
		s, isText := one.(string)
		ok = ok && isText
		all = append(all, s)
	}
	if there && !ok {
		v.fail(key, "%s has to be a list of texts: [\"...\"]", key)
	}
	return all
}

// yes takes true or false.
func (v *fields) yes(key string, otherwise bool) bool {
	value, there := v.values[key]
	delete(v.values, key)
	is, ok := value.(bool)
	if there && !ok {
		v.fail(key, "%s has to be true or false", key)
	}
	return is || !there && otherwise
}

// host takes a domain; "*" is any.
func (v *fields) host(otherwise string) string {
	host := strings.TrimSuffix(strings.ToLower(v.word("host")), ".")
	switch {
	case host == "":
		host = otherwise
	case host != "*" && !isDomain(host):
		v.fail("host", "%q is no domain; write it as shop.example, it is also of all below it", host)
	}
	if host == "" {
		v.fail("host", "it has no host")
	}
	return host
}

// purposes takes purposes.
func (v *fields) purposes() []purpose.ID {
	var all []purpose.ID
	for _, name := range v.words("purposes") {
		p, ok := purpose.Lookup(purpose.ID(name))
		if !ok || !p.Consent {
			v.fail("purposes", "there is no purpose %q that can be agreed to", name)
		}
		all = append(all, p.ID)
	}
	return all
}

// uses takes what a rule is for.
func (v *fields) uses() []catalogue.Use {
	known := []catalogue.Use{catalogue.UseImage, catalogue.UseStyle, catalogue.UseFont, catalogue.UseFrame,
		catalogue.UseMedia, catalogue.UseLink, catalogue.UseOther}
	var all []catalogue.Use
	for _, name := range v.words("uses") {
		if !slices.Contains(known, catalogue.Use(name)) {
			v.fail("uses", "there is no use %q; there are image, style, font, frame, media, link and other", name)
		}
		all = append(all, catalogue.Use(name))
	}
	return all
}

// expression takes an expression on the path.
func (v *fields) expression() *regexp.Regexp {
	expr := v.word("match")
	if expr == "" {
		return nil
	}
	re, err := regexp.Compile(expr)
	switch {
	case err != nil:
		v.fail("match", "%q is no expression: %v", expr, err)
	case !strings.HasPrefix(expr, "^"):
		v.fail("match", "%q does not begin with ^", expr)
	}
	return re
}
