// Package command is the command line of unseen.
//
// Results go to standard output, everything said to the person to standard
// error: "unseen: doing something: what stood in the way", and under it
// "unseen: hint: what to do next", in lower case and without a full stop.
//
// Exit codes: 0 done; 1 could not; 2 wrong usage; 3 found something (scan with
// --exit-code).
package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/words"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitFound  = 3
)

// Streams are what a command reads, writes and asks.
type Streams struct {
	// In, Out and Err are the standard streams.
	In       io.Reader
	Out, Err io.Writer
	// Getenv looks into the environment.
	Getenv func(string) string
	// Program is how the program is called in what it says, see [Program];
	// "unseen" if empty.
	Program string
}

// A session is one command being done.
type session struct {
	Streams
	words *words.Catalogue
}

// errFound ends a command with [exitFound] and without a word.
var errFound = errors.New("command: found something")

// errSaid ends a command with [exitFailed]; what is wrong was said already.
var errSaid = errors.New("command: said already")

// Main does what the arguments say and returns the exit code.
func Main(args []string, streams Streams) int {
	s := &session{Streams: streams, words: spoken(streams.Getenv).As(streams.Program)}
	stop := func() {}
	defer func() { stop() }()
	// Only commands that wait for their context catch signals. The others end
	// as any program does, wherever they are.
	interruptible := func() (context.Context, error) {
		ctx, done := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
		stop = done
		return ctx, nil
	}
	var g grammar
	exit := -1
	parser, err := s.parser(&g, interruptible, kong.Exit(func(code int) { exit = code }))
	if err != nil {
		return s.report(err)
	}
	if s.completes(parser) {
		return exitDone
	}
	if len(args) == 0 {
		// Nothing was asked for, so nothing was done.
		parser.Stdout = streams.Err
		_, _ = parser.Parse([]string{"--help"}) // it ends in exit
		return exitUsage
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		return s.misused(err)
	}
	return s.report(parsed.Run())
}

// parser reads command lines by the grammar, in the language of the session. Only
// commands that ask for it get a context.
func (s *session) parser(g *grammar, interruptible func() (context.Context, error), more ...kong.Option) (*kong.Kong, error) {
	parser, err := kong.New(g, append([]kong.Option{
		kong.Name("unseen"),
		kong.Description(s.words.Say(words.HelpUnseen)),
		kong.PostBuild(s.helpTexts),
		kong.Writers(s.Out, s.Err),
		kong.Help(s.help),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: false}),
		kong.Bind(s),
		kong.BindSingletonProvider(interruptible),
	}, more...)...)
	if err != nil {
		return nil, fmt.Errorf("reading the grammar: %w", err)
	}
	return parser, nil
}

// misused reports a command line that cannot be understood.
func (s *session) misused(err error) int {
	s.complain(s.words.Say(words.WrongUsage, "what", s.spelt(lowered(err.Error()))), "")
	command := s.program() + " --help"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if path := parse.Context.Command(); path != "" {
			words := strings.Fields(path)
			for i, w := range words {
				if strings.HasPrefix(w, "<") || strings.HasPrefix(w, "[") {
					words = words[:i]
					break
				}
			}
			command = strings.Join(append(append([]string{s.program()}, words...), "--help"), " ")
		}
	}
	s.hint(s.words.Say(words.WrongUsageHint, "command", command))
	return exitUsage
}

// report says what stood in the way and returns the exit code.
func (s *session) report(err error) int {
	var fault *words.Fault
	var refusal *api.Error
	var settings *config.Error
	var misuse *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &misuse):
		s.complain(misuse.text, misuse.hint)
		return exitUsage
	case errors.Is(err, errFound):
		return exitFound
	case errors.Is(err, errSaid), errors.Is(err, context.Canceled):
	case errors.As(err, &fault):
		s.complain(err.Error(), fault.Hint)
	case errors.As(err, &refusal):
		s.complain(err.Error(), refusal.Hint)
	case errors.Is(err, api.ErrNotRunning):
		s.complain(s.words.Say(words.NotRunning), s.words.Say(words.NotRunningHint))
	case errors.Is(err, api.ErrForeign):
		s.complain(s.words.Say(words.Foreign), s.words.Say(words.ForeignHint))
	case errors.As(err, &settings):
		hint := s.words.Say(words.ConfigHint)
		if settings.Allowed != "" {
			hint = s.words.Say(words.ConfigAllowed, "allowed", settings.Allowed)
		}
		s.complain(err.Error(), hint)
	default:
		s.complain(err.Error(), "")
	}
	return exitFailed
}

// program is how this program is called.
func (s *session) program() string { return cmp.Or(s.Program, "unseen") }

// complain writes one sentence, and one on what to do next.
func (s *session) complain(text, hint string) { words.Complain(s.Err, s.words, text, hint) }

func (s *session) hint(text string) {
	fmt.Fprintln(s.Err, "unseen: "+s.words.Say(words.HintLine, "hint", text))
}

// spoken is the language that config.toml sets, else that of the environment. A
// config.toml that cannot be read sets none: that is told by what needs it.
func spoken(getenv func(string) string) *words.Catalogue {
	p, err := config.FindPaths(getenv)
	if err != nil {
		return words.FromEnvironment(getenv)
	}
	settings, _ := config.Load(p.Config)
	return words.Choose(settings.Language, getenv)
}

// say writes a line of the result.
func (s *session) say(k words.Key, pairs ...any) {
	fmt.Fprintln(s.Out, s.words.Say(k, pairs...))
}

// fault returns an error with a hint.
func (s *session) fault(err error, text, hint words.Key, pairs ...any) error {
	return &words.Fault{Text: s.words.Say(text, pairs...), Hint: s.words.Say(hint, pairs...), Err: err}
}

// paths are the places of this user, as far as config.toml does not move them.
func (s *session) paths() (config.Paths, config.Settings, error) {
	p, err := config.FindPaths(s.Getenv)
	if err != nil {
		return p, config.Settings{}, err
	}
	settings, err := config.Load(p.Config)
	if err != nil {
		return p, settings, err
	}
	if s.Getenv("UNSEEN_DATA") == "" {
		p = p.WithData(settings.Data)
	}
	return p, settings, nil
}

// client returns a client of the Unseen that runs. A config.toml with a mistake
// does not keep anybody from speaking with it, as long as it answers.
func (s *session) client(ctx context.Context) (*api.Client, error) {
	p, _, err := s.paths()
	client := api.NewClient(p.Socket())
	var settings *config.Error
	if errors.As(err, &settings) {
		if _, unanswered := client.Status(ctx); unanswered == nil {
			return client, nil
		}
	}
	return client, err
}

// lowered takes the capital from the first word, as is the custom here.
func lowered(text string) string {
	if text == "" || len(text) > 1 && text[1] >= 'A' && text[1] <= 'Z' {
		return text
	}
	return strings.ToLower(text[:1]) + text[1:]
}

// version is what the build says it is.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
