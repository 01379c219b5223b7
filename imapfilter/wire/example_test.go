package wire_test

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// An answer is read item by item, and what is of no interest is copied.
func ExampleReader() {
	r := wire.NewReader(strings.NewReader("UID 5 ENVELOPE (NIL {3}\r\na)b) X"), 0)
	for range 2 {
		item, _, _ := r.Item()
		r.Spaces()
		var value bytes.Buffer
		r.CopyValue(&value)
		r.Spaces()
		fmt.Printf("%s: %q\n", item.Name, value.String())
	}
	// Output:
	// UID: "5"
	// ENVELOPE: "(NIL {3}\r\na)b)"
}
