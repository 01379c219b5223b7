//go:build gui

// Command unseen-gui shows the windows of Unseen, and ends with the last of them.
//
// It needs C and a screen. It is a process of its own because a window draws sixty
// times a second as long as it lives, even hidden: the icon, which lives all day, is
// "unseen tray". To the reader both are one program.
package main

import (
	"fmt"
	"os"

	"github.com/unseen-mail/unseen/cmd/unseen-gui/internal/start"
	"github.com/unseen-mail/unseen/internal/words"
)

func main() {
	if err := start.Main(os.Args[1:], os.Getenv, newApp); err != nil {
		fmt.Fprintln(os.Stderr, words.Plain(err.Error()))
		os.Exit(1)
	}
}
