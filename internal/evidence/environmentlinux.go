//go:build linux

package evidence

import "golang.org/x/sys/unix"

// clockState is what the kernel says of its clock (adjtimex(2)).
func clockState() (synchronised string, maxError float64) {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err != nil {
		return "unknown", -1
	}
	if state == unix.TIME_ERROR || t.Status&unix.STA_UNSYNC != 0 {
		return "no", -1
	}
	return "yes", float64(t.Maxerror) / 1e6
}

// kernelName is what the kernel calls itself (uname(2)).
func kernelName() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:])
}
