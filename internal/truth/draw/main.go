// Command draw chooses the references of ../shared/mail that are to be labelled
// by hand, and writes them as rows without a label. See testdata/labels.
//
// With -show it writes instead, for whoever labels, what stands around each:
// this is mail of others, and stays out of the repository.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/unseen-mail/unseen/internal/truth"
)

func main() {
	s := truth.Sample{}
	root := flag.String("mail", "../shared/mail", "where the mails are")
	show := flag.Bool("show", false, "show what stands around each")
	links := flag.Bool("links", false, "draw links, not loads")
	flag.StringVar(&s.Seed, "seed", "labels-1", "another seed draws others")
	flag.IntVar(&s.Recent, "recent", 600, "how many from mail since 2020")
	flag.IntVar(&s.Old, "old", 90, "how many from older mail")
	flag.IntVar(&s.PerSender, "sender", 8, "how many of one sender at most")
	flag.Parse()
	s.Loads = !*links
	if err := run(*root, s, *show); err != nil {
		fmt.Fprintln(os.Stderr, "draw:", err)
		os.Exit(1)
	}
}

// run draws and writes.
func run(root string, s truth.Sample, show bool) error {
	mails, err := truth.Corpus{Root: root}.All()
	if err != nil {
		return err
	}
	drawn := truth.Draw(mails, s)
	if show {
		return truth.Show(os.Stdout, mails, drawn)
	}
	rows := make([]truth.Row, len(drawn))
	for i, d := range drawn {
		rows[i] = d.Row()
	}
	return truth.Write(os.Stdout, rows)
}
