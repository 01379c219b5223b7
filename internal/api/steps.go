package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
)

// steps answers with one line for each step of a long piece of work, which ends when
// whoever asked has gone. failed makes the last word of one that could not be done.
func steps[In, Step any](s *Server, f func(context.Context, In, func(Step) bool) error, failed func(*Error) Step) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f == nil {
			s.refuse(w, absent())
			return
		}
		var q In
		if err := decode(w, r, &q); err != nil {
			s.refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/jsonl")
		out, lines := http.NewResponseController(w), json.NewEncoder(w)
		err := f(r.Context(), q, func(at Step) bool { return lines.Encode(at) == nil && out.Flush() == nil })
		if err == nil || r.Context().Err() != nil {
			return
		}
		var said *Error
		if !errors.As(err, &said) {
			s.logger().Error("working on what was asked", "path", r.URL.Path, "err", err)
			said = &Error{Code: CodeFailed, Text: "working on it: Unseen could not do that; its log says why"}
		}
		_ = lines.Encode(failed(said)) // to somebody who has gone, perhaps
	})
}

// follow makes a request that is answered in steps. read says of a step whether it is an
// error, and whether it is the last word. The last pair may carry an error.
func follow[Step any](ctx context.Context, c *Client, path string, q any, read func(Step) (*Error, bool)) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		var none Step
		resp, err := c.do(ctx, "POST", path, q)
		if err != nil {
			yield(none, err)
			return
		}
		defer resp.Body.Close()
		for lines := json.NewDecoder(resp.Body); ; {
			var at Step
			if err := lines.Decode(&at); err != nil {
				if ctx.Err() != nil {
					err = ctx.Err()
				} else if errors.Is(err, io.EOF) {
					err = io.ErrUnexpectedEOF // it ends with a last word
				}
				yield(none, fmt.Errorf("following the work: %w", err))
				return
			}
			failed, end := read(at)
			if failed != nil {
				yield(none, failed)
				return
			}
			if !yield(at, nil) || end {
				return
			}
		}
	}
}
