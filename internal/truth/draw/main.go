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
	more := flag.String("more", "", "files of labels: draw what else the senders of one half of them have, by commas")
	of := flag.String("of", truth.HalfMeasure, "the half whose senders -more draws of")
	named := flag.String("named", "", "paths below -mail of mails that the index has not, by commas: they are drawn of")
	flag.BoolVar(&s.Nameless, "nameless", false, "mail without a sender or a day is drawn of too")
	flag.BoolVar(&s.Written, "written", false, "mail without a day in the index has that of its own header")
	half := flag.String("half", truth.HalfMeasure, "the half that is written into each row")
	flag.Parse()
	s.Loads = !*links
	if *show {
		*half = ""
	}
	from := source{root: *root, except: *except, more: *more, of: *of, named: fields(*named)}
	if err := from.run(s, *half); err != nil {
		fmt.Fprintln(os.Stderr, "draw:", err)
		os.Exit(1)
	}
}

// A source says of which mails is drawn.
type source struct {
	// root is the corpus.
	root string
	// except and more are files of labels, and of the half that more is of.
	except, more, of string
	// named are mails besides the index.
	named []string
}

// run draws and writes rows of a half, or shows what was drawn if that is "".
func (f source) run(s truth.Sample, half string) error {
	var err error
	if s.Only, s.Labelled, err = f.others(); err != nil {
		return err
	}
	if s.Except, err = senders(f.except); err != nil {
		return err
	}
	mails, err := truth.Corpus{Root: f.root}.All(f.named...)
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
	for _, name := range fields(files) {
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

// others returns the senders of one half of the files of more and which
// references of any sender have a label in them, nil if there are no files.
func (f source) others() (only, labelled map[string]bool, err error) {
	if f.more == "" {
		return nil, nil, nil
	}
	only, labelled = make(map[string]bool), make(map[string]bool)
	for _, name := range fields(f.more) {
		rows, err := truth.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range rows {
			labelled[truth.Key(r.Sender, r.URLSHA256)] = true
			if r.Half == f.of {
				only[r.Sender] = true
			}
		}
	}
	return only, labelled, nil
}

// fields splits at commas.
func fields(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
}
