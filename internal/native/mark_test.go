package native_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// An add-on may mark a mail as evidence, and is told how that ended; it may not have
// mailboxes read, or an address asked that it names.
func TestMark(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "control.sock")
	ln, err := api.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	var asked []api.MarkRequest
	service := api.Service{Evidence: api.Evidence{
		Mark: func(_ context.Context, q api.MarkRequest, tell func(api.EvidenceStep) bool) error {
			asked = append(asked, q)
			if q.Sender == "nobody" {
				return &api.Error{Code: api.CodeUnknown, Text: "there is no such sender", Hint: "name one"}
			}
			if q.Sender == "endless" {
				return nil
			}
			for n := range 3 {
				tell(api.EvidenceStep{Stage: "read", Done: n, Of: 3})
			}
			tell(api.EvidenceStep{Stage: "read", End: true, Mark: &api.Mark{Sender: q.Sender, Mails: 3}})
			return nil
		},
	}}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { (&api.Server{Service: service}).Serve(ctx, ln) })
	defer work.Wait()
	defer cancel()
	k := newTalk(t, socket)
	for name, c := range map[string]struct{ path, body, want, refused string }{
		"a sender":            {"/v1/evidence/mark", `{"sender":"shop.example","days":365}`, `"mails":3`, ""},
		"with keys":           {"/v1/evidence/mark", `{"message":"00ff","keys":true,"dry":true}`, `"end":true`, ""},
		"a refusal":           {"/v1/evidence/mark", `{"sender":"nobody"}`, "", "no such sender"},
		"no last word":        {"/v1/evidence/mark", `{"sender":"endless"}`, "", "marking ended"},
		"older mails":         {"/v1/evidence/mark", `{"sender":"shop.example","older":true}`, "", "/v1/evidence/mark"},
		"older, by another":   {"/v1/evidence/mark?x=1", `{"sender":"shop.example","OLDER":true}`, "", "/v1/evidence/mark"},
		"a password":          {"/v1/evidence/mark", `{"sender":"shop.example","password":"letmein"}`, "", "/v1/evidence/mark"},
		"an authority":        {"/v1/evidence/mark", `{"sender":"shop.example","authority":"https://evil.example/"}`, "", "/v1/evidence/mark"},
		"no body":             {"/v1/evidence/mark", `null`, "", "/v1/evidence/mark"},
		"what destroys":       {"/v1/evidence/unmark", `{"sender":"shop.example","destroy":true}`, "", "/v1/evidence/unmark"},
		"keys without asking": {"/v1/evidence/keys", `{"sender":"shop.example"}`, "", "/v1/evidence/keys"},
	} {
		t.Run(name, func(t *testing.T) {
			asked = nil
			q, _ := json.Marshal(map[string]any{"id": 1, "method": "POST", "path": c.path, "body": json.RawMessage(c.body)})
			m := k.ask(string(q))
			if c.refused == "" {
				if m.Error != nil || !strings.Contains(string(m.Body), c.want) || strings.Contains(string(m.Body), "\n") {
					t.Errorf("it answers %s, %v", m.Body, m.Error)
				}
				return
			}
			if m.Error == nil || !strings.Contains(m.Error.Text, c.refused) {
				t.Errorf("it answers %s, %v, want %q", m.Body, m.Error, c.refused)
			}
			if strings.HasPrefix(c.refused, "/v1/") && len(asked) != 0 {
				t.Errorf("Unseen was asked %+v", asked)
			}
		})
	}
}

// What is looked at before a request is handed on is what is handed on: a mail that comes
// beside a body, or where none belongs, is not read as the request.
func TestMarkAnnouncedOtherwise(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "control.sock")
	ln, err := api.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	var asked []api.MarkRequest
	service := api.Service{Evidence: api.Evidence{
		Mark: func(_ context.Context, q api.MarkRequest, tell func(api.EvidenceStep) bool) error {
			asked = append(asked, q)
			tell(api.EvidenceStep{Stage: "read", End: true, Mark: &api.Mark{Sender: q.Sender}})
			return nil
		},
	}}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { (&api.Server{Service: service}).Serve(ctx, ln) })
	defer work.Wait()
	defer cancel()
	k := newTalk(t, socket)
	harm := []byte(`{"sender":"shop.example","older":true,"login":"anna","password":"letmein","address":"anna@evil.example"}`)
	for name, request := range map[string]map[string]any{
		"beside a body":     {"path": "/v1/evidence/mark", "body": map[string]any{"sender": "shop.example"}, "mail": harm},
		"in place of one":   {"path": "/v1/evidence/mark", "mail": harm},
		"an empty one":      {"path": "/v1/evidence/mark", "body": map[string]any{"sender": "shop.example"}, "mail": []byte{}},
		"of another kind":   {"path": "/v1/pictures", "body": map[string]any{"sender": "shop.example"}, "mail": []byte(`{"sender":"","show":true}`)},
		"a mail and a body": {"path": "/v1/addon/messages", "body": map[string]any{}, "mail": []byte("From: a")},
	} {
		request["id"], request["method"] = 1, "POST"
		q, _ := json.Marshal(request)
		if m := k.ask(string(q)); m.Error == nil || m.Error.Code != api.CodeWrong || len(asked) != 0 {
			t.Errorf("%s: it answers %s, %v; Unseen was asked %+v", name, m.Body, m.Error, asked)
		}
		asked = nil
	}
}
