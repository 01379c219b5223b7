package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/notice"
)

// Each method about consent hands on what it was asked and what was answered.
func TestConsentMethods(t *testing.T) {
	var seen []string
	note := func(v ...string) { seen = append(seen, strings.Join(v, " ")) }
	path := serve(t, api.Service{
		Questions: func(_ context.Context, asked bool) ([]api.Waiting, error) {
			if asked {
				note("asked too")
			}
			return []api.Waiting{{Sender: "shop.example"}}, nil
		},
		Tell: func(_ context.Context, r api.TellRequest) ([]api.Tell, error) {
			note("tell", r.Sender)
			return []api.Tell{{Letter: notice.Letter{Subject: "x"}}}, nil
		},
		Once: func(_ context.Context, r api.OnceRequest) (api.Permit, error) {
			return api.Permit{Message: r.Message}, nil
		},
		WouldSend: func(_ context.Context, r api.SendingRequest) ([]api.Sending, error) {
			return []api.Sending{{Host: r.Token}}, nil
		},
		History: func(_ context.Context, sender string) (api.History, error) { return api.History{Sender: sender}, nil },
		Forget: func(_ context.Context, r api.ForgetRequest) (api.Forgotten, error) {
			return api.Forgotten{Senders: []string{r.Sender}}, nil
		},
		State: func(_ context.Context, s api.Statement) (api.Statement, error) { return s, nil },
		Statements: func(_ context.Context, sender string) ([]api.Statement, error) {
			return []api.Statement{{Sender: sender}}, nil
		},
		Verify: func(_ context.Context, against string) (api.Verification, error) {
			return api.Verification{Head: against}, nil
		},
		Answer: func(_ context.Context, a api.Answer) (api.Answered, error) {
			note(a.Sender, a.How, strings.Join(a.Yes, ","), strings.Join(a.No, ","))
			return api.Answered{Needs: map[string][]string{"a": {"b"}}}, nil
		},
	})
	c, ctx := api.NewClient(path), t.Context()
	check := func(what string, ok bool, err error) {
		t.Helper()
		if err != nil || !ok {
			t.Errorf("%s: %v, %v", what, ok, err)
		}
	}
	w, err := c.Questions(ctx, true)
	check("questions", len(w) == 1 && w[0].Sender == "shop.example", err)
	tell, err := c.Tell(ctx, api.TellRequest{Sender: "x.example"})
	check("tell", len(tell) == 1 && tell[0].Letter.Subject == "x", err)
	p, err := c.Once(ctx, api.OnceRequest{Message: "aa"})
	check("once", p.Message == "aa", err)
	s, err := c.WouldSend(ctx, api.SendingRequest{Token: "tt"})
	check("sending", len(s) == 1 && s[0].Host == "tt", err)
	h, err := c.History(ctx, "news@shop.example list&id")
	check("history", h.Sender == "news@shop.example list&id", err)
	f, err := c.Forget(ctx, api.ForgetRequest{Sender: "x.example"})
	check("forget", slices.Equal(f.Senders, []string{"x.example"}), err)
	st, err := c.State(ctx, api.Statement{Note: "hm"})
	check("state", st.Note == "hm", err)
	all, err := c.Statements(ctx, "x.example")
	check("statements", len(all) == 1 && all[0].Sender == "x.example", err)
	v, err := c.VerifyAgainst(ctx, "1:aa")
	check("verify", v.Head == "1:aa", err)
	a, err := c.Answer(ctx, api.Answer{Sender: "x.example", How: "page", Yes: []string{"a"}, No: []string{"b", "c"}})
	check("answer", slices.Equal(a.Needs["a"], []string{"b"}), err)
	if want := []string{"asked too", "tell x.example", "x.example page a b,c"}; !slices.Equal(seen, want) {
		t.Errorf("asked %q", seen)
	}
}

