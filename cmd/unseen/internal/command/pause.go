package command

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

type pauseCommand struct {
	For string `arg:"" optional:"" name:"for" help:"${help_pause_for}"`
}

type resumeCommand struct{}

// Run silences questions and notices.
func (c *pauseCommand) Run(ctx context.Context, s *session) error {
	seconds, err := seconds(s, c.For)
	if err != nil {
		return err
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	span, err := client.Pause(ctx, api.PauseRequest{Seconds: seconds})
	if err != nil {
		return err
	}
	s.say(words.Paused, "until", s.ending(span.Until))
	return nil
}

// Run ends a pause and every suspension.
func (c *resumeCommand) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	was, err := client.Resume(ctx)
	if err != nil {
		return err
	}
	if !was.Paused && len(was.Suspended) == 0 {
		s.say(words.NothingToResume)
		return nil
	}
	s.say(words.Resumed)
	return nil
}

// ending is when something ends, by the reader's clock and in their words.
func (s *session) ending(t time.Time) string { return s.words.DateTime(t.Local()) }

// seconds reads how long something is to be: "30m", "2h", "1h30m" or "3d"; 0 for "",
// which leaves it to Unseen.
func seconds(s *session, text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	var length time.Duration
	var err error
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		length = time.Duration(n) * 24 * time.Hour
		if n > 365 {
			length = -1
		}
	} else {
		length, err = time.ParseDuration(text)
	}
	if err != nil || length < time.Second {
		return 0, usage(s, words.NoLength, "text", text)
	}
	return int(length / time.Second), nil
}
