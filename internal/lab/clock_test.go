package lab_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A process whose clock is set sees another day, and no other length of a second.
func TestOwnClock(t *testing.T) {
	if os.Getenv("UNSEEN_LAB_CLOCK") != "1" {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestOwnClock$", "-test.v")
		cmd.Env = append(os.Environ(), "UNSEEN_LAB_CLOCK=1")
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(out), "--- SKIP") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	right := time.Now()
	c := lab.OwnClock(t)
	for _, ahead := range []time.Duration{0, 200 * 24 * time.Hour, -26 * time.Hour, -30 * 365 * 24 * time.Hour, 0} {
		c.Set(ahead)
		now := time.Now()
		if off := now.Round(0).Sub(right.Round(0)) - ahead; off < -time.Minute || off > time.Minute {
			t.Errorf("set %v ahead it says %v after %v", ahead, now, right)
		}
		if went := now.Sub(right); went < 0 || went > time.Minute {
			t.Errorf("set %v ahead, %v went by", ahead, went)
		}
	}
}
