package rulefiles_test

import (
	"fmt"
	"testing"

	"github.com/AdguardTeam/urlfilter"
	"github.com/AdguardTeam/urlfilter/filterlist"
	"github.com/AdguardTeam/urlfilter/rules"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// asked are addresses of which a list of [many] rules holds the second.
var asked = map[string]string{
	"list": "https://t77-track.example/open?u=1234567890",
	"none": "https://images.brand.example/media/2024/01/newsletter/header-large.png",
}

// BenchmarkGrowthRules asks lists of several lengths for an address.
func BenchmarkGrowthRules(b *testing.B) {
	for _, n := range []int{1000, 10_000, 30_000, 55_000} {
		r := load(b, map[string]string{"x.txt": many(n)})
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			begin := lab.CPU()
			for b.Loop() {
				r.Match(asked["none"], true, catalogue.UseImage)
			}
			lab.Spent(b, begin)
		})
	}
}

// BenchmarkUrlfilter asks the library alone, with the same list, as a blocker does.
func BenchmarkUrlfilter(b *testing.B) {
	list := &filterlist.StringRuleList{ID: 1, RulesText: chosen(b), IgnoreCosmetic: true}
	storage, err := filterlist.NewRuleStorage([]filterlist.RuleList{list})
	if err != nil {
		b.Fatal(err)
	}
	engine := urlfilter.NewNetworkEngine(storage)
	for name, url := range asked {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				engine.Match(rules.NewRequest(url, "https://www.reader.example/", rules.TypeImage))
			}
		})
	}
}
