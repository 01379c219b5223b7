package oauth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

// A Code is what the reader types on another device (RFC 8628, section 3.3).
type Code struct {
	// Page is where, Code what. Whole is the page with the code in it, "" if the provider
	// has none.
	Page, Code, Whole string
	// Until is when the code ends.
	Until time.Time
}

// usual is how long a code is good if the provider does not say.
const usual = 15 * time.Minute

// Device makes a login on another device: show is given the code, and the provider asked
// now and then, as often as it allows, whether the reader has agreed.
func (f *Flow) Device(ctx context.Context, show func(Code)) (Tokens, error) {
	if f.Provider.Device == "" {
		return Tokens{}, ErrNone
	}
	ctx = f.with(ctx)
	begun, err := f.config().DeviceAuth(ctx)
	if err != nil {
		return Tokens{}, explained("beginning the login", err)
	}
	if begun.Expiry.IsZero() {
		begun.Expiry = time.Now().Add(usual)
	}
	if !page(begun.VerificationURI) || begun.UserCode == "" || begun.DeviceCode == "" {
		return Tokens{}, fmt.Errorf("beginning the login: %w", &Refusal{Code: "no code"})
	}
	code := Code{Page: begun.VerificationURI, Code: begun.UserCode, Until: begun.Expiry}
	if page(begun.VerificationURIComplete) {
		code.Whole = begun.VerificationURIComplete
	}
	show(code)
	got, err := f.poll(ctx, begun)
	if err != nil {
		return Tokens{}, err
	}
	return f.lasting(ctx, got)
}

// page says whether an address can be shown to a reader as a page to go to.
func page(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil
}

// poll asks until the reader has agreed or the code has ended. A provider that cannot be
// reached is asked again, half as often each time (RFC 8628, section 3.5).
func (f *Flow) poll(ctx context.Context, begun *oauth2.DeviceAuthResponse) (*oauth2.Token, error) {
	cfg := f.config()
	// The scope was said when it began; it is no parameter of this request.
	cfg.Scopes = nil
	for {
		got, err := cfg.DeviceAccessToken(ctx, begun)
		var unreached net.Error
		switch {
		case err == nil:
			return got, nil
		case !begun.Expiry.IsZero() && !time.Now().Before(begun.Expiry):
			return nil, fmt.Errorf("agreeing to the login: %w", ErrExpired)
		case ctx.Err() != nil:
			return nil, over(ctx)
		case errors.As(err, &unreached):
			begun.Interval = 2 * max(begun.Interval, 5)
			continue
		}
		return nil, explained("agreeing to the login", err)
	}
}
