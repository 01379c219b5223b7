//go:build linux

package script

import "golang.org/x/sys/unix"

// limitData bounds what this process can write to: 512 MiB, of which Go takes a part for
// itself. A process that asks for more ends (setrlimit(2), RLIMIT_DATA).
func limitData() {
	_ = unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: 512 << 20, Max: 512 << 20}) // else the watch alone
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}
