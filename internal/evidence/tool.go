package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"runtime/debug"
	"strings"
)

// ThisTool says what program this is, whose version the caller knows.
func ThisTool(version string) Tool {
	t := Tool{Name: "Unseen", Version: version}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" || setting.Key == "vcs.modified" && setting.Value == "true" {
				t.Commit = strings.TrimPrefix(t.Commit+" "+setting.Value, " ")
			}
		}
	}
	t.Build = ownHash()
	return t
}

// ownHash is the SHA-256 of the running program, "" if it cannot be read.
func ownHash() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
}
