package service

import (
	"net"
	"os"
	"strconv"
)

// firstFD is the first descriptor that is handed over (sd_listen_fds(3)).
const firstFD = 3

// Sockets returns the listeners that systemd handed over, by their port; none if
// this process was not started so. What is no TCP listener is closed. It may be
// called once: the environment is cleared, so that no child takes the descriptors
// for its own.
func Sockets(getenv func(string) string, unset func(string) error) map[int]net.Listener {
	pid, n := getenv("LISTEN_PID"), getenv("LISTEN_FDS")
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		_ = unset(name) // fails for names that no system has
	}
	count, err := strconv.Atoi(n)
	if err != nil || pid != strconv.Itoa(os.Getpid()) {
		return nil
	}
	all := make(map[int]net.Listener)
	for fd := firstFD; fd < firstFD+count; fd++ {
		file := os.NewFile(uintptr(fd), "LISTEN_FD_"+strconv.Itoa(fd))
		if file == nil {
			continue
		}
		ln, err := net.FileListener(file)
		file.Close() // the listener has its own
		if err != nil {
			continue
		}
		if at, ok := ln.Addr().(*net.TCPAddr); ok && at.IP.IsLoopback() && all[at.Port] == nil {
			all[at.Port] = ln
			continue
		}
		ln.Close()
	}
	return all
}
