package command

import (
	"bufio"
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
func (s *session) password(prompt string) (string, error) {
	in := s.In
	if file, ok := in.(*os.File); ok {
		restore, err := hideTyping(file)
		if err == nil {
			fmt.Fprint(s.Err, prompt+" ")
			defer fmt.Fprintln(s.Err)
			defer restore()
		}
	}
	line, err := bufio.NewReader(io.LimitReader(in, maxPassword)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading password: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", s.fault(nil, words.NoPassword, words.NoPasswordHint)
	}
	return line, nil
}
