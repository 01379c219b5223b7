package oauth_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/oauth"
)

// A login on another device, with a provider that is there.
func TestDevice(t *testing.T) {
	p := lab.StartProvider(t)
	p.Be(lab.Manner{Pending: 1})
	var shown oauth.Code
	got, err := flowAt(p).Device(t.Context(), func(c oauth.Code) { shown = c })
	if err != nil || p.User(got.Access) != anna {
		t.Fatalf("%v", err)
	}
	if shown.Code != "WDJB-MJHT" || !strings.HasPrefix(shown.Page, "https://") || shown.Whole != "" {
		t.Errorf("shown %+v", shown)
	}
}

// scripted is a provider that says one thing after the other, in a time of its own.
type scripted struct {
	begun map[string]any
	says  []string // error codes; "" is a yes, "unreached" no answer
	asked []time.Time
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	if form.Get("device_code") == "" {
		return said(http.StatusOK, s.begun), nil
	}
	s.asked = append(s.asked, time.Now())
	code := "authorization_pending"
	if len(s.says) > 0 {
		code, s.says = s.says[0], s.says[1:]
	}
	switch code {
	case "unreached":
		return nil, &net.OpError{Op: "dial", Err: errors.New("no way")}
	case "":
		return said(http.StatusOK, map[string]any{"access_token": "a", "refresh_token": "r", "token_type": "bearer", "expires_in": 60}), nil
	}
	return said(http.StatusBadRequest, map[string]any{"error": code}), nil
}

func said(status int, body map[string]any) *http.Response {
	text, _ := json.Marshal(body)
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(text)))}
}

// The provider says how often it may be asked, and how long.
func TestDevicePolls(t *testing.T) {
	good := map[string]any{"device_code": "d", "user_code": "U", "verification_uri": "https://x.example/", "expires_in": 60, "interval": 2}
	for name, c := range map[string]struct {
		begun map[string]any
		says  []string
		want  error
		// waits are the seconds from one question to the next.
		waits []int
	}{
		"at once":      {good, []string{""}, nil, []int{2}},
		"pending":      {good, []string{"authorization_pending", "authorization_pending", ""}, nil, []int{2, 2, 2}},
		"slow down":    {good, []string{"slow_down", "authorization_pending", ""}, nil, []int{2, 7, 7}},
		"denied":       {good, []string{"authorization_pending", "access_denied"}, oauth.ErrDenied, []int{2, 2}},
		"expired":      {good, []string{"expired_token"}, oauth.ErrExpired, []int{2}},
		"time is over": {map[string]any{"device_code": "d", "user_code": "U", "verification_uri": "https://x.example/", "expires_in": 5, "interval": 2}, nil, oauth.ErrExpired, []int{2, 2}},
		"unreached":    {good, []string{"unreached", ""}, nil, []int{2, 10}},
		"client":       {good, []string{"invalid_client"}, oauth.ErrClient, []int{2}},
		"no interval":  {map[string]any{"device_code": "d", "user_code": "U", "verification_uri": "https://x.example/"}, []string{""}, nil, []int{5}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &scripted{begun: c.begun, says: c.says}
				f := &oauth.Flow{Provider: oauth.Provider{Device: "https://x.example/d", Token: "https://x.example/t"}, Client: oauth.Client{ID: "mine"}, HTTP: &http.Client{Transport: s}}
				last := time.Now()
				_, err := f.Device(t.Context(), func(oauth.Code) {})
				if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
					t.Errorf("says %v", err)
				}
				if len(s.asked) != len(c.waits) {
					t.Fatalf("asked %d times", len(s.asked))
				}
				for i, at := range s.asked {
					if wait := int(at.Sub(last).Round(time.Second) / time.Second); wait != c.waits[i] {
						t.Errorf("question %d after %d s, not %d", i, wait, c.waits[i])
					}
					last = at
				}
			})
		})
	}
}

// What cannot be shown to a reader ends a login before it begins; so does the reader.
func TestDeviceRefused(t *testing.T) {
	for name, begun := range map[string]map[string]any{
		"page without TLS": {"device_code": "d", "user_code": "U", "verification_uri": "http://x.example/"},
		"no code":          {"device_code": "d", "verification_uri": "https://x.example/"},
		"no device":        {"user_code": "U", "verification_uri": "https://x.example/"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &oauth.Flow{Provider: oauth.Provider{Device: "https://x.example/d", Token: "https://x.example/t"}, HTTP: &http.Client{Transport: &scripted{begun: begun}}}
			if _, err := f.Device(t.Context(), func(oauth.Code) { t.Error("shown") }); err == nil {
				t.Error("went on")
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := &oauth.Flow{Provider: oauth.Provider{Device: "https://x.example/d", Token: "https://x.example/t"}, HTTP: &http.Client{Transport: &scripted{
			begun: map[string]any{"device_code": "d", "user_code": "U", "verification_uri": "https://x.example/"}}}}
		if _, err := f.Device(ctx, func(oauth.Code) { cancel() }); !errors.Is(err, context.Canceled) {
			t.Errorf("ended by the reader: %v", err)
		}
	})
}
