// Package api is the control API: how commands, windows and the tray speak
// with the daemon.
//
// It is HTTP with JSON over a Unix socket that only its owner may open: the
// socket has mode 0600 in a directory of mode 0700, and on Linux the peer's
// user id is checked as well (unix(7), SO_PEERCRED). Paths begin with a
// version, /v1. A body is at most 64 KiB and has no unknown fields. What is
// refused is answered with an [Error], which carries a sentence for people and
// a hint. Each answer names the version in its field Unseen-Api.
//
// [Document] describes every method (OpenAPI 3.1), and GET /v1/openapi.json
// answers with it.
//
// [Server] is the daemon's side, [Client] everybody else's.
package api

import (
	"errors"
	"net/http"
)

// MaxBody is the most octets a request may have.
const MaxBody = 64 << 10

// Sentinels of the package.
var (
	// ErrNotRunning says that nobody listens on the socket.
	ErrNotRunning = errors.New("api: Unseen is not running")
	// ErrForeign says that the socket is another user's.
	ErrForeign = errors.New("api: the Unseen that runs is another user's")
	// ErrRunning says that somebody listens on it already; see [RunningError].
	ErrRunning = errors.New("api: Unseen is running already")
)

// Codes of an [Error].
const (
	// CodeWrong is a request that cannot be understood.
	CodeWrong = "wrong-request"
	// CodeUnknown names something that is not there.
	CodeUnknown = "unknown"
	// CodeConflict is in the way of something that is.
	CodeConflict = "conflict"
	// CodeFailed is what could not be done.
	CodeFailed = "failed"
	// CodeUpstream is what the provider's server is to blame for.
	CodeUpstream = "upstream"
)

// An Error is a refusal, for programs and for people.
type Error struct {
	// Code is one of the codes of this package.
	Code string `json:"code"`
	// Text is what was being done and what stood in the way; Hint what to
	// do next, if anything.
	Text string `json:"text"`
	// Hint is what to do next, if anything.
	Hint string `json:"hint,omitempty"`
}

// Error returns the text.
func (e *Error) Error() string { return e.Text }

// status returns the HTTP status of the code.
func (e *Error) status() int {
	switch e.Code {
	case CodeWrong:
		return http.StatusBadRequest
	case CodeUnknown:
		return http.StatusNotFound
	case CodeConflict:
		return http.StatusConflict
	case CodeUpstream:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}
