package command

import (
	"context"
	"os"
	"strings"

	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/words"
)

// passwordVariable is where a password may be found that is neither typed nor in a
// file.
const passwordVariable = "UNSEEN_PASSWORD"

// askPassword finds the password of a mailbox: in the file that was named, in the
// environment, or by asking. It is kept as long as the scan lasts.
func (sc *scanner) askPassword(ctx context.Context, box source.Mailbox) (string, error) {
	if path := sc.options.PasswordFile; path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", sc.fault(err, words.ReadingFile, words.ReadingFileHint, "path", path, "what", bare(err))
		}
		line, _, _ := strings.Cut(string(text), "\n")
		if line = strings.TrimSuffix(line, "\r"); line == "" || len(line) > maxPassword {
			return "", sc.fault(nil, words.NoPassword, words.NoPasswordHint)
		}
		return line, nil
	}
	if password := sc.Getenv(passwordVariable); password != "" {
		return password, nil
	}
	sc.meter.clear()
	return sc.password(ctx, sc.words.Say(words.AskPassword, "address", box.Account()))
}

// askToken is the access token of a mailbox that Unseen itself logs in to by OAuth. A
// password that was named goes before.
func (sc *scanner) askToken(ctx context.Context, box source.Mailbox) (string, error) {
	if sc.options.PasswordFile != "" || sc.Getenv(passwordVariable) != "" {
		return "", nil
	}
	if sc.book == nil {
		var err error
		if sc.book, err = sc.logins(); err != nil {
			return "", err
		}
	}
	return sc.mailToken(ctx, sc.book, box)
}
