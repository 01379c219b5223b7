// Package native stands between an add-on and Unseen: the mail program starts it, it
// reads requests from standard input, hands them to the control socket, and writes the
// answers to standard output, as native messaging has it.
//
// # What holds
//
// Only the methods that an add-on needs are handed on: see [Allowed]. It keeps
// nothing, logs nothing of what passes, and ends with its input. While Unseen does not
// run, each request is refused at once, and it is tried again until it does; the
// add-on is told of both.
//
// # The form
//
// A message is its length, 32 bits in the machine's own byte order, and so many octets
// of JSON. To the add-on it may have 1 MiB, so that a long answer comes in parts. From
// it, it may have [MaxRequest].
//
// A request is {"id": 1, "method": "POST", "path": "/v1/addon/again", "body": {...}},
// or with "mail", base64, in place of "body". Its answer is {"id": 1, "body": {...}} or
// {"id": 1, "error": {"code", "text", "hint"}}; one in parts is {"id": 1, "part": "..."}
// again and again, and {"id": 1, "parts": n} at the end: the parts joined are the body.
// Unasked come {"daemon": "up"}, {"daemon": "down"} and {"event": {...}}, whenever
// something was decided or set that may change what was answered before.
package native

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
)

const (
	// MaxRequest is the most octets of a message from the add-on: a mail in base64,
	// and what is around it.
	MaxRequest = api.MaxAddOnMail/3*4 + 64<<10
	// maxAnswer is the most octets of a message to the add-on. The mail program ends
	// whoever sends more than 1 MiB.
	maxAnswer = 1 << 20
	// partSize is how much of a long answer goes into one part. Written as a JSON
	// string it may grow, six times at most.
	partSize = 128 << 10
)

// ErrTooLong says that a message is longer than it may be. Nothing that follows can be
// read.
var ErrTooLong = errors.New("native: message too long")

// A Request is what an add-on asks.
type Request struct {
	// ID is given back with the answer.
	ID int64 `json:"id"`
	// Method and Path name a method of the control API.
	Method string `json:"method"`
	// Path may have a query.
	Path string `json:"path"`
	// Body is the request's, nil for none.
	Body json.RawMessage `json:"body,omitempty"`
	// Mail is a mail, for the one method that takes one.
	Mail []byte `json:"mail,omitempty"`
}

// A Message is what an add-on is told. One of its fields beside ID is set.
type Message struct {
	// ID is that of the request, 0 for what comes unasked.
	ID int64 `json:"id,omitempty"`
	// Body is the answer.
	Body json.RawMessage `json:"body,omitempty"`
	// Error is the refusal.
	Error *api.Error `json:"error,omitempty"`
	// Part is a piece of a long answer, Parts how many there were.
	Part string `json:"part,omitempty"`
	// Parts is how many parts there were.
	Parts int `json:"parts,omitempty"`
	// Daemon is "up" or "down".
	Daemon string `json:"daemon,omitempty"`
	// Event is something that was decided or set.
	Event *Event `json:"event,omitempty"`
}

// An Event is something that was decided or set. It says no more than what to forget.
type Event struct {
	// Kind and Outcome are those of the control API's event.
	Kind string `json:"kind"`
	// Outcome is what became of it.
	Outcome string `json:"outcome,omitempty"`
	// Sender is whom it is about, "" for all.
	Sender string `json:"sender,omitempty"`
}

// Read reads one request. At the end of the input between two messages it returns
// [io.EOF].
func Read(r io.Reader) (Request, error) {
	var q Request
	var size uint32
	if err := binary.Read(r, binary.NativeEndian, &size); err != nil {
		if errors.Is(err, io.EOF) {
			return q, io.EOF
		}
		return q, fmt.Errorf("reading a message: %w", err)
	}
	if size > MaxRequest {
		return q, fmt.Errorf("%w: %d octets", ErrTooLong, size)
	}
	// What is announced need not come: memory is taken as it does.
	body, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err == nil && len(body) < int(size) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return q, fmt.Errorf("reading a message: %w", err)
	}
	if err := json.Unmarshal(body, &q); err != nil {
		return Request{}, &api.Error{Code: api.CodeWrong, Text: "reading a message: " + err.Error()}
	}
	return q, nil
}

// Write writes one message, in parts if it is long.
func Write(w io.Writer, m Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	if len(body) <= maxAnswer {
		return writeOne(w, body)
	}
	parts := 0
	for rest := string(m.Body); rest != ""; parts++ {
		n := cutAt(rest, partSize)
		part, err := json.Marshal(Message{ID: m.ID, Part: rest[:n]})
		if err != nil {
			return fmt.Errorf("writing a message: %w", err)
		}
		if err := writeOne(w, part); err != nil {
			return err
		}
		rest = rest[n:]
	}
	last, err := json.Marshal(Message{ID: m.ID, Parts: parts})
	if err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	return writeOne(w, last)
}

// cutAt is where a text is cut, at most so many octets in and not within a letter.
func cutAt(text string, most int) int {
	if len(text) <= most {
		return len(text)
	}
	for most > 1 && text[most]&0xC0 == 0x80 { // RFC 3629, section 3
		most--
	}
	return most
}

// writeOne writes the length and the message at once.
func writeOne(w io.Writer, body []byte) error {
	framed := binary.NativeEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body)))
	if _, err := w.Write(append(framed, body...)); err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	return nil
}

// Allowed says whether an add-on may use a method of the control API. It may show, ask
// and answer; it can neither connect accounts nor destroy anything. Of marking evidence
// it may do what asks no more than name servers, and only after a page has said so.
func Allowed(method, path string) bool {
	path, _, _ = strings.Cut(path, "?")
	switch method + " " + path {
	case "GET /v1/addon", pathMessages, "POST /v1/addon/again", "POST /v1/addon/hop",
		"POST /v1/addon/happened", "POST /v1/addon/link", "POST /v1/addon/compose",
		"GET /v1/status", "GET /v1/questions", "POST /v1/questions/ask", "POST /v1/questions/answer",
		"GET /v1/evidence/marks", pathMark,
		"POST /v1/once", "POST /v1/tell", "POST /v1/sending", "POST /v1/pages/open", "POST /v1/pictures":
		return true
	}
	return false
}
