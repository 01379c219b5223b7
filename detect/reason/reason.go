// Package reason holds why something is held to be so, as data: a code that names
// a sentence, and what the sentence names. So the same reason can be said in any
// language, today or from a record of years ago, and programs need not read
// sentences.
//
// It is pure.
package reason

import (
	"strconv"
	"strings"
)

// A Reason is one sentence as data. Its zero value is none.
type Reason struct {
	// Code names the sentence within its table; it does not change.
	Code string
	// Args are what the sentence names, in its order: a domain, a field.
	Args []string
}

// Is returns the reason of a code.
func Is(code string, args ...string) Reason { return Reason{Code: code, Args: args} }

// None says that there is no reason.
func (r Reason) None() bool { return r.Code == "" }

// A Table holds the English sentence of each code; "{0}" is the first argument.
type Table map[string]string

// English returns the sentence of a reason: its code if the table has none, and ""
// where there is no reason.
func (t Table) English(r Reason) string {
	s, ok := t[r.Code]
	if !ok {
		return r.Code
	}
	// Arguments are put in at once, so that one which looks like a slot stays as
	// it is.
	var pairs []string
	for i, arg := range r.Args {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", arg)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}
