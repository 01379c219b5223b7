package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/words"
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
	var w detect.Wording
	for i := range m.plan.References {
		r := &m.plan.References[i]
		w.Add(&r.Ref)
		if line, ok := lineOf(r); ok {
			if line.Kind == "picture" && r.Token != "" && d.bareOf(&load{mail: m, number: i}) != nil {
				line.Token = r.Token
			}
			out.Lines = append(out.Lines, line)
		}
	}
	out.Pictures, out.InPictures = w.Pictures, w.InPictures()
	// The words of a link around a picture are that picture's.
	out.Lines = slices.DeleteFunc(out.Lines, func(l api.ReadingLine) bool { return l.Kind == "link" && w.Repeats(l.Text) })
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
