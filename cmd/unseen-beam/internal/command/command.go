// Package command is the command line of unseen-beam: it reads flags, beside those of
// Apache Beam and its engines, makes the pipeline and has it run.
//
// On a worker it is the same program, which Beam starts with flags of its own; then it
// does what it is told until it is ended, and never gets further than [beam.Init].
//
// Exit codes are those of unseen: 0 done; 1 could not, or something could not be read;
// 2 wrong usage.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"github.com/unseen-mail/unseen/cmd/unseen-beam/internal/pipeline"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/internal/scan"
	"github.com/unseen-mail/unseen/internal/words"
)

// Exit codes.
const (
	exitDone = iota
	exitFailed
	exitUsage
)

// Streams are what the command speaks through.
type Streams struct {
	Out, Err io.Writer
	// Getenv is os.Getenv, or another environment in tests.
	Getenv func(string) string
}

// A session is one run.
type session struct {
	Streams
	words *words.Catalogue
	// rules is where the reader's own rules are, if no flag names another place.
	rules string
}

// Main runs the command and returns the exit code. Flags of Beam are global: it can be
// called once in the life of a program.
func Main(args []string, streams Streams) int {
	s, err := begin(streams)
	o := s.flags(flag.CommandLine)
	flag.CommandLine.Init("unseen-beam", flag.ContinueOnError)
	flag.CommandLine.SetOutput(io.Discard)
	switch err := flag.CommandLine.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		s.help(s.Out)
		return exitDone
	case err != nil:
		return s.complain(exitUsage, err.Error(), "")
	}
	if o.engine() == prism {
		log.LogLevel = "error" // what goes wrong is said at the end, too
	}
	pipeline.Register()
	beam.Init()
	if err != nil {
		return s.complain(exitFailed, err.Error(), "")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return s.run(ctx, o, flag.Args())
}

// begin finds out in which language is spoken, and where the reader's rules are.
func begin(streams Streams) (*session, error) {
	s := &session{Streams: streams, words: words.Choose("", streams.Getenv)}
	p, err := config.FindPaths(streams.Getenv)
	if err != nil {
		return s, nil //nolint:nilerr // a worker has no home, and needs none
	}
	settings, err := config.Load(p.Config)
	if err != nil {
		return s, err
	}
	s.words = words.Choose(settings.Language, streams.Getenv)
	if streams.Getenv("UNSEEN_DATA") == "" {
		p = p.WithData(settings.Data)
	}
	s.rules = rulefiles.Dir(p.Data)
	return s, nil
}

// run makes the pipeline and has it run.
func (s *session) run(ctx context.Context, o *options, paths []string) int {
	j := o.job
	j.Paths, j.MaxMail, j.MaxFile = paths, o.maxMail<<20, o.maxFile<<20
	if o.maxMail < 0 || o.maxMail > 1024 || o.maxFile < 0 || o.maxFile > 1<<32 {
		return s.complain(exitUsage, s.words.Say(words.ScanBadSize), "")
	}
	if err := j.Check(); err != nil {
		return s.misused(err, &j)
	}
	dir := o.rules
	if dir == "" {
		dir = s.rules
	}
	var problems []rulefiles.Problem
	var err error
	if j.Rules, problems, err = pipeline.PackRules(dir); err != nil {
		return s.complain(exitFailed, err.Error(), "")
	}
	for _, p := range problems {
		s.note(s.words.Say(words.BeamRule, "what", p))
	}
	switch parts, err := pipeline.Parts(ctx, j.Output); {
	case err != nil:
		return s.complain(exitFailed, err.Error(), "")
	case len(parts) > 0:
		return s.complain(exitFailed, s.words.Say(words.BeamThere, "path", j.Output), s.words.Say(words.BeamThereHint))
	}
	if o.engine() == prism {
		s.note(s.words.Say(words.BeamPrism))
	}
	tally, err := pipeline.Run(ctx, pipeline.Build(j))
	if err != nil {
		return s.complain(exitFailed, err.Error(), "")
	}
	return s.total(tally, j.Parts)
}

// total says what the job came to.
func (s *session) total(t pipeline.Tally, parts int) int {
	if !t.Told {
		fmt.Fprintln(s.Out, s.words.Say(words.BeamUntold, "parts", parts))
		return exitDone
	}
	fmt.Fprintln(s.Out, s.words.Say(words.BeamDone, "mails", t.Mails, "found", t.Found, "rows", t.Rows, "parts", parts))
	if t.Partly > 0 {
		fmt.Fprintln(s.Out, s.words.Say(words.BeamPartly, "n", t.Partly))
	}
	if t.Passed > 0 {
		fmt.Fprintln(s.Out, s.words.Say(words.BeamPassed, "n", t.Passed))
	}
	if t.Unreadable > 0 {
		return s.complain(exitFailed, s.words.Say(words.BeamUnreadable, "n", t.Unreadable), "")
	}
	return exitDone
}

// misused says why a job cannot be.
func (s *session) misused(err error, j *pipeline.Job) int {
	said := err.Error()
	switch {
	case errors.Is(err, pipeline.ErrNothing):
		said = s.words.Say(words.BeamNothing)
	case errors.Is(err, pipeline.ErrSource):
		said = s.words.Say(words.BeamNoSource)
	case errors.Is(err, pipeline.ErrFormat):
		said = s.words.Say(words.BeamNoFormat, "format", j.Format)
	case errors.Is(err, pipeline.ErrParts):
		said = s.words.Say(words.BeamNoParts, "most", scan.MaxShards, "parts", j.Parts)
	case errors.Is(err, pipeline.ErrOutput):
		said = s.words.Say(words.BeamNoOutput)
	}
	return s.complain(exitUsage, said, "")
}

// note says something besides.
func (s *session) note(text string) { words.Complain(s.Err, s.words, text, "") }

// complain says why it did not come to anything.
func (s *session) complain(code int, text, hint string) int {
	words.Complain(s.Err, s.words, text, hint)
	return code
}
