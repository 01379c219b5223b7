package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
)

// stream sends events as they come, in the form that browsers read by themselves
// (WHATWG HTML, section 9.2, "Server-sent events"). Whoever comes again says in
// Last-Event-ID which was the last; else it begins after "after", or now. There is
// no heartbeat: a Unix socket tells when its other end is gone.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	after, _, err := window(r)
	if last := r.Header.Get("Last-Event-ID"); err == nil && last != "" {
		if after, err = strconv.ParseInt(last, 10, 64); err != nil {
			err = &Error{Code: CodeWrong, Text: "reading the request: Last-Event-ID is not a number"}
		}
	}
	if err == nil && s.Service.Follow == nil {
		err = absent()
	}
	if err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	if out.Flush() != nil {
		return
	}
	err = s.Service.Follow(r.Context(), after, func(e Event) bool {
		text, err := json.Marshal(e) // it has no line ends
		if err != nil {
			return false
		}
		_, err = fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", e.Seq, e.Kind, text)
		return err == nil && out.Flush() == nil
	})
	if err != nil && r.Context().Err() == nil {
		s.logger().Error("streaming events", "err", err)
	}
}

// Stream is [Client.Follow] by server-sent events. The last pair may carry an
// error.
func (c *Client) Stream(ctx context.Context, after int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		resp, err := c.do(ctx, "GET", "/v1/events/stream?after="+strconv.FormatInt(after, 10), nil)
		if err != nil {
			if ctx.Err() == nil {
				yield(Event{}, err)
			}
			return
		}
		defer resp.Body.Close()
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			var e Event
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				yield(e, fmt.Errorf("following events: %w", err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil && ctx.Err() == nil {
			yield(Event{}, fmt.Errorf("following events: %w", err))
		}
	}
}
