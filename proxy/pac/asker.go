package pac

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/proxy/pac/script"
)

const (
	// answerTime is how long a file may take, and lastsFor how long its answer for a
	// host is believed: some go by the hour.
	answerTime, lastsFor = 10 * time.Second, time.Minute
	// maxKnown is how many answers are remembered, maxAtOnce how many files are asked at
	// a time.
	maxKnown, maxAtOnce = 512, 2
	// maxSaid bounds what a process can say.
	maxSaid = 64 << 10
)

// AskCommand is the name of the command by which [Asker] has a file evaluated.
const AskCommand = "pac-evaluate"

// An Asker asks a file of the network's own by which way a host is reached. Each question
// is answered by a process of its own, for the file is a program that somebody else wrote:
// one that takes too long is killed, one that takes too much memory ends. What has no
// answer is not connected. No name is looked up for it: see package script.
type Asker struct {
	// Command evaluates a question of package script from its standard input; nil is
	// this program with [AskCommand].
	Command []string
	// Time is how long one may take; zero is ten seconds.
	Time time.Duration

	once  sync.Once
	slots chan struct{}

	mu sync.Mutex // guards what follows
	// known are answers, of the file that had this mark.
	known map[string]known
	mark  string
}

// A known answer is one that is believed for a while.
type known struct {
	ways  []*url.URL
	until time.Time
}

// Ways says by which ways an address is reached, by the file at a path. The file is told
// scheme, host and port, and no path and no query: as browsers do for what is encrypted,
// here for all.
func (a *Asker) Ways(ctx context.Context, path string, to *url.URL) ([]*url.URL, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading a file of proxy configuration: %w", cause(err))
	}
	mark := fmt.Sprint(path, info.Size(), info.ModTime().UnixNano())
	at := to.Scheme + "://" + to.Host + "/"
	if ways, ok := a.remembered(mark, at); ok {
		return ways, nil
	}
	text, err := read(path, info)
	if err != nil {
		return nil, fmt.Errorf("reading a file of proxy configuration: %w", cause(err))
	}
	said, err := a.ask(ctx, script.Question{Text: string(text), URL: at, Host: to.Hostname()})
	if err != nil {
		return nil, err
	}
	ways, err := Ways(said)
	if err == nil {
		a.remember(mark, at, ways)
	}
	return ways, err
}

// read reads a file, no longer than a script may be. What is none, such as a pipe or a
// device, would have no end or none who writes it.
func read(path string, info os.FileInfo) ([]byte, error) {
	if !info.Mode().IsRegular() || info.Size() > script.MaxText {
		return nil, script.ErrLimit
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, script.MaxText+1)) // it may grow meanwhile
	if err == nil && len(text) > script.MaxText {
		err = script.ErrLimit
	}
	return text, err
}

// cause is an error without the path in it.
func cause(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func (a *Asker) remembered(mark, at string) ([]*url.URL, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.mark != mark {
		a.mark, a.known = mark, make(map[string]known)
	}
	k, ok := a.known[at]
	return k.ways, ok && time.Now().Before(k.until)
}

func (a *Asker) remember(mark, at string, ways []*url.URL) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.mark != mark {
		return // it has changed meanwhile
	}
	if len(a.known) >= maxKnown {
		clear(a.known)
	}
	a.known[at] = known{ways, time.Now().Add(lastsFor)}
}

// ask has a question answered by a process.
func (a *Asker) ask(ctx context.Context, q script.Question) (string, error) {
	a.once.Do(func() { a.slots = make(chan struct{}, maxAtOnce) })
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	case <-ctx.Done():
		return "", fmt.Errorf("asking a file of proxy configuration: %w", ctx.Err())
	}
	limit := a.Time
	if limit <= 0 {
		limit = answerTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	command := a.Command
	if command == nil {
		self, err := os.Executable()
		if err != nil {
			return "", fmt.Errorf("asking a file of proxy configuration: %w", err)
		}
		command = []string{self, AskCommand}
	}
	text, err := json.Marshal(q)
	if err != nil {
		return "", fmt.Errorf("asking a file of proxy configuration: %w", err)
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin = bytes.NewReader(text)
	// Nothing of the reader's is handed on but what tells the time.
	cmd.Env, cmd.Dir = zone(), filepath.Dir(command[0])
	cmd.WaitDelay = time.Second
	var said limited
	cmd.Stdout = &said
	if err := cmd.Run(); err != nil {
		// A process that was ended, by us, by itself or by the system.
		return "", fmt.Errorf("asking a file of proxy configuration: %w", script.ErrLimit)
	}
	return script.Read(said.text.Bytes())
}

// zone is what of the environment tells the time of day. It is never nil, which would be
// all of the environment.
func zone() []string {
	env := []string{}
	for _, name := range []string{"TZ", "ZONEINFO", "SystemRoot"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// limited takes so much and no more.
type limited struct {
	text bytes.Buffer // not embedded: it would be read into past the limit
}

// Write implements [io.Writer].
func (l *limited) Write(b []byte) (int, error) {
	if l.text.Len()+len(b) > maxSaid {
		return 0, script.ErrLimit
	}
	return l.text.Write(b)
}
