package command

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/detect/template"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// learnTime is how long is waited for Unseen to say what it learnt. A mail can be
// explained without it.
const learnTime = 2 * time.Second

// learned asks the Unseen that runs what it learnt of a sender; nothing if none runs.
func (s *session) learned(key string) []api.Learned {
	if key == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), learnTime)
	defer cancel()
	client, err := s.client(ctx)
	if err != nil {
		return nil
	}
	list, err := client.Learned(ctx, api.LearnedQuery{Sender: key, Language: s.words.Lang()})
	if err != nil {
		return nil
	}
	return list
}

// senderOf is the key of who a mail says it is from.
func senderOf(raw []byte) string {
	return sender.Identify(message.Header(raw), catalogue.Provider{}).Key
}

// A recalled memory is what Unseen learnt, as verdicts go by it. It implements
// [detect.Memory].
type recalled struct {
	sender  string
	history template.History
	proofs  twin.Proofs
}

// Proof implements [detect.Memory].
func (r *recalled) Proof(url string, load bool) (twin.Proof, bool) {
	return r.proofs.Find(r.sender, url, load)
}

// Learned implements [detect.Memory].
func (r *recalled) Learned(url string) (template.Learned, bool) {
	return r.history.Look(r.sender, url)
}

// recall is what verdicts go by: what mail that somebody vouches for showed, else
// other mail. It is nil for nothing.
func recall(list []api.Learned) detect.Memory {
	if len(list) == 0 {
		return nil
	}
	r := &recalled{sender: list[0].Sender}
	if r.history.UnmarshalBinary(list[0].History) != nil || json.Unmarshal(list[0].Proofs, &r.proofs) != nil {
		return nil // of another version
	}
	return r
}

// sender says what mail of a sender showed so far.
func (e *explainer) sender(typed string) error {
	ctx, cancel := context.WithTimeout(context.Background(), learnTime)
	defer cancel()
	client, err := e.client(ctx)
	if err != nil {
		return err
	}
	list, err := client.Learned(ctx, api.LearnedQuery{Sender: typed, Language: e.words.Lang()})
	if err != nil {
		return err
	}
	if e.options.Format == "json" {
		return e.object(list)
	}
	if len(list) == 0 {
		fmt.Fprintln(e.out, e.words.Say(words.LearnedNothing, "sender", typed))
	}
	for i := range list {
		e.learnt(&list[i])
	}
	return e.out.Flush()
}

// learnt writes what mail showed, and how it is forgotten.
func (e *explainer) learnt(l *api.Learned) {
	fmt.Fprintln(e.out, e.words.Say(words.LearnedHead, "mails", l.Mails, "sender", l.Sender, "since", e.words.Date(l.Since), "until", e.words.Date(l.Until)))
	if !l.Vouched {
		fmt.Fprintln(e.out, e.words.Say(words.LearnedUnvouched))
	}
	others := 0
	for _, f := range l.Forms {
		if len(f.Says) == 0 {
			others++
			continue
		}
		fmt.Fprintln(e.out, "  "+words.Plain(e.words.Say(words.LearnedForm, "form", f.Form, "n", f.Mails)))
		for _, says := range f.Says {
			fmt.Fprintln(e.out, "      "+words.Plain(says))
		}
	}
	if others > 0 {
		fmt.Fprintln(e.out, "  "+e.words.Say(words.LearnedOthers, "n", others))
	}
	fmt.Fprintln(e.out, e.words.Say(words.LearnedForget, "command", e.program()+" forget "+l.Sender))
}
