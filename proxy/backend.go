package proxy

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// ErrUnknownToken is returned by a [Backend] for a token that was never issued.
var ErrUnknownToken = errors.New("proxy: unknown token")

// The values of [Load.Resource].
const (
	// ResourceStyle is a style sheet; it is answered empty.
	ResourceStyle = "style"
	// ResourceFont and ResourceMedia are never served.
	ResourceFont  = "font"
	ResourceMedia = "media"
	// ResourceFrame is answered with a page that says what stands here.
	ResourceFrame = "frame"
)

// A Load is the reference behind a token.
type Load struct {
	// Token is the name it was asked by, without padding.
	Token string
	// URL is where the original address leads.
	URL string
	// Sender is who sent the mail, as shown to the reader. It is the sender's
	// own text: the gateway cleans it before it draws it.
	Sender string
	// Pixel says that there is nothing to see; Picture that the element can
	// show a placeholder (img and input).
	Pixel, Picture bool
	// Width and Height are declared CSS pixels, -1 where nothing is declared.
	Width, Height int
	// Resource is one of the Resource constants, "" for pictures.
	Resource string
	// Ref carries what the backend needs to decide; the gateway does not look into it.
	Ref any
}

// A Decision is what becomes of a load.
type Decision struct {
	// Release says that the address may be asked for.
	Release bool
	// Keep says that a copy may be kept and shown again: the picture is the
	// same for everybody.
	Keep bool
	// Until is when a copy ends at the latest. Zero means as its origin says.
	Until time.Time
	// Reason is one sentence for the reader: who wanted to know what. It is
	// drawn on the placeholder. If empty, the gateway writes one with the
	// sender's name.
	Reason string
}

// An Outcome is what became of a load.
type Outcome string

// The outcomes.
const (
	// Held: not shown. If [Event.Asked] is not empty, a redirect was held and
	// those before it were asked.
	Held Outcome = "held"
	// Released: asked for, and shown where there is something to see.
	Released Outcome = "released"
	// Copied: shown from a kept copy; nobody was asked.
	Copied Outcome = "copy"
	// Failed: released, but there was nothing to show. [Event.Asked] says who
	// learned of it all the same.
	Failed Outcome = "failed"
)

// An Event is one question of a mail program and its answer.
type Event struct {
	// Outcome is what became of the load.
	Outcome Outcome
	// Reason is one sentence for the reader, "" if there is nothing to say.
	Reason string
	// Asked are the hosts that a connection was made to, in order. Where it is
	// empty nobody learned anything.
	Asked []string
}

// A Backend knows the loads and decides on them. It is called from many
// goroutines at once.
type Backend interface {
	// Find returns the load behind a token of 22 or 11 letters, or
	// [ErrUnknownToken]. Rest is what follows the token and its padding, with
	// its query and without the slash before it: a program asks that which has
	// resolved a relative address against a token that stands in a base
	// element. It is empty otherwise.
	Find(ctx context.Context, token, rest string) (Load, error)
	// Decide says what becomes of a load at an address: its own, or one it
	// was redirected to. On an error the load is held.
	Decide(ctx context.Context, l Load, at *url.URL) (Decision, error)
	// Record notes what became of a load. The context outlives the client's
	// connection.
	Record(ctx context.Context, l Load, e Event)
}
