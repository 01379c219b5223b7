package thunderbird_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
)

// The types of the scripts are right, as far as TypeScript can tell: none is left out,
// and none is any without a word.
func TestTypes(t *testing.T) {
	lab.Need(t, "node")
	root := lab.Root(t)
	if _, err := os.Stat(filepath.Join(root, ".cache", "tsc", "node_modules", "typescript")); err != nil {
		lab.Missing(t, "TypeScript is not in .cache (packaging/bring.sh test)")
	}
	cmd := exec.Command("packaging/check-addon.sh")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("checking types: %v\n%s", err, out)
	}
}
