package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// largeArea is how many points a picture has that may hold sentences: 400 by
	// 200.
	largeArea = 80_000
	// fewWords is how little a mail says outside of its pictures that says it in
	// them.
	fewWords = 8
)

// reading says what a mail says where its pictures are held, by its alternative
// texts and the words of its links: of its text nothing is kept here. Nobody is
// asked for it.
func (d *Daemon) reading(ctx context.Context, name string) (api.Reading, error) {
	m, err := d.messageNamed(ctx, name)
	if err != nil {
		return api.Reading{}, err
	}
	out := api.Reading{
		Message: m.name(), Subject: message.Header(m.plan.Header).Text("Subject"), Plain: plainSection(m.plan),
		Lines: []api.ReadingLine{},
	}
	var w weighing
	for i := range m.plan.References {
		r := &m.plan.References[i]
		w.add(r)
		if line, ok := lineOf(r); ok {
			if line.Kind == "picture" && r.Token != "" && d.bareOf(&load{mail: m, number: i}) != nil {
				line.Token = r.Token
			}
			out.Lines = append(out.Lines, line)
		}
	}
	out.Pictures, out.InPictures = w.pictures, w.inPictures()
	// The words of a link around a picture are that picture's.
	out.Lines = slices.DeleteFunc(out.Lines, func(l api.ReadingLine) bool { return l.Kind == "link" && w.repeats(l.Text) })
	return out, nil
}

// messageNamed finds a mail by the hash of its header block, or the newest one of a
// sender.
func (d *Daemon) messageNamed(ctx context.Context, name string) (*mail, error) {
	if hash, err := hex.DecodeString(name); err == nil && len(hash) == sha256.Size {
		return d.messageOf(ctx, name)
	}
	who, err := d.oneSender(ctx, name, false)
	if err != nil {
		return nil, err
	}
	plans, err := d.core.store.PlansBySender(ctx, who.Key, 1)
	if err != nil {
		return nil, d.explainStore(err)
	}
	if len(plans) == 0 {
		return nil, d.refusal(api.CodeUnknown, words.NoSuchMessage, words.NoSuchMessageHint)
	}
	return d.core.mails.of(ctx, plans[0])
}

// lineOf is what a reference says in words. What stands in for a pixel is nothing.
func lineOf(r *plan.Reference) (api.ReadingLine, bool) {
	ref := &r.Ref
	switch {
	case ref.Kind == reference.Image && ref.Remote && !ref.Vector.InSet():
		// One without words is named all the same: there is something to see.
		return api.ReadingLine{Kind: "picture", Text: strings.Join(strings.Fields(ref.Shape.Alt), " ")}, true
	case ref.Kind == reference.Link:
		text := strings.Join(strings.Fields(ref.Text), " ")
		return api.ReadingLine{Kind: "link", Text: text}, text != ""
	}
	return api.ReadingLine{}, false
}

// A weighing counts where the words of a mail are, as far as a plan knows.
type weighing struct {
	pictures int
	// large says that there is a picture which may hold sentences.
	large bool
	// alts are alternative texts, and links the words of links.
	alts, links []string
}

// add takes another reference.
func (w *weighing) add(r *plan.Reference) {
	line, ok := lineOf(r)
	switch {
	case !ok:
	case line.Kind == "link":
		w.links = append(w.links, line.Text)
	default:
		w.pictures++
		w.alts = append(w.alts, line.Text)
		s := r.Ref.Shape
		w.large = w.large || s.Width > 0 && s.Height > 0 && s.Width*s.Height >= largeArea
	}
}

// repeats says whether the words of a link are those of a picture.
func (w *weighing) repeats(link string) bool {
	return slices.ContainsFunc(w.alts, func(alt string) bool { return alt != "" && strings.Contains(alt, link) })
}

// inPictures says whether most of what the mail says is likely to stand in its
// pictures: they say more than its links do, or are large where nothing else
// speaks. How much other text there is a plan does not know.
func (w *weighing) inPictures() bool {
	inside, outside := 0, 0
	for _, alt := range w.alts {
		inside += len(strings.Fields(alt))
	}
	for _, link := range w.links {
		if !w.repeats(link) {
			outside += len(strings.Fields(link))
		}
	}
	return w.pictures > 0 && (inside >= fewWords && outside*2 <= inside || w.large && inside+outside < fewWords)
}

// plainSection is the section of the plain text that stands before the HTML of a
// mail as an alternative to it (RFC 2046, section 5.1.4), "" if there seems to be
// none.
func plainSection(p *plan.Plan) string {
	names := make(map[string]bool)
	for _, s := range p.Overlay.Sections {
		names[s.Name] = true
	}
	for _, leaf := range p.Leaves {
		at := strings.LastIndexByte(leaf.Section, '.') + 1
		n, err := strconv.Atoi(leaf.Section[at:])
		if err != nil || n < 2 {
			continue
		}
		before := leaf.Section[:at] + "1"
		planned := func(l plan.Leaf) bool { return l.Section == before }
		if names[before] && !names[before+".1"] && !slices.ContainsFunc(p.Leaves, planned) {
			return before
		}
	}
	return ""
}
