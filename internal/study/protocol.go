package study

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/BurntSushi/toml"
)

// Values that hold if a protocol names none.
const (
	// DefaultK is how many participants must show something before it is published.
	DefaultK = 5
	// DefaultReplicates is how many times the senders are drawn anew for an interval.
	DefaultReplicates = 1000
)

// A Protocol says what a study is. It is study.toml, which a person may edit while
// nothing runs.
type Protocol struct {
	// Title, Authors, Licence and Description stand in what is published. Authors
	// are names of persons; the licence is one of SPDX.
	Title       string   `toml:"title"`
	Authors     []string `toml:"authors"`
	Licence     string   `toml:"licence"`
	Description string   `toml:"description,omitempty"`
	// Created is the day on which it was made.
	Created string `toml:"created"`
	// Seeded says that its mailboxes were made for it. What they show is published
	// as it is.
	Seeded bool `toml:"seeded"`
	// K is how many participants must show something before it is published. Zero
	// means [DefaultK].
	K int `toml:"k"`
	// Seed and Replicates are of the bootstrap by which intervals are made. Zero
	// replicates mean [DefaultReplicates].
	Seed       string `toml:"bootstrap_seed"`
	Replicates int    `toml:"bootstrap_replicates"`
	// Closed says that the key was destroyed.
	Closed bool `toml:"closed,omitempty"`
	// Sources are where its mail comes from.
	Sources []Source `toml:"source,omitempty"`
}

// A Source is one place with mail.
type Source struct {
	// Path is a file, a directory or the address of an IMAP mailbox, as for a scan.
	Path string `toml:"path"`
	// Holder is whose mail it is: a participant or the name of a seed mailbox.
	Holder string `toml:"holder"`
	// Recipients are the holder's addresses, where mails do not say to which they
	// came.
	Recipients []string `toml:"recipients,omitempty"`
	// PasswordFile holds the password of a mailbox on a server. It is not kept here.
	PasswordFile string `toml:"password_file,omitempty"`
}

// defaults fills in what is not said.
func (p *Protocol) defaults() {
	if p.K == 0 {
		p.K = DefaultK
	}
	if p.Replicates == 0 {
		p.Replicates = DefaultReplicates
	}
	if p.Seed == "" {
		p.Seed = "1"
	}
	if p.Licence == "" {
		p.Licence = "CC-BY-4.0"
	}
}

// id names the study for good.
func (p *Protocol) id() string {
	sum := sha256.Sum256([]byte(p.Title + "\x00" + p.Created + "\x00" + p.Seed))
	return hex.EncodeToString(sum[:8])
}

// write writes the protocol.
func (p Protocol) write(dir string) error {
	p.defaults()
	if _, err := time.Parse(time.DateOnly, p.Created); err != nil {
		return fmt.Errorf("writing the study's protocol: %w", err)
	}
	var b bytes.Buffer
	b.WriteString("# A study of Unseen. docs/studies.md says what stands here.\n")
	if err := toml.NewEncoder(&b).Encode(p); err != nil {
		return fmt.Errorf("writing the study's protocol: %w", err)
	}
	if err := writeWhole(filepath.Join(dir, protocolFile), b.Bytes()); err != nil {
		return fmt.Errorf("writing the study's protocol: %w", err)
	}
	return nil
}

// readProtocol reads the protocol of a study.
func readProtocol(dir string) (Protocol, error) {
	var p Protocol
	octets, err := os.ReadFile(filepath.Join(dir, protocolFile))
	if errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("opening %s: %w", dir, ErrNone)
	}
	if err != nil {
		return p, fmt.Errorf("reading the study's protocol: %w", err)
	}
	return parseProtocol(octets)
}

// parseProtocol reads the text of a protocol.
func parseProtocol(octets []byte) (Protocol, error) {
	var p Protocol
	meta, err := toml.Decode(string(octets), &p)
	if err != nil {
		return p, fmt.Errorf("reading %s: %w: %w", protocolFile, ErrProtocol, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return p, fmt.Errorf("reading %s: %w: %s", protocolFile, ErrProtocol, unknown[0])
	}
	if p.K < 0 || p.Replicates < 0 || p.Replicates > maxReplicates {
		return p, fmt.Errorf("reading %s: %w: k or bootstrap_replicates", protocolFile, ErrProtocol)
	}
	p.defaults()
	return p, nil
}

// ErrProtocol is a study.toml that says something that is not known.
var ErrProtocol = errors.New("study: not understood")

// Add adds sources. One that is there already, of the same holder, gets the new
// recipients and password file.
func (s *Study) Add(sources ...Source) error {
	if s.Protocol.Closed {
		return fmt.Errorf("adding a source: %w", ErrClosed)
	}
next:
	for _, n := range sources {
		for i, old := range s.Protocol.Sources {
			if old.Path == n.Path && old.Holder == n.Holder {
				s.Protocol.Sources[i] = n
				continue next
			}
		}
		s.Protocol.Sources = append(s.Protocol.Sources, n)
	}
	return s.Protocol.write(s.dir)
}

// Destroy ends a participants' study for good: the key goes, and with it whose mail it
// was, where it came from and what was looked into. What is left can be exported, and
// nothing can be added to it or told apart in it any more.
func (s *Study) Destroy() error {
	p := s.Protocol
	p.Closed, p.Sources = true, nil
	// The protocol first: a study without a key and with a protocol that is not closed
	// would not open again.
	if err := p.write(s.dir); err != nil {
		return err
	}
	s.Protocol = p
	return errors.Join(s.state.forget(), destroyKey(filepath.Join(s.dir, keyFile)))
}
