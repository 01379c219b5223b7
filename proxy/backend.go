package proxy

import (
	"context"
	"errors"
	"net/url"
)

// ErrUnknownToken is returned by a [Backend] for a token that was never issued.
var ErrUnknownToken = errors.New("proxy: unknown token")

// A Load is the reference behind a token.
type Load struct {
	// Token is the name it was asked by, without padding.
	Token string
	// URL is where the original address leads.
	URL string
	// Sender is who sent the mail, as shown to the reader.
	Sender string
	// Pixel says that there is nothing to see; Picture that the element can
	// show a placeholder (img and input).
	Pixel, Picture bool
	// Width and Height are declared CSS pixels, -1 where nothing is declared.
	Width, Height int
	// Resource is "style", "font", "media", "frame" or "" for pictures.
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
	// Reason is one sentence for the reader.
	Reason string
}

// A Backend knows the loads and decides on them.
type Backend interface {
	// Find returns the load behind a token, or [ErrUnknownToken].
	Find(ctx context.Context, token string) (Load, error)
	// Decide says what becomes of a load at an address: its own, or one it
	// was redirected to.
	Decide(ctx context.Context, l Load, at *url.URL) (Decision, error)
	// Record notes what became of a load. Outcome is "held", "released",
	// "copy" (answered from a kept copy) or "failed".
	Record(ctx context.Context, l Load, outcome, reason string)
}
