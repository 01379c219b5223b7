package consent

import "context"

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
