package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/proxy"
)

// A restorer takes addresses of the gateway out of what the reader sends.
type restorer struct {
	backend *backend
	base    string
}

// run restores a message and says how many addresses it did not know.
func (r *restorer) run(ctx context.Context, raw []byte, how plan.Leaving) (out []byte, unknown int, err error) {
	var broken error
	look := func(token string) (plan.Original, bool) {
		original, ok, err := r.look(ctx, token)
		if err != nil && broken == nil {
			broken = err
		}
		return original, ok
	}
	out, unknown, err = plan.Restore(raw, r.base, look, how)
	if err == nil {
		err = broken
	}
	if err != nil {
		return nil, unknown, fmt.Errorf("restoring message: %w", err)
	}
	return out, unknown, nil
}

// look says what a token stands for, and whether it is held today.
func (r *restorer) look(ctx context.Context, token string) (plan.Original, bool, error) {
	l, ok, err := r.backend.core.find(ctx, token)
	if err != nil || !ok {
		return plan.Original{}, false, err
	}
	ref := &l.ref().Ref
	o := plan.Original{URL: ref.URL, Held: true, Pixel: ref.Kind == reference.Pixel}
	if at, err := url.Parse(ref.URL); err == nil {
		d, err := r.backend.decide(ctx, l, at)
		if err != nil {
			return plan.Original{}, false, err
		}
		o.Held = !d.Release
	}
	return o, true, nil
}

// sent restores a mail that is about to leave. One with an address that nobody
// knows does not leave: it would point at this machine for ever.
func (r *restorer) sent(ctx context.Context, raw []byte) ([]byte, error) {
	out, unknown, err := r.run(ctx, raw, plan.BySubmission)
	if errors.Is(err, plan.ErrSigned) {
		return nil, proxy.ErrSigned
	}
	if err != nil {
		return nil, err
	}
	if unknown > 0 {
		return nil, proxy.ErrUnknownAddress
	}
	return out, nil
}
