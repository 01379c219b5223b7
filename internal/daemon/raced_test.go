//go:build race

package daemon_test

// underRace says that times mean nothing: the race detector slows everything.
const underRace = true
