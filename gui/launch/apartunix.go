//go:build unix

package launch

import "syscall"

// apart gives a program a session of its own, so that it outlives a terminal.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
