package command

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/login"
	"github.com/unseen-mail/unseen/internal/report"
	"github.com/unseen-mail/unseen/internal/scan"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/words"
)

type scanCommand struct {
	Paths        []string `arg:"" optional:"" name:"path" help:"${help_scan_paths}"`
	Format       string   `enum:"text,jsonl,csv,parquet" default:"text" help:"${help_format}"`
	Output       string   `short:"o" placeholder:"FILE" help:"${help_scan_output}"`
	All          bool     `help:"${help_scan_all}"`
	ExitCode     bool     `help:"${help_exit_code}"`
	Recipient    []string `placeholder:"ADDRESS" help:"${help_recipient}"`
	Shard        string   `placeholder:"I/N" help:"${help_scan_shard}"`
	Resume       string   `placeholder:"FILE" help:"${help_scan_resume}"`
	MaxMail      int      `placeholder:"MIB" help:"${help_scan_max_mail}"`
	MaxFile      int64    `placeholder:"MIB" help:"${help_scan_max_file}"`
	PasswordFile string   `placeholder:"FILE" help:"${help_scan_password_file}"`
	CA           string   `name:"ca" type:"path" placeholder:"FILE" help:"${help_scan_ca}"`
}

// A tally counts what a scan came to.
type tally struct {
	// Mails counts, and Found the addresses in them that report; Partly counts
	// mails that were not looked into as a whole.
	Mails  int `json:"mails"`
	Found  int `json:"found"`
	Partly int `json:"partly"`
	// Failed says that something could not be read.
	Failed bool `json:"failed"`
}

// A scanner is one run of the command.
type scanner struct {
	*session
	tally

	options *scanCommand
	looks   *scan.Scanner
	shard   scan.Shard
	// out is where findings for a person go, rows where those for programs do.
	out  *bufio.Writer
	rows report.Writer
	// file is what they are written to, nil for standard output.
	file *os.File
	// state is how far an earlier run came; nil if that is not noted.
	state    *scanState
	progress source.Progress
	meter    *meter
	// book has the logins that Unseen makes itself; nil until one is looked for.
	book *login.Book
}

// Run says what mail would report. It is ended by a signal as any program is.
func (c *scanCommand) Run(s *session) error {
	sc, cfg, err := c.prepare(s)
	if err != nil {
		return err
	}
	paths := c.Paths
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	if paths[0] == "-" {
		s.awaitTyping(s.In)
	}
	sink, err := sc.open()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := sc.measure(ctx, cfg, paths)
	err = sc.run(ctx, cfg.Mails(ctx, paths))
	stop()
	if err == nil {
		err = sc.finish()
	}
	if err = sink.close(err); err != nil {
		return fmt.Errorf("writing findings: %w", err)
	}
	switch {
	case sc.Failed:
		return errSaid
	case c.ExitCode && sc.Found > 0:
		return errFound
	}
	return nil
}

// prepare checks what was asked for and reads the rules.
func (c *scanCommand) prepare(s *session) (*scanner, source.Config, error) {
	sc := &scanner{session: s, options: c}
	cfg := source.Config{In: s.In, MaxMail: c.MaxMail << 20, MaxFile: c.MaxFile << 20, Progress: &sc.progress, Password: sc.askPassword, Token: sc.askToken}
	var err error
	switch {
	case c.MaxMail < 0 || c.MaxMail > 1024 || c.MaxFile < 0 || c.MaxFile > 1<<32:
		return nil, cfg, usage(s, words.ScanBadSize)
	case c.Resume != "" && (c.Output == "" || c.Format == "text"):
		return nil, cfg, usage(s, words.ScanResumeAlone)
	case c.Format == "parquet" && c.Output == "" && isTerminal(s.Out):
		return nil, cfg, usage(s, words.ScanTerminal)
	}
	if sc.shard, err = scan.ParseShard(c.Shard); err != nil {
		return nil, cfg, usage(s, words.ScanBadShard, "shard", c.Shard)
	}
	for _, path := range c.Paths {
		if !source.IsURL(path) {
			continue
		}
		if _, err := source.ParseURL(path); err != nil {
			return nil, cfg, usage(s, words.ScanBadURL, "what", faultText(s.words, err))
		}
	}
	if c.CA != "" {
		if cfg.Roots, err = readRoots(c.CA); err != nil {
			return nil, cfg, s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", c.CA, "what", bare(err))
		}
	}
	rules, err := s.rules()
	if err != nil {
		return nil, cfg, err
	}
	sc.looks = &scan.Scanner{Judge: &detect.Judge{Catalogue: rules.catalogue}, Recipients: c.Recipient, All: c.All}
	if c.Resume == "" {
		return sc, cfg, nil
	}
	if sc.state, err = openState(c.Resume, c.fingerprint(rules.catalogue.Edition())); err != nil {
		if errors.Is(err, errOtherScan) {
			return nil, cfg, s.fault(err, words.ScanOtherState, words.ScanOtherStateHint, "path", c.Resume)
		}
		return nil, cfg, s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", c.Resume, "what", bare(err))
	}
	sc.tally = sc.state.tally
	cfg.Known = func(key string) bool { return sc.state.has(keyOf(key, "")) }
	return sc, cfg, nil
}

// finish writes what comes after all findings.
func (sc *scanner) finish() error {
	if sc.options.Format == "text" {
		sc.total()
	}
	return sc.checkpoint()
}

// awaitTyping says, where a mail would be typed, that it is waited for.
func (s *session) awaitTyping(in io.Reader) {
	if isTerminal(in) {
		s.note(words.FromKeyboard)
	}
}

// bare is an error without the path that stands beside it.
func bare(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// readRoots reads certificates to trust.
func readRoots(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errNoCertificate
	}
	return pool, nil
}

// errNoCertificate is a file for --ca without a certificate.
var errNoCertificate = errors.New("it holds no certificate")
