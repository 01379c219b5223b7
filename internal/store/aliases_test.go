package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
)

// TestAliases checks that what the DNS said is kept, replaced and forgotten.
func TestAliases(t *testing.T) {
	ctx := context.Background()
	s, err := store.Open(ctx, t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	day := time.UnixMilli(1_800_000_000_000).UTC()
	hosts := func() []string {
		list, err := s.Aliases(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, a := range list {
			out = append(out, a.Host+">"+a.Target)
		}
		return out
	}
	for _, list := range [][]store.Alias{
		{{Host: "click.shop.example", At: day, Resolver: "9.9.9.9:53"}, {Host: "shop.example", At: day}, {Host: "notshop.example", At: day}, {Host: "a.other.example", At: day}},
		{{Host: "click.shop.example", Target: "sendgrid.net", At: day.Add(time.Hour), Resolver: "1.1.1.1:53"}},
	} {
		if err := s.SetAliases(ctx, list); err != nil {
			t.Fatal(err)
		}
	}
	if got := hosts(); !slices.Equal(got, []string{"a.other.example>", "click.shop.example>sendgrid.net", "notshop.example>", "shop.example>"}) {
		t.Error(got)
	}
	if err := s.ForgetAliases(ctx, "shop.example"); err != nil {
		t.Fatal(err)
	}
	if got := hosts(); !slices.Equal(got, []string{"a.other.example>", "notshop.example>"}) {
		t.Error(got)
	}
	if err := s.ForgetAliases(ctx, ""); err != nil || len(hosts()) != 0 {
		t.Error(err, hosts())
	}
}
