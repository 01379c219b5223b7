package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/unseen-mail/unseen/internal/words"
)

// maxPassword is the most octets that are read as a password.
const maxPassword = 4096

// password asks for a password on a terminal without showing it, or reads the
// first line of standard input. It is never an argument, for other users can
// see those.
func (s *session) password(ctx context.Context, prompt string) (string, error) {
	if file, ok := s.In.(*os.File); ok {
		restore, err := hideTyping(file)
		if err == nil {
			fmt.Fprint(s.Err, prompt+" ")
			defer fmt.Fprintln(s.Err)
			defer restore()
		}
	}
	type answer struct {
		line string
		err  error
	}
	read := make(chan answer, 1)
	// A terminal cannot be told to stop waiting for a line. Who interrupts ends
	// the program, and this with it.
	go func() {
		line, err := bufio.NewReader(io.LimitReader(s.In, maxPassword)).ReadString('\n')
		read <- answer{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case a := <-read:
		if a.err != nil && !errors.Is(a.err, io.EOF) {
			return "", fmt.Errorf("reading password: %w", a.err)
		}
		line := strings.TrimRight(a.line, "\r\n")
		if line == "" {
			return "", s.fault(nil, words.NoPassword, words.NoPasswordHint)
		}
		return line, nil
	}
}
