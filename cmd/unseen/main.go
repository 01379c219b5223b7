// Command unseen stands between a mail program and the trackers in its mail.
package main

import (
	"os"

	"github.com/unseen-mail/unseen/cmd/unseen/internal/command"
)

func main() {
	os.Exit(command.Main(os.Args[1:], command.Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Program: command.Program(),
	}))
}
