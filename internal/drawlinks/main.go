// Command drawlinks draws the links of real mail that people then label by
// reading: testdata/labels/links.tsv. The same mails and the same seed give the
// same rows. It knows nothing of vendors or verdicts, so that what is labelled is
// not led by our own rules.
//
// What is drawn depends on what package reference finds and how it counts. The
// labels were drawn by the state of the repository that brought them, commit
// dbde15d; rows are found again by section, offset and the hash of the address.
//
//	go run ./internal/drawlinks [-context FILE] [-seed TEXT] ../shared/mail/real
//
// Rows go to standard output, what a person needs to judge them to FILE. FILE
// holds text and addresses of other people's mail and stays out of the
// repository.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
)

func main() {
	seed := flag.String("seed", "unseen links 1", "what the order of the draw is made of")
	context := flag.String("context", "", "write what is needed to judge each row to `FILE`")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *seed, *context); err != nil {
		fmt.Fprintln(os.Stderr, "drawlinks:", err)
		os.Exit(1)
	}
}

// run reads the mails, draws, and writes rows and context.
func run(dir, seed, context string) error {
	mails, err := readMails(dir)
	if err != nil {
		return err
	}
	drawn := draw(mails, seed)
	out := bufio.NewWriter(os.Stdout)
	fmt.Fprintln(out, columns)
	for _, l := range drawn {
		fmt.Fprintln(out, l.row())
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing rows: %w", err)
	}
	if context == "" {
		return nil
	}
	return writeContext(context, mails, drawn)
}
