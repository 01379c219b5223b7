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
	"strings"

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
	except := flag.String("except", "", "files of labels whose senders are left out, by commas")
	more := flag.String("more", "", "files of labels: draw what else the senders of their measured half have, by commas")
	flag.BoolVar(&s.Written, "written", false, "mail without a day in the index has that of its own header")
	half := flag.String("half", truth.HalfMeasure, "the half that is written into each row")
	flag.Parse()
	s.Loads = !*links
	if *show {
		*half = ""
	}
	if err := run(*root, *except, *more, s, *half); err != nil {
		fmt.Fprintln(os.Stderr, "draw:", err)
		os.Exit(1)
	}
}

// run draws and writes rows of a half, or shows what was drawn if that is "".
func run(root, except, more string, s truth.Sample, half string) error {
	var err error
	if s.Only, s.Labelled, err = measured(more); err != nil {
		return err
	}
	if s.Except, err = senders(except); err != nil {
		return err
	}
	mails, err := truth.Corpus{Root: root}.All()
	if err != nil {
		return err
	}
	drawn := truth.Draw(mails, s)
	if half == "" {
		return truth.Show(os.Stdout, mails, drawn)
	}
	rows := make([]truth.Row, len(drawn))
	for i, d := range drawn {
		rows[i] = d.Row()
		rows[i].Half = half
	}
	return truth.Write(os.Stdout, rows)
}

// senders returns who has a label in one of some files.
func senders(files string) (map[string]bool, error) {
	out := make(map[string]bool)
	for name := range strings.FieldsFuncSeq(files, func(r rune) bool { return r == ',' }) {
		rows, err := truth.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.Sender] = true
		}
	}
	return out, nil
}

// measured returns the senders of the measured half of some files and which of
// their references have a label, nil if there are no files.
func measured(files string) (only, labelled map[string]bool, err error) {
	if files == "" {
		return nil, nil, nil
	}
	only, labelled = make(map[string]bool), make(map[string]bool)
	for name := range strings.SplitSeq(files, ",") {
		rows, err := truth.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range rows {
			if r.Half == truth.HalfMeasure {
				only[r.Sender], labelled[truth.Key(r.Sender, r.URLSHA256)] = true, true
			}
		}
	}
	return only, labelled, nil
}
