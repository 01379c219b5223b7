package lab

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Random returns the generator of a test that draws what it does. It starts from
// UNSEEN_SEED if that is set, which must be a number, and otherwise from the same
// state in every run, so that what fails once fails again; own tells the tests apart.
func Random(t testing.TB, own uint64) *rand.Rand {
	t.Helper()
	seed := uint64(2026)
	if text := os.Getenv("UNSEEN_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("reading UNSEEN_SEED: %v; it is a number such as 7", err)
		}
		seed = n
		t.Logf("UNSEEN_SEED=%d", seed)
	}
	return rand.New(rand.NewPCG(own, seed))
}
