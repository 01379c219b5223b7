package words

import (
	"strconv"
	"strings"
)

// Keys of how numbers are written.
const (
	groupMark   Key = "number-group"
	decimalMark Key = "number-decimal"
	bytesText   Key = "bytes"
	kiloBytes   Key = "bytes-kilo"
	megaBytes   Key = "bytes-mega"
	gigaBytes   Key = "bytes-giga"
)

// Number writes a whole number with its thousands set apart: "12,345".
func (c *Catalogue) Number(n int64) string {
	sign, digits := "", strconv.FormatInt(n, 10)
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	var groups []string
	for len(digits) > 3 {
		groups = append([]string{digits[len(digits)-3:]}, groups...)
		digits = digits[:len(digits)-3]
	}
	return sign + strings.Join(append([]string{digits}, groups...), c.Say(groupMark))
}

// Bytes writes a size in octets, thousands and their powers, with one decimal below
// ten: "8.2 MB". A size below nothing is none.
func (c *Catalogue) Bytes(n int64) string {
	n = max(n, 0)
	for _, u := range []struct {
		key  Key
		size int64
	}{{gigaBytes, 1e9}, {megaBytes, 1e6}, {kiloBytes, 1e3}} {
		// What would be rounded up to a thousand is one of the next unit.
		if n < u.size-u.size/2000 {
			continue
		}
		return c.Say(u.key, "n", c.tenths(n, u.size))
	}
	return c.Say(bytesText, "n", n)
}

// tenths writes n of a unit: below ten with one decimal that is not nought, else whole.
func (c *Catalogue) tenths(n, unit int64) string {
	if n < 10*unit {
		tenths := (n*10 + unit/2) / unit
		if tenths < 100 && tenths%10 != 0 {
			return strconv.FormatInt(tenths/10, 10) + c.Say(decimalMark) + strconv.FormatInt(tenths%10, 10)
		}
	}
	// In two steps, so that the largest number does not run over.
	return c.Number(n/unit + (n%unit+unit/2)/unit)
}

// Percent writes a share of one, with one decimal: "12.3%".
func (c *Catalogue) Percent(share float64) string {
	digits := strconv.FormatFloat(100*share, 'f', 1, 64)
	whole, tenth, _ := strings.Cut(digits, ".")
	if tenth != "0" {
		whole += c.Say(decimalMark) + tenth
	}
	return c.Say(percentText, "n", whole)
}
