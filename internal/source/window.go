package source

import (
	"bytes"
	"io"
)

// A slidingWindow reads ahead as far as it is asked to and gives up what was
// taken. Reading is linear however far ahead is looked each time: it holds
// twice that much, and moves what it has only when it took as much again.
type slidingWindow struct {
	in    io.Reader
	buf   []byte
	start int
	err   error
}

// ahead returns what comes next, at least n octets of it unless there are fewer.
func (w *slidingWindow) ahead(n int) []byte {
	for len(w.buf)-w.start < n && w.err == nil {
		if cap(w.buf)-w.start < n || cap(w.buf) == len(w.buf) {
			w.room(n)
		}
		got, err := w.in.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf, w.err = w.buf[:len(w.buf)+got], err
	}
	return w.buf[w.start:]
}

// room makes room for n octets from the start.
func (w *slidingWindow) room(n int) {
	have := w.buf[w.start:]
	if size := max(2*n, 2*window); cap(w.buf) < size {
		w.buf = make([]byte, 0, size)
	} else {
		w.buf = w.buf[:0]
	}
	w.buf, w.start = append(w.buf, have...), 0
}

// take gives up the next n octets, which are there.
func (w *slidingWindow) take(n int) { w.start += n }

// line takes a line with its end, or as much of a long one as is looked at at
// once: then it says that the line is not at its end. What it returns holds until
// the next call. At the end of the file it is empty.
func (w *slidingWindow) line() (line []byte, ends bool) {
	seen := 0
	for {
		have := w.ahead(seen + 1)
		if i := bytes.IndexByte(have[seen:], '\n'); i >= 0 && seen+i < window {
			w.take(seen + i + 1)
			return have[:seen+i+1], true
		}
		if len(have) >= window {
			w.take(window)
			return have[:window], false
		}
		if len(have) == seen {
			w.take(seen)
			return have, true
		}
		seen = len(have)
	}
}

// fault is what ended the reading, nil at the end of the file.
func (w *slidingWindow) fault() error {
	if w.err == io.EOF { //nolint:errorlint // readers return it bare
		return nil
	}
	return w.err
}
