package daemon_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/rules/statement"
)

// Why a statement cannot be kept is said in a sentence to the reader.
func TestMisstated(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	for name, c := range map[string]struct {
		said api.Statement
		want string
	}{
		"no answer":    {api.Statement{}, "the answer is no, yes, unsure or told"},
		"no date":      {api.Statement{Answer: statement.Yes, AgreedOn: "yesterday"}, `"yesterday" is no date`},
		"not yet":      {api.Statement{Answer: statement.Yes, AgreedOn: "2999"}, "2999 has not come yet"},
		"no way":       {api.Statement{Answer: statement.Yes, Way: "dream"}, `no way called "dream"`},
		"not agreed":   {api.Statement{Answer: statement.No, AgreedOn: "2025"}, "only who agreed"},
		"told, no day": {api.Statement{Answer: statement.Told}, "the day on which you told the sender is missing"},
		"a long place": {api.Statement{Answer: statement.Yes, Where: strings.Repeat("x", 3000)}, "longer than 2048 octets"},
	} {
		t.Run(name, func(t *testing.T) {
			c.said.Sender, c.said.Recipient = "shop.example", "anna@example.org"
			_, err := h.client.State(t.Context(), c.said)
			var refusal *api.Error
			if !errors.As(err, &refusal) || refusal.Code != api.CodeWrong || !strings.Contains(refusal.Text, c.want) || !strings.HasPrefix(refusal.Text, "keeping your statement: ") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
