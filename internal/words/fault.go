package words

// A Fault is an error that can be said to a person: what was being done and
// what stood in the way, and in Hint what to do next. At most one sentence
// each.
type Fault struct {
	// Text is "doing something: what stood in the way", in lower case.
	Text string
	// Hint is what to do next; it may be empty.
	Hint string
	// Err is the cause, for errors.Is and the log; it may be nil.
	Err error
}

// Error returns the text without the hint.
func (f *Fault) Error() string { return f.Text }

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }
