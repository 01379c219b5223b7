//go:build !linux

package script

// limitData does nothing: the system has no such limit.
func limitData() {}
