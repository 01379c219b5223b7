package command

import (
	"os"
	"os/exec"
	"strings"
)

// Program is how this program is called in a terminal: "unseen" where that
// leads to it, else its path.
func Program() string {
	self, err := os.Executable()
	if err != nil {
		return "unseen"
	}
	if found, err := exec.LookPath("unseen"); err == nil && sameFile(found, self) {
		return "unseen"
	}
	return shellWord(self)
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// shellWord writes a path so that a shell reads it as one word.
func shellWord(path string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+@%:,", r)
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
