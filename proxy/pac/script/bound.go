package script

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// maxMemory is what the process of a script may take, and look how often that is
	// looked at.
	maxMemory = 96 << 20
	look      = 2 * time.Millisecond
	// maxStack is what a stack may take: what nests in a script nests in its reader.
	maxStack = 32 << 20
	// spare is how much longer than its limit twice over a process lives.
	spare = time.Second
	// ExitTooMuch is how a process ends that took more.
	ExitTooMuch = 7
)

// bound ends this process once it takes too much memory. The system's own limit, where
// there is one, stands above: it holds for what is taken at once.
func bound() {
	limitData()
	debug.SetMaxStack(maxStack)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			if metrics.Read(sample); sample[0].Value.Uint64() > maxMemory {
				os.Exit(ExitTooMuch)
			}
			time.Sleep(look)
		}
	}()
}

// endAfter ends this process when a script's time has long been over: a regular expression
// is not interrupted, and whoever asked, and would end it, may be gone.
func endAfter(limit time.Duration) { time.AfterFunc(2*limit+spare, func() { os.Exit(ExitTooMuch) }) }
