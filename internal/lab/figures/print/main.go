// Command print sets what benchmarks printed beside what is to be reached, and draws
// how cost grows. "make bench" runs it:
//
//	go run ./internal/lab/figures/print [-draw docs/images/growth] FILE...
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/unseen-mail/unseen/internal/lab/figures"
)

func main() {
	draw := flag.String("draw", "", "the directory to write drawings into; none if empty")
	flag.Parse()
	if err := run(os.Stdout, flag.Args(), *draw); err != nil {
		fmt.Fprintln(os.Stderr, "print:", err)
		os.Exit(1)
	}
}

// run reads the files, prints the table, and draws if it is told where.
func run(w io.Writer, names []string, dir string) error {
	var all figures.Results
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		read, err := figures.Read(f)
		f.Close()
		if err != nil {
			return err
		}
		all = append(all, read...)
	}
	if err := all.Write(w); err != nil || dir == "" {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files, err := all.Draw(dir)
	for _, name := range files {
		fmt.Fprintln(w, "drawn:", name)
	}
	return err
}
