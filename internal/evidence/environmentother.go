//go:build !linux

package evidence

// clockState is not known here.
func clockState() (synchronised string, maxError float64) { return "unknown", -1 }

// kernelName is not known here.
func kernelName() string { return "" }
