// Command unseen-tray shows the icon of Unseen, and nothing else.
//
// It is what "unseen tray" becomes: a program of its own because a process that sleeps
// all day should hold as little memory as it can.
package main

import (
	"os"

	"github.com/unseen-mail/unseen/cmd/unseen-tray/internal/start"
)

func main() { os.Exit(start.Main(os.Getenv, os.Stdout, os.Stderr)) }
