//go:build unix

package rulefiles

import "syscall"

// nonblock keeps a pipe that nobody writes to from being waited for.
const nonblock = syscall.O_NONBLOCK
