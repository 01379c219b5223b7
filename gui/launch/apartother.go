//go:build !unix

package launch

import "syscall"

// apart is nothing: programs outlive those who started them here.
func apart() *syscall.SysProcAttr { return nil }
