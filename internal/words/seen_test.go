package words_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect/claim"
	"github.com/unseen-mail/unseen/detect/reason"
	"github.com/unseen-mail/unseen/detect/role"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/words"
)

// Every reason of the packages that give them has a text in every language, the
// English is theirs, and no text is left of one that is gone.
func TestReasonsHaveTexts(t *testing.T) {
	named := strings.NewReplacer("{0}", "{first}", "{1}", "{second}")
	for kind, sentences := range map[string]map[string]string{"doubt-": sender.Sentences(), "part-because-": role.Sentences()} {
		if len(sentences) < 10 {
			t.Fatalf("%s: only %d sentences", kind, len(sentences))
		}
		for _, lang := range words.Languages() {
			all := texts(t, lang)
			for code, sentence := range sentences {
				if text := all[kind+code]; text == "" || lang == "en" && text != named.Replace(sentence) {
					t.Errorf("%s %s%s is %q for %q", lang, kind, code, text, sentence)
				}
			}
			for key := range maps.Keys(all) {
				if code, ok := strings.CutPrefix(key, kind); ok && sentences[code] == "" {
					t.Errorf("%s has a text for %s, which is gone", lang, key)
				}
			}
		}
	}
}

// What packages claim and role tell apart is told in every language.
func TestSeenInEveryLanguage(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, lang := range words.Languages() {
		c := words.In(lang)
		for _, what := range []claim.What{
			claim.FirstMail, claim.FirstInformed, claim.FirstAsked, claim.TrackedBefore, claim.AskedWhileTracking, claim.AskedAgain,
			claim.NoWithdrawal, claim.TrackedAfterTold, claim.TrackedAfterWithdrawn,
		} {
			said := c.Observed(words.Observed{What: string(what), When: day, N: 1, Of: 3, Days: 20, Unsubscribe: 1, List: 2})
			if !strings.Contains(said, c.Date(day)) || strings.ContainsAny(said, "[]{}") {
				t.Errorf("%s %s: %q", lang, what, said)
			}
		}
		for _, kind := range []claim.Kind{claim.Informs, claim.Asks, claim.SaysAgreed, claim.Withdraws, claim.Unsubscribes, claim.Lists} {
			if said := c.Claimed(string(kind)); said == string(kind) {
				t.Errorf("%s has no words for %s", lang, kind)
			}
		}
		for _, kind := range []role.Kind{role.Sender, role.Advertiser, role.ListOwner, role.Service, role.Tracker, role.Mailbox} {
			if said := c.Part(string(kind)); said == string(kind) {
				t.Errorf("%s has no words for %s", lang, kind)
			}
		}
	}
	c := words.English()
	for _, none := range []string{c.Observed(words.Observed{What: "newer"}), c.Observed(words.Observed{What: "head"}),
		c.Doubt(reason.Is("newer")), c.Doubt(reason.Reason{}), c.PartBecause(reason.Is("newer"))} {
		if none != "" {
			t.Errorf("what nobody knows is %q", none)
		}
	}
	inEach(t, "a doubt", func(c *words.Catalogue) string { return c.Doubt(reason.Is("failed", "shop.example")) },
		"Your mail provider says that this mail is not from shop.example.",
		"Votre fournisseur de messagerie dit que ce courriel ne vient pas de shop.example.",
		"Je mailprovider zegt dat deze mail niet van shop.example komt.",
		"Ihr Mailanbieter sagt, dass diese Mail nicht von shop.example ist.")
}
