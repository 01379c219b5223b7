package command

import (
	"slices"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/signal"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// An explained mail is what is known of its references. Names of the fields in
// JSON are final; lists are never null.
type explained struct {
	Source     string        `json:"source"`
	Number     int           `json:"number"`
	SHA256     string        `json:"message_sha256"`
	References []explanation `json:"references"`
	// Learned is what mail upon mail of the sender showed to the Unseen that runs.
	Learned []api.Learned `json:"learned,omitempty"`
	Gaps    []message.Gap `json:"-"`
	// InPictures says that most of what the mail says is likely to stand in its
	// pictures.
	InPictures bool `json:"in_pictures"`
	// pictures counts these, and held those of them that are held.
	pictures, held int
	// reader is whose mail it is, "" if that cannot be told.
	reader string
	// others counts what tells nothing and is not shown.
	others int
}

// An explanation is a reference with what it would have told.
type explanation struct {
	detect.Finding
	// Because are the reasons as data, Basis how the purposes are known.
	Because []because `json:"because"`
	Basis   string    `json:"basis"`
	// Company is what people call the vendor, the host if it is not known.
	Company string `json:"company"`
	// Destination is where a link leads, as far as it is known.
	Destination string `json:"destination"`
	// Sent is what would have been sent. It is null for what asks nobody.
	Sent *sent `json:"would_send"`
	// times is how often the address stands there.
	times int
}

// A because is a reason as data.
type because struct {
	Code string   `json:"code"`
	Args []string `json:"args"`
}

// A sent is what a request would tell.
type sent struct {
	// Host is who is asked.
	Host string `json:"host"`
	// Identifier is what names the reader or the mail, "" if nothing does; Decoded
	// what it says, "" if only the sender knows.
	Identifier string `json:"identifier"`
	Decoded    string `json:"decoded"`
	// Text are sentences for a person.
	Text []string `json:"text"`
}

// add explains a finding. An address that stands there again counts once.
func (x *explained) add(f *detect.Finding, e *explainer) {
	tells := f.Verdict != detect.Clean
	if !tells && !e.options.All {
		x.others++
		return
	}
	same := func(y explanation) bool { return y.URL == f.URL && y.Kind == f.Kind && y.Verdict == f.Verdict }
	if i := slices.IndexFunc(x.References, same); i >= 0 && f.URL != "" {
		x.References[i].times++
		return
	}
	out := explanation{Finding: *f, Basis: string(f.Basis), Company: f.Host, Destination: f.Destination, times: 1, Because: []because{}}
	for _, r := range f.Because {
		out.Because = append(out.Because, because{r.Code, slices.Concat([]string{}, r.Args)})
	}
	if f.Vendor != nil {
		if v, ok := e.rules.Vendor(*f.Vendor); ok {
			out.Company = v.Name
		}
	}
	if f.Host != "" && f.Verdict != detect.Clean && f.Part != "HEADER" {
		out.Sent = x.sending(f, out.Company, e.words)
	}
	x.References = append(x.References, out)
}

// maxShown is how much of an identifier is repeated.
const maxShown = 60

// sending says what following a reference would tell.
func (x *explained) sending(f *detect.Finding, company string, w *words.Catalogue) *sent {
	s := &sent{Host: f.Host}
	if f.Vendor != nil {
		s.Text = append(s.Text, w.Say(words.ExplainAsked, "host", f.Host, "who", company))
	} else {
		s.Text = append(s.Text, w.Say(words.ExplainAskedHost, "host", f.Host))
	}
	if f.Token != nil && f.Token.Text != "" {
		s.Identifier, s.Decoded = f.Token.Text, signal.Decode(f.Token.Text)
		value := short(s.Identifier)
		switch {
		case f.Leak != nil:
			s.Decoded = x.reader
			s.Text = append(s.Text, w.Say(words.ExplainAddress, "value", value, "form", *f.Leak))
		case s.Decoded != "":
			s.Text = append(s.Text, w.Say(words.ExplainDecoded, "value", value, "decoded", short(s.Decoded)))
		default:
			s.Text = append(s.Text, w.Say(words.ExplainName, "value", value))
		}
	}
	if f.Kind.Load() {
		s.Text = append(s.Text, w.Say(words.ExplainTime), w.Say(words.ExplainNetwork), w.Say(words.ExplainProgram))
	} else {
		s.Text = append(s.Text, w.Say(words.ExplainFollowed), w.Say(words.ExplainNetwork), w.Say(words.ExplainBrowser))
	}
	s.Text = append(s.Text, w.Say(words.ExplainCookies))
	return s
}

// short cuts a long text.
func short(text string) string {
	if r := []rune(text); len(r) > maxShown {
		return string(r[:maxShown]) + "…"
	}
	return text
}
