package mark_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/dkim"
)

// A sender names the keys of its mails. Whatever the names, each answer stays as the log
// says it was: else a sender could make what was kept look changed.
func TestAnsweredNames(t *testing.T) {
	long := strings.Repeat("x", 63) + "._domainkey." + shop
	for name, names := range map[string][]string{
		"one long end":      {"a." + long, "b." + long},
		"signs that go":     {"a!b._domainkey." + shop, "a*b._domainkey." + shop},
		"ways out":          {"../../../x._domainkey." + shop, "/etc/x._domainkey." + shop},
		"large and small":   {"S._domainkey." + shop, "s._domainkey." + shop},
		"nothing but signs": {"...", "////"},
	} {
		t.Run(name, func(t *testing.T) {
			v := marked(t)
			var answers []dkim.Answer
			for _, n := range names {
				answers = append(answers, dkim.Answer{Name: n, At: clock(), Code: "NOERROR", Records: []string{"v=DKIM1; p="}})
			}
			if err := v.Answered(shop, answers, nil); err != nil {
				t.Fatal(err)
			}
			kept, err := os.ReadDir(filepath.Join(v.Dir(shop), "keys"))
			if err != nil {
				t.Fatal(err)
			}
			unlike := make(map[string]bool)
			for _, one := range kept {
				unlike[strings.ToLower(one.Name())] = true
			}
			if len(unlike) != len(names) {
				t.Errorf("%d answers lie in %v", len(names), kept)
			}
		})
	}
}
