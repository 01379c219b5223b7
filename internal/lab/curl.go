package lab

import (
	"bytes"
	"os/exec"
	"testing"
)

// Curl runs curl at "SCHEME://SERVER/PATH" with further arguments, and returns
// what it wrote: of a message, the octets of the literal; of a command, the
// untagged responses.
func Curl(t testing.TB, scheme string, l Login, path string, args ...string) []byte {
	t.Helper()
	Need(t, "curl")
	all := append([]string{
		"--silent", "--show-error", "--max-time", "60", "--disable", "--noproxy", "*",
		"--user", l.User + ":" + l.password(), "--url", scheme + "://" + l.Addr + path,
	}, args...)
	cmd := exec.Command("curl", all...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("curl %s%s: %v\n%s", scheme, path, err, said.String())
	}
	return out.Bytes()
}
