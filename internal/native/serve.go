package native

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// atOnce is how many requests are under way at a time.
	atOnce = 16
	// firstWait and longestWait are how long Unseen is left alone before it is looked
	// for again.
	firstWait = 200 * time.Millisecond
	// longestWait is the longest of these waits.
	longestWait = 2 * time.Second
)

// A Host serves one add-on. Its fields are not changed while it does.
type Host struct {
	// Client reaches the control socket.
	Client *api.Client
	// Words are those of refusals; nil is English.
	Words *words.Catalogue
}

// words are those of refusals.
func (h *Host) words() *words.Catalogue {
	if h.Words == nil {
		return words.English()
	}
	return h.Words
}

// A line is the way to the add-on, one message at a time.
type line struct {
	// form writes one message.
	form func(io.Writer, Message) error

	mu sync.Mutex // guards what follows
	w  io.Writer
}

// tell writes one message. An add-on that has gone is noticed by the reader.
func (l *line) tell(m Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.form(l.w, m) // the input ends, too
}

// Serve answers until the input ends, and then waits for what is under way.
func (h *Host) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	l := &line{w: out, form: Write}
	work.Go(func() { h.follow(ctx, l) })
	free := make(chan struct{}, atOnce)
	for {
		q, err := Read(in)
		var wrong *api.Error
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &wrong):
			l.tell(Message{ID: q.ID, Error: wrong})
			continue
		case err != nil:
			return err
		}
		free <- struct{}{}
		work.Go(func() {
			defer func() { <-free }()
			l.tell(h.answer(ctx, &q))
		})
	}
}

// answer hands one request on.
func (h *Host) answer(ctx context.Context, q *Request) Message {
	path, _, _ := strings.Cut(q.Path, "?")
	marks := q.Method+" "+path == pathMark
	if !Allowed(q.Method, q.Path) || q.Mail != nil && (q.Body != nil || !takesMail(q)) || marks && !mayMark(q.Body) {
		text := h.words().Say(words.NativeRefused, "method", q.Method, "path", q.Path)
		return Message{ID: q.ID, Error: &api.Error{Code: api.CodeWrong, Text: text}}
	}
	var body io.Reader
	switch {
	case q.Mail != nil:
		body = bytes.NewReader(q.Mail)
	case q.Body != nil:
		body = bytes.NewReader(q.Body)
	}
	got, err := h.Client.Pass(ctx, q.Method, q.Path, body)
	if err != nil {
		return Message{ID: q.ID, Error: h.refusal(err)}
	}
	if marks {
		if got, err = lastStep(got); err != nil {
			return Message{ID: q.ID, Error: h.refusal(err)}
		}
	}
	var small bytes.Buffer
	if err := json.Compact(&small, got); err != nil {
		return Message{ID: q.ID, Error: &api.Error{Code: api.CodeFailed, Text: err.Error()}}
	}
	return Message{ID: q.ID, Body: small.Bytes()}
}

// CodeNotRunning is the code of a refusal because Unseen does not run.
const CodeNotRunning = "not-running"

// takesMail says whether a request is for the one method that takes a mail. Whatever else
// came in its place would pass for a mail here, and be read as what it is there.
func takesMail(q *Request) bool {
	path, _, _ := strings.Cut(q.Path, "?")
	return q.Method+" "+path == pathMessages
}

// refusal says why there is no answer.
func (h *Host) refusal(err error) *api.Error {
	var said *api.Error
	switch {
	case errors.As(err, &said):
		return said
	case errors.Is(err, api.ErrNotRunning):
		return &api.Error{Code: CodeNotRunning, Text: h.words().Say(words.NotRunning), Hint: h.words().Say(words.NotRunningHint)}
	case errors.Is(err, api.ErrForeign):
		return &api.Error{Code: api.CodeFailed, Text: h.words().Say(words.Foreign), Hint: h.words().Say(words.ForeignHint)}
	}
	// The connection broke: whoever was there has gone.
	return &api.Error{Code: CodeNotRunning, Text: err.Error(), Hint: h.words().Say(words.NotRunningHint)}
}

// follow tells the add-on whether Unseen runs, and what is decided and set.
func (h *Host) follow(ctx context.Context, l *line) {
	wait := firstWait
	for ctx.Err() == nil {
		last, err := h.Client.Events(ctx, -1, 1)
		if err == nil {
			wait = firstWait
			l.tell(Message{Daemon: "up"})
			h.events(ctx, l, last)
		}
		if ctx.Err() != nil {
			return
		}
		l.tell(Message{Daemon: "down"})
		select {
		case <-ctx.Done():
		case <-time.After(wait):
			wait = min(2*wait, longestWait)
		}
	}
}

// events tells what is decided and set from now on, until Unseen goes.
func (h *Host) events(ctx context.Context, l *line, last []api.Event) {
	var after int64
	if len(last) > 0 {
		after = last[0].Seq
	}
	for e, err := range h.Client.Follow(ctx, after) {
		if err != nil {
			return
		}
		switch e.Kind {
		case "load", "link": // nothing is decided by them
		default:
			l.tell(Message{Event: &Event{Kind: e.Kind, Outcome: e.Outcome, Sender: e.Sender}})
		}
	}
}
