package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
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

// stored restores a message that goes into a mailbox, and says how many addresses
// it did not know.
func (r *restorer) stored(ctx context.Context, raw []byte) (out []byte, unknown int, err error) {
	var broken error
	out, unknown, err = plan.Restore(raw, r.base, r.enclosing(ctx, r.looking(ctx, &broken)), plan.ByAppend)
	if err == nil {
		err = broken
	}
	if err != nil {
		return nil, unknown, fmt.Errorf("restoring message: %w", err)
	}
	return out, unknown, nil
}

// looking says what tokens stand for. Broken is the first error in that.
func (r *restorer) looking(ctx context.Context, broken *error) plan.Lookup {
	return func(token string) (plan.Original, bool) {
		original, ok, err := r.look(ctx, token)
		if err != nil && *broken == nil {
			*broken = err
		}
		return original, ok
	}
}

// enclosing says, beside what tokens stand for, which pictures can go along with a
// message, if the reader wants that: those that the gateway has a copy of and has shown
// for the very mail that is quoted. A copy may be there because of another mail: whoever
// names its address in a mail of theirs would learn from the answer that the reader has
// seen that one. Nobody is asked for a picture.
func (r *restorer) enclosing(ctx context.Context, look plan.Lookup) plan.Lookup {
	if !r.backend.policy.enclosesPictures() {
		return look
	}
	kept := newCopies(r.backend.core)
	return func(token string) (plan.Original, bool) {
		o, ok := look(token)
		if o.URL == "" || o.Held {
			return o, ok
		}
		o.Copy = func() (plan.Picture, bool) {
			if !r.shown(ctx, token) {
				return plan.Picture{}, false
			}
			c, ok := kept.get(ctx, o.URL)
			return plan.Picture{MediaType: c.Type, Body: c.Body}, ok
		}
		return o, ok
	}
}

// shown says whether the gateway has shown what a token stands for. What is not known was
// not.
func (r *restorer) shown(ctx context.Context, token string) bool {
	core := r.backend.core
	l, ok, err := core.find(ctx, token)
	if err == nil && ok {
		ok, err = core.store.Shown(ctx, l.mail.id, l.number)
	}
	if err != nil {
		core.log.Warn("reading what was shown", "err", err)
	}
	return err == nil && ok
}

// enclosesPictures says whether pictures that may be shown go along with what quotes
// them.
func (p *policy) enclosesPictures() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settings.Sent == "enclose"
}

// look says what a token stands for, and whether it is held today.
func (r *restorer) look(ctx context.Context, token string) (plan.Original, bool, error) {
	l, ok, err := r.backend.core.find(ctx, token)
	if err != nil || !ok {
		return plan.Original{}, false, err
	}
	ref := &l.ref().Ref
	if ref.Kind == reference.Link {
		return plan.Original{URL: cmp.Or(r.backend.core.leads(l), ref.URL)}, true, nil
	}
	o := plan.Original{URL: ref.URL, Held: true, Pixel: ref.Kind == reference.Pixel}
	if at, err := url.Parse(ref.URL); err == nil {
		l.leaving = true
		d, err := r.backend.decide(ctx, l, at)
		if err != nil {
			return plan.Original{}, false, err
		}
		o.Held = !d.Release
	}
	return o, true, nil
}

// sent restores a mail that is about to leave, as it comes. One with an address
// that nobody knows does not leave: it would point at this machine for ever.
func (r *restorer) sent(ctx context.Context, to io.Writer) io.WriteCloser {
	s := &sending{}
	s.Restoring = plan.NewRestoring(to, r.base, r.enclosing(ctx, r.looking(ctx, &s.broken)), plan.BySubmission)
	return s
}

// A sending is a mail on its way out.
type sending struct {
	*plan.Restoring
	broken error // the first error in looking up what an address stands for
}

// Write implements [io.Writer].
func (s *sending) Write(b []byte) (int, error) {
	n, err := s.Restoring.Write(b)
	return n, s.check(err)
}

// Close implements [io.Closer].
func (s *sending) Close() error { return s.check(s.Restoring.Close()) }

// check says why a mail must not leave.
func (s *sending) check(err error) error {
	switch {
	case errors.Is(err, plan.ErrSigned):
		return proxy.ErrSigned
	case s.broken != nil:
		return fmt.Errorf("restoring mail: %w", s.broken)
	case err == nil && s.Unknown() > 0:
		return proxy.ErrUnknownAddress
	}
	return err
}
