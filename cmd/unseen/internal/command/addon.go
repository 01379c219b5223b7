package command

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/unseen-mail/unseen/gui/thunderbird"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/native"
	"github.com/unseen-mail/unseen/internal/words"
)

type addOnCommand struct {
	Install addOnInstall `cmd:"" help:"${help_addon_install}"`
	Remove  addOnRemove  `cmd:"" help:"${help_addon_remove}"`
	Pair    addOnPair    `cmd:"" help:"${help_addon_pair}"`
	Unpair  addOnUnpair  `cmd:"" help:"${help_addon_unpair}"`
	Pack    addOnPack    `cmd:"" help:"${help_addon_pack}"`
}

type addOnInstall struct{}

type addOnRemove struct{}

type addOnPair struct{}

type addOnUnpair struct{}

type addOnPack struct {
	Output string `short:"o" type:"path" default:"unseen.xpi" placeholder:"FILE" help:"${help_addon_output}"`
}

type nativeCommand struct {
	Args []string `arg:"" optional:"" help:"${help_native_args}"`
}

// addOnFile is what the add-on is called in the data directory.
const addOnFile = "unseen.xpi"

// Run lets the add-on reach Unseen, and puts it where the reader can install it from.
func (c *addOnInstall) Run(s *session) error {
	p, _, err := s.paths()
	if err != nil {
		return err
	}
	dirs, err := s.manifestDirs()
	if err != nil {
		return err
	}
	if err := config.MakePrivate(p.Data); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	files, err := native.Install(program, p.Data, dirs)
	for _, file := range files {
		s.say(words.AddOnInstalled, "file", file)
	}
	if err != nil {
		return err
	}
	file := filepath.Join(p.Data, addOnFile)
	if _, err := packInto(file); err != nil {
		return err
	}
	s.say(words.AddOnInstalled, "file", file)
	s.say(words.AddOnInstallNext, "file", file)
	return nil
}

// manifestDirs are where mail programs of this reader look for programs.
func (s *session) manifestDirs() ([]string, error) {
	home := s.Getenv("HOME")
	if home == "" {
		return nil, fmt.Errorf("finding the home directory: %w", os.ErrNotExist)
	}
	dirs, err := native.Dirs(runtime.GOOS, home)
	if errors.Is(err, native.ErrPlatform) {
		return nil, s.fault(err, words.AddOnNoPlace, words.AddOnNoPlaceHint)
	}
	return dirs, err
}

// Run takes away what was installed.
func (c *addOnRemove) Run(s *session) error {
	p, _, err := s.paths()
	if err != nil {
		return err
	}
	dirs, err := s.manifestDirs()
	if err != nil {
		return err
	}
	gone, err := native.Remove(p.Data, dirs)
	if file := filepath.Join(p.Data, addOnFile); err == nil && os.Remove(file) == nil {
		gone = append(gone, file)
	}
	for _, file := range gone {
		s.say(words.AddOnRemoved, "file", file)
	}
	if err == nil && len(gone) == 0 {
		s.say(words.AddOnNothing)
	}
	return err
}

// Run prints a code, which lets one add-on in.
func (c *addOnPair) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	got, err := client.AddOnPair(ctx)
	if err != nil {
		return err
	}
	s.say(words.AddOnPairCode, "code", string(got.Code), "until", got.Until.Local().Format("15:04"))
	s.say(words.AddOnPairNext)
	return nil
}

// Run lets no add-on in any more that was let in by a code.
func (c *addOnUnpair) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	got, err := client.AddOnUnpair(ctx)
	if err != nil {
		return err
	}
	s.say(words.AddOnUnpaired, "n", got.Was)
	return nil
}

// Run writes the add-on to a file, always the same.
func (c *addOnPack) Run(s *session) error {
	sum, err := packInto(c.Output)
	if err != nil {
		return err
	}
	s.say(words.AddOnPacked, "file", c.Output, "hash", sum)
	return nil
}

// packInto writes the add-on and returns its hash.
func packInto(file string) (string, error) {
	var packed bytes.Buffer
	if err := thunderbird.Pack(&packed); err != nil {
		return "", err
	}
	if err := os.WriteFile(file, packed.Bytes(), 0o644); err != nil {
		return "", fmt.Errorf("writing the add-on: %w", err)
	}
	sum := sha256.Sum256(packed.Bytes())
	return hex.EncodeToString(sum[:]), nil
}

// Run stands between the add-on and Unseen until the mail program ends it.
func (c *nativeCommand) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	host := &native.Host{Client: client, Words: s.words}
	return host.Serve(ctx, s.In, s.Out)
}
