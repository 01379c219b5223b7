package api_test

import (
	"context"
	"errors"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// A rebuilding is followed step by step, to its last word or to what went wrong;
// the password goes to the daemon and is not printed.
func TestRebuild(t *testing.T) {
	for _, c := range []struct {
		name  string
		end   error
		steps int
		code  string
	}{
		{"to its end", nil, 3, ""},
		{"refused", &api.Error{Code: api.CodeUpstream, Text: "rebuilding from mail.example: it said no", Hint: "again"}, 2, api.CodeUpstream},
		{"broken", errors.New("disk on fire"), 2, api.CodeFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := api.NewClient(serve(t, api.Service{Rebuild: func(_ context.Context, q api.RebuildRequest, tell func(api.Rebuilt) bool) error {
				if q.Address != "anna@mail.example" || q.Password != "letmein" {
					t.Errorf("asked %+v", q)
				}
				tell(api.Rebuilt{Read: 1, Messages: 2})
				tell(api.Rebuilt{Read: 2, Messages: 2})
				if c.end == nil {
					tell(api.Rebuilt{Read: 2, Messages: 2, Done: true})
				}
				return c.end
			}}))
			steps := 0
			var failed error
			for at, err := range client.Rebuild(t.Context(), api.RebuildRequest{Address: "anna@mail.example", Password: "letmein"}) {
				if failed = err; err == nil {
					steps++
					if at.Read != min(steps, 2) {
						t.Errorf("step %d is %+v", steps, at)
					}
				}
			}
			var e *api.Error
			if errors.As(failed, &e); steps != c.steps || c.code == "" && failed != nil || c.code != "" && (e == nil || e.Code != c.code) {
				t.Errorf("%d steps, then %v", steps, failed)
			}
		})
	}
}

// A daemon that cannot rebuild says so.
func TestRebuildAbsent(t *testing.T) {
	for _, err := range api.NewClient(serve(t, api.Service{})).Rebuild(t.Context(), api.RebuildRequest{}) {
		var e *api.Error
		if !errors.As(err, &e) || e.Code != api.CodeUnknown {
			t.Errorf("answered %v", err)
		}
	}
}
