// Command unseen-beam is "unseen scan" for more mail than one machine looks into: a
// pipeline of Apache Beam, which Flink, Spark, Dataflow or this machine run.
package main

import (
	"os"

	"github.com/unseen-mail/unseen/cmd/unseen-beam/internal/command"
)

func main() {
	os.Exit(command.Main(os.Args[1:], command.Streams{Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}))
}
