package command

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/words"
)

type evidenceStamp struct {
	Bag       string `arg:"" name:"bag|sender" help:"${help_evidence_bag_or_sender}"`
	Authority string `placeholder:"URL" help:"${help_evidence_authority}"`
	Yes       bool   `help:"${help_evidence_yes}"`
}

// Run has a bag time-stamped. It asks before the one request that it makes.
func (c *evidenceStamp) Run(ctx context.Context, s *session) error {
	if !isBag(c.Bag) {
		return c.kept(ctx, s)
	}
	opened, err := s.openBag(c.Bag)
	if err != nil {
		return err
	}
	defer opened.Close()
	if err := s.whole(opened, c.Bag); err != nil {
		return err
	}
	at, err := url.Parse(c.Authority)
	if err != nil || !bag.Authority(c.Authority) {
		return usage(s, words.EvidenceBadAuthority, "url", c.Authority)
	}
	if !c.Yes && !s.confirmed(words.EvidenceAsk, "authority", at.Hostname()) {
		s.say(words.EvidenceNotAsked)
		return nil
	}
	key, err := s.evidenceKey()
	if err != nil {
		return err
	}
	asker := bag.Asker{Client: bag.Client(nil), Authority: c.Authority, Key: key}
	stamp, err := asker.StampFile(ctx, c.Bag)
	if errors.Is(err, bag.ErrUnreached) && ctx.Err() == nil {
		return c.later(ctx, s, err)
	}
	return s.stamped(stamp, err)
}

// later has the bag wait, if an Unseen runs that can ask again.
func (c *evidenceStamp) later(ctx context.Context, s *session, why error) error {
	path, err := filepath.Abs(c.Bag)
	if err != nil {
		return s.stamped(bag.Stamp{}, why)
	}
	client, err := s.client(ctx)
	if err != nil {
		return s.stamped(bag.Stamp{}, why)
	}
	if _, err := client.StampKept(ctx, api.StampRequest{Bag: path, Authority: c.Authority}); err != nil {
		return s.stamped(bag.Stamp{}, why)
	}
	s.say(words.EvidenceStampWaits, "what", words.Plain(stampFault(why)), "path", c.Bag, "command", s.program()+" evidence marks")
	return nil
}

// stampFault says what went wrong, without whom it was asked of.
func stampFault(err error) string {
	return strings.TrimPrefix(bag.Bare(err).Error(), "bag: ")
}

// kept has what is kept of a sender stamped.
func (c *evidenceStamp) kept(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if errors.Is(err, api.ErrNotRunning) && strings.HasSuffix(c.Bag, ".zip") {
		_, err = s.openBag(c.Bag) // it says what is the matter
	}
	if err != nil {
		return err
	}
	q := api.StampRequest{Sender: c.Bag, Authority: c.Authority, Dry: true}
	plan, err := client.StampKept(ctx, q)
	if err != nil {
		return err
	}
	if !plan.Needed {
		s.say(words.MarkNothingToStamp, "sender", c.Bag)
		return nil
	}
	if at, err := url.Parse(plan.Authority); err == nil && !c.Yes && !s.confirmed(words.MarkStampAsk, "authority", at.Hostname()) {
		s.say(words.EvidenceNotAsked)
		return nil
	}
	q.Dry, q.Authority = false, plan.Authority
	done, err := client.StampKept(ctx, q)
	if err != nil || done.Stamp == nil {
		return err
	}
	return s.stamped(bag.Stamp{Time: done.Stamp.Time, Authority: done.Stamp.Authority}, nil)
}

// stamped says what came of it.
func (s *session) stamped(stamp bag.Stamp, err error) error {
	if err != nil {
		return s.fault(err, words.EvidenceStampFailed, words.EvidenceStampFailedHint, "what", stampFault(err))
	}
	s.say(words.EvidenceStamped, "time", s.words.DateTime(stamp.Time)+" UTC", "who", stamp.Authority)
	return nil
}
