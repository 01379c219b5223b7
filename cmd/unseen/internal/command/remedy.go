package command

import (
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// remedy is what to do about a problem of the status. Most are ports that somebody else
// has; hosts without a certificate are mended otherwise.
func remedy(in *words.Catalogue, problem string, p api.Proxy) string {
	var opened []string
	for _, h := range p.Opened {
		if h.Missing {
			opened = append(opened, h.Host)
		}
	}
	for _, one := range []struct {
		said, hint words.Key
		hosts      []string
	}{{words.ProxyUncovered, words.ProxyUncoveredHint, p.Missing}, {words.WebUncovered, words.WebUncoveredHint, opened}} {
		if len(one.hosts) > 0 && problem == in.Say(one.said, "hosts", in.List(one.hosts)) {
			return in.Say(one.hint)
		}
	}
	return in.Say(words.TakenHint)
}
