package catalogue

import (
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A step reads a text in one way; false says that it is not written in it. Each
// is linear in the text.
type step func(text string) (string, bool)

// parseSteps reads the column steps.
func parseSteps(s string, groups int) ([]step, error) {
	var steps []step
	for name := range strings.FieldsSeq(s) {
		op, arg, _ := strings.Cut(name, ":")
		var one step
		switch {
		case op == "-":
			continue
		case op == "json" && arg != "":
			one = func(text string) (string, bool) { return jsonValue(text, arg) }
		case op == "field" && arg != "":
			one = func(text string) (string, bool) { return value(text, []string{arg}) }
		case op == "drop" && arg != "":
			one = func(text string) (string, bool) { return drop(text, arg), true }
		case op == "split":
			var err error
			if one, err = parseSplit(arg); err != nil {
				return nil, err
			}
		case op == "proofpoint-v3" && groups != 2:
			return nil, fmt.Errorf("the step %q needs two groups in the path", name)
		case arg == "":
			one = plainStep(op)
		}
		if one == nil {
			return nil, fmt.Errorf("there is no step %q", name)
		}
		steps = append(steps, one)
	}
	return steps, nil
}

// plainStep returns a step without an argument, nil if there is none.
func plainStep(op string) step {
	switch op {
	case "percent":
		return percent
	case "percent*":
		return percentUntilRead
	case "base64":
		return base64Text
	case "zlib":
		return inflated
	case "scheme", "host":
		return func(text string) (string, bool) { return "https://" + text, text != "" }
	case "slashes":
		return slashesAfterScheme
	case "stars":
		return func(text string) (string, bool) { return percent(strings.ReplaceAll(text, "*", "%")) }
	case "proofpoint-v2":
		return func(text string) (string, bool) {
			return percent(strings.NewReplacer("-", "%", "_", "/").Replace(text))
		}
	case "proofpoint-v3":
		return proofpointV3
	}
	return nil
}

// parseSplit reads "TEXT:N:OF": the part N, from 0, of exactly OF. A text with
// more parts may have the separator within the destination, which would be cut.
func parseSplit(arg string) (step, error) {
	last := strings.LastIndexByte(arg, ':')
	before := strings.LastIndexByte(arg[:max(last, 0)], ':')
	if before < 1 {
		return nil, fmt.Errorf("split:%s is not split:TEXT:N:OF", arg)
	}
	n, err := strconv.Atoi(arg[before+1 : last])
	of, err2 := strconv.Atoi(arg[last+1:])
	if err != nil || err2 != nil || n < 0 || n >= of || of > 99 {
		return nil, fmt.Errorf("split:%s is not split:TEXT:N:OF", arg)
	}
	sep := arg[:before]
	return func(text string) (string, bool) {
		parts := strings.SplitN(text, sep, of+1)
		if len(parts) != of {
			return "", false
		}
		return parts[n], true
	}, nil
}

// percent resolves one layer of escapes, as a server does before it redirects.
// A "%" that begins none is read in several ways, so in none here. "+" stays: in
// a query it means what it meant, and elsewhere no address has a blank.
func percent(text string) (string, bool) {
	if strings.IndexByte(text, '%') < 0 {
		return text, true
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			out = append(out, text[i])
			continue
		}
		if i+2 >= len(text) {
			return "", false
		}
		high, low := hexDigit(text[i+1]), hexDigit(text[i+2])
		if high > 15 || low > 15 {
			return "", false
		}
		out = append(out, high<<4|low)
		i += 2
	}
	return string(out), true
}

// hexDigit returns a digit's value, 255 for what is none.
func hexDigit(b byte) byte {
	switch {
	case b >= '0' && b <= '9':
		return b - '0'
	case b >= 'a' && b <= 'f':
		return b - 'a' + 10
	case b >= 'A' && b <= 'F':
		return b - 'A' + 10
	}
	return 255
}

// percentUntilRead resolves up to three layers, until the scheme can be read:
// some wrappers are written by two programs in turn.
func percentUntilRead(text string) (string, bool) {
	ok := true
	for i := 0; i < 3 && ok && !hasScheme(text); i++ {
		text, ok = percent(text)
	}
	return text, ok
}

