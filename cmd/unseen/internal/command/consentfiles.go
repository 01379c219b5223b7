package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// Run writes the ledger into a file that nobody else may read, or to standard
// output.
func (c *consentExport) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if c.Output == "" {
		return client.Export(ctx, s.Out, c.Format, s.words.Lang())
	}
	if err := c.write(ctx, s, client); err != nil {
		return err
	}
	s.say(words.Exported, "file", c.Output)
	return nil
}

// write writes the file whole or not at all. A file that is there is not written
// over before all has come.
func (c *consentExport) write(ctx context.Context, s *session, client *api.Client) error {
	part, err := os.CreateTemp(filepath.Dir(c.Output), ".unseen-export-*")
	if err != nil {
		return s.fault(err, words.WritingFile, words.WritingFileHint, "file", c.Output, "what", errors.Unwrap(err))
	}
	defer os.Remove(part.Name()) // it is gone when all went well
	err = client.Export(ctx, part, c.Format, s.words.Lang())
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), c.Output); err != nil {
		return s.fault(err, words.WritingFile, words.WritingFileHint, "file", c.Output, "what", errors.Unwrap(err))
	}
	return nil
}

// Run reads decisions that were made elsewhere.
func (c *consentImport) Run(ctx context.Context, s *session) error {
	file, err := os.Open(c.File)
	if err != nil {
		return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", c.File, "what", errors.Unwrap(err))
	}
	defer file.Close()
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	in := bufio.NewReader(file)
	format := "csv"
	if first, _ := in.Peek(1); len(first) == 1 && first[0] == '{' {
		format = "jsonld"
	}
	done, err := client.Import(ctx, in, format)
	if refusal := (*api.Error)(nil); errors.As(err, &refusal) {
		return &words.Fault{Text: s.words.Say(words.Importing, "file", c.File, "what", refusal.Text), Hint: refusal.Hint, Err: err}
	}
	if err != nil {
		return err
	}
	s.say(words.Imported, "n", done.Read, "added", done.Added)
	return nil
}

// Run destroys what is known of a sender, once it was said what that is.
func (c *forgetCommand) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if !c.Yes {
		if !isTerminal(s.In) {
			return misuse(s, words.NobodyConfirms, words.NobodyConfirmsHint)
		}
		would, err := client.Forget(ctx, api.ForgetRequest{Sender: c.Sender, Dry: true})
		if err != nil {
			return err
		}
		s.forgets(words.WouldForget, &would)
		yes, no := s.words.Say(words.LetterYes), s.words.Say(words.LetterNo)
		fmt.Fprint(s.Out, s.words.Say(words.AskForget, "yes", yes, "no", no)+" ")
		line, _ := bufio.NewReader(s.In).ReadString('\n') // the end of input is a no
		if strings.TrimSpace(line) != yes {
			s.say(words.NotForgotten)
			return nil
		}
	}
	done, err := client.Forget(ctx, api.ForgetRequest{Sender: c.Sender})
	if err != nil {
		return err
	}
	s.forgets(words.HasForgotten, &done)
	return nil
}

// forgets says what goes and what stays.
func (s *session) forgets(what words.Key, f *api.Forgotten) {
	for _, sender := range f.Senders {
		fmt.Fprintln(s.Out, s.words.Say(what, "sender", sender, "records", f.Records, "statements", f.Statements,
			"events", f.Events, "choices", f.Choices))
		if f.Learned > 0 {
			s.say(words.LearnedForgotten, "sender", sender)
		}
	}
	s.say(words.WhatStays)
	for _, line := range f.Stays {
		fmt.Fprintln(s.Out, "- "+line)
	}
}