// A yes goes with the hash of what was shown, for each address by itself, and a
// question that was answered with no goes nowhere.
func TestGrant(t *testing.T) {
	question := func(address string, purposes ...string) api.Question {
		q := api.Question{Sender: "shop.example", Address: address, Notice: api.Notice{SHA256: "hash of " + address}}
		for _, p := range purposes {
			q.Switches = append(q.Switches, api.Switch{Purpose: p})
		}
		return q
	}
	var decided []api.Decision
	path := serve(t, api.Service{
		Ask: func(context.Context, api.Ask) ([]api.Question, error) {
			return []api.Question{question("a@b.example", "click"), question("c@b.example", "click", "fraud"), question("d@b.example", "fraud")}, nil
		},
		Decide: func(_ context.Context, d api.Decision) ([]api.Standing, error) {
			decided = append(decided, d)
			return []api.Standing{{Address: d.Address}}, nil
		},
	})
	c := api.NewClient(path)
	list, err := c.Grant(t.Context(), api.Decision{Sender: "News", Purposes: []string{"fraud"}}, func(q api.Question) bool { return q.Address != "d@b.example" })
	if err != nil || len(list) != 1 || len(decided) != 1 || decided[0].Notice != "hash of c@b.example" || decided[0].Sender != "shop.example" ||
		decided[0].Decision != "granted" {
		t.Errorf("%+v %+v, %v", list, decided, err)
	}
}

// An export that breaks off is not taken for a whole one; one that is refused
// before is said to be.
func TestExport(t *testing.T) {
	broken := errors.New("the disk went away")
	path := serve(t, api.Service{Export: func(_ context.Context, w io.Writer, format, language string) error {
		switch language {
		case "refused":
			return &api.Error{Code: api.CodeFailed, Text: "the ledger is broken"}
		case "cut":
			io.WriteString(w, strings.Repeat("x", 10_000))
			return broken
		}
		_, err := io.WriteString(w, format+" in "+language)
		return err
	}})
	c := api.NewClient(path)
	var out bytes.Buffer
	if err := c.Export(t.Context(), &out, "csv", "fr"); err != nil || out.String() != "csv in fr" {
		t.Errorf("%q, %v", &out, err)
	}
	if err := c.Export(t.Context(), io.Discard, "csv", "cut"); err == nil || !strings.Contains(err.Error(), "broke off") {
		t.Errorf("cut: %v", err)
	}
	var e *api.Error
	if err := c.Export(t.Context(), io.Discard, "jsonld", "refused"); !errors.As(err, &e) || e.Text != "the ledger is broken" {
		t.Errorf("refused: %v", err)
	}
	if err := c.Export(t.Context(), io.Discard, "pdf", "fr"); !errors.As(err, &e) || e.Code != api.CodeWrong {
		t.Errorf("another format: %v", err)
	}
	if kind := raw(t, path, "GET", "/v1/consent/export?format=jsonld", nil).Header.Get("Content-Type"); kind != "application/ld+json" {
		t.Errorf("it is %q", kind)
	}
}

// A file may be longer than any other request, and reaches the daemon as it is.
func TestImport(t *testing.T) {
	file := strings.Repeat("a line of a ledger\n", 20_000)
	path := serve(t, api.Service{Import: func(_ context.Context, r io.Reader, format string) (api.Imported, error) {
		b, err := io.ReadAll(r)
		if string(b) != file || format != "csv" {
			t.Errorf("%d octets of %q came", len(b), format)
		}
		return api.Imported{Read: 2}, err
	}})
	if in, err := api.NewClient(path).Import(t.Context(), strings.NewReader(file), "csv"); err != nil || in.Read != 2 {
		t.Errorf("%+v, %v", in, err)
	}
}

// What a daemon does not do it says so of.
func TestConsentAbsent(t *testing.T) {
	path := serve(t, api.Service{})
	for _, target := range []string{
		"GET /v1/questions", "POST /v1/questions/ask", "POST /v1/questions/answer", "POST /v1/once", "POST /v1/tell", "POST /v1/sending",
		"GET /v1/consent/history", "GET /v1/consent/verify", "GET /v1/consent/export?format=csv", "POST /v1/consent/import",
		"POST /v1/forget", "POST /v1/statements", "GET /v1/statements",
	} {
		method, at, _ := strings.Cut(target, " ")
		if got := raw(t, path, method, at, strings.NewReader("{}")).StatusCode; got != http.StatusNotFound {
			t.Errorf("%s answered %d", target, got)
		}
	}
}
