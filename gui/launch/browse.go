package launch

import (
	"io"
	"os/exec"
	"runtime"
)

// Browse hands an address to the reader's browser. It reports false where there is
// none, as in a terminal without a display.
func Browse(getenv func(string) string, address string) bool {
	var opener []string
	switch runtime.GOOS {
	case "darwin":
		opener = []string{"open", address}
	case "windows":
		opener = []string{"rundll32", "url.dll,FileProtocolHandler", address}
	default:
		if !Display(getenv) {
			return false
		}
		opener = []string{"xdg-open", address}
	}
	cmd := exec.Command(opener[0], opener[1:]...)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	return cmd.Run() == nil
}
