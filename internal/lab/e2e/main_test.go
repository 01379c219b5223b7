package e2e_test

import (
	"os"
	"testing"

	"github.com/unseen-mail/unseen/internal/daemon"
)

// pacCommand is how the daemons of these tests have a file of proxy configuration
// evaluated: by this program.
const pacCommand = "pac-evaluate"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == pacCommand {
		if err := daemon.EvaluatePAC(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}