// hasScheme says whether a text begins like an http or https address.
func hasScheme(text string) bool {
	for _, scheme := range []string{"https://", "http://"} {
		if len(text) > len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) {
			return true
		}
	}
	return false
}

// base64Text reads base64 of either alphabet, with or without its end.
func base64Text(text string) (string, bool) {
	text, ok := percent(text)
	if !ok {
		return "", false
	}
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	// Strict: an end with stray bits was cut off.
	out, err := base64.RawStdEncoding.Strict().DecodeString(text)
	return string(out), err == nil
}

// inflated reads zlib (RFC 1950), as far as it gives no more than an address may
// have: a few octets can stand for very many.
func inflated(text string) (string, bool) {
	in, err := zlib.NewReader(strings.NewReader(text))
	if err != nil {
		return "", false
	}
	out, err := io.ReadAll(io.LimitReader(in, maxWrapped+1))
	return string(out), err == nil && len(out) <= maxWrapped
}

// jsonValue returns a text of an object.
func jsonValue(text, key string) (string, bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil {
		return "", false
	}
	var out string
	err := json.Unmarshal(object[key], &out)
	return out, err == nil && out != ""
}

// slashesAfterScheme mends "https:/host": some servers take two slashes for one.
func slashesAfterScheme(text string) (string, bool) {
	scheme, rest, ok := strings.Cut(text, ":/")
	return scheme + "://" + strings.TrimPrefix(rest, "/"), ok
}

// runs are the letters by which Proofpoint counts replaced characters, from 2.
const runs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// proofpointV3 puts characters back: each "*" is the next one of the list, and
// "**" with a letter several of them. All must be used, or the address was cut.
func proofpointV3(text string) (string, bool) {
	masked, list, _ := strings.Cut(text, "\x00")
	chars, ok := base64Text(list)
	if !ok || !utf8.ValidString(chars) {
		return "", false
	}
	var out strings.Builder
	for i := 0; i < len(masked); i++ {
		if masked[i] != '*' {
			out.WriteByte(masked[i])
			continue
		}
		n := 1
		if i+2 < len(masked) && masked[i+1] == '*' {
			if n = strings.IndexByte(runs, masked[i+2]) + 2; n < 2 {
				return "", false
			}
			i += 2
		}
		for ; n > 0; n-- {
			if chars == "" {
				return "", false
			}
			_, size := utf8.DecodeRuneInString(chars)
			out.WriteString(chars[:size])
			chars = chars[size:]
		}
	}
	if chars != "" {
		return "", false
	}
	return slashesAfterScheme(out.String())
}

// whole returns a destination as it can be written into a link, and false for
// what is no address of a host with a name.
func whole(text, fragment string) (string, bool) {
	a, ok := Split(text)
	if !ok || !hasScheme(text) || len(text) > maxWrapped {
		return "", false
	}
	_, rest, _ := strings.Cut(text, "//")
	if end := strings.IndexAny(rest, `/?#\`); end >= 0 {
		rest = rest[:end]
	}
	if strings.Contains(rest, "@") || !named(a.Host) {
		return "", false
	}
	if fragment != "" && !strings.Contains(text, "#") {
		text += "#" + fragment
	}
	return escaped(text)
}

// named says whether a host is a name with a dot, and no address. A name that is
// not written in ASCII is read in several ways, so in none here.
func named(host string) bool {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || !strings.Contains(host, ".") || strings.Contains(host, "..") {
		return false
	}
	return strings.IndexFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	}) < 0
}

// escaped writes blanks, quotes, angle brackets and what is not ASCII the way
// that every program would before it asks (WHATWG URL, section 1.3). Control
// characters are in no address.
func escaped(text string) (string, bool) {
	const hex = "0123456789ABCDEF"
	if strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>`", r) }) < 0 {
		return text, true
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b < ' ' || b == 0x7f:
			return "", false
		case b == ' ' || b == '"' || b == '<' || b == '>' || b == '`' || b >= utf8.RuneSelf:
			out.WriteByte('%')
			out.WriteByte(hex[b>>4])
			out.WriteByte(hex[b&15])
		default:
			out.WriteByte(b)
		}
	}
	return out.String(), utf8.ValidString(text)
}
