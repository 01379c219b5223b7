package consent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"reflect"
)

// Payload is what tests of the inner form need.
var (
	Encode = encode
	Decode = decode
)

// WalkFrom walks rows that stand after the first n of a chain.
func WalkFrom(_ context.Context, rows []StoredRow, n int, previous Hash) error {
	w := walk{at: Head{Seq: uint64(n), Hash: previous}}
	if n == 0 {
		w.at = Head{}
	}
	for i := range rows {
		if _, err := w.row(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// Written reads a payload as encode writes it, and as any JSON. The first is false if
// that is not how it stands, the second if the two are not the same.
func Written(b []byte) (read, same bool) {
	var fast, slow payload
	if !fast.readWritten(b) {
		return false, true
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&slow); err != nil {
		return true, false
	}
	_, err := d.Token()
	return true, errors.Is(err, io.EOF) && reflect.DeepEqual(fast, slow)
}

// IsBlank says whether there are only blanks.
func IsBlank(b []byte) bool { return isBlank(b) }
