package command

import (
	"context"
	"errors"
	"net/url"
	"os"
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
	if opened.Dir != "" {
		stamp, err := c.stamp(ctx, s, opened.Dir)
		return s.stamped(stamp, err)
	}
	return c.repack(ctx, s, opened)
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

// repack stamps a bag in an archive: unpacked beside it, and packed again.
func (c *evidenceStamp) repack(ctx context.Context, s *session, opened *bag.Opened) error {
	dir, err := os.MkdirTemp(filepath.Dir(c.Bag), ".stamp-*")
	if err != nil {
		return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", c.Bag, "what", bare(err))
	}
	defer os.RemoveAll(dir)
	inner := filepath.Join(dir, "bag")
	if err := opened.Unpack(inner); err != nil {
		return err
	}
	stamp, err := c.stamp(ctx, s, inner)
	if err != nil {
		return s.stamped(stamp, err)
	}
	return s.stamped(stamp, bag.Pack(inner, strings.TrimSuffix(filepath.Base(c.Bag), ".zip"), c.Bag))
}

// stamp asks the authority and adds its answer.
func (c *evidenceStamp) stamp(ctx context.Context, s *session, dir string) (bag.Stamp, error) {
	key, err := s.evidenceKey()
	if err != nil {
		return bag.Stamp{}, err
	}
	request, err := bag.StampRequest(dir)
	if err != nil {
		return bag.Stamp{}, err
	}
	answer, err := bag.AskStamp(ctx, bag.Client(nil), c.Authority, request)
	if err != nil {
		return bag.Stamp{}, err
	}
	return bag.AddStamp(dir, answer, key)
}

// stamped says what came of it.
func (s *session) stamped(stamp bag.Stamp, err error) error {
	if err != nil {
		return s.fault(err, words.EvidenceStampFailed, words.EvidenceStampFailedHint, "what", strings.TrimPrefix(bag.Bare(err).Error(), "bag: "))
	}
	s.say(words.EvidenceStamped, "time", s.words.DateTime(stamp.Time)+" UTC", "who", stamp.Authority)
	return nil
}
