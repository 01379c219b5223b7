//go:build !race

package daemon_test

// underRace says that times mean something.
const underRace = false
