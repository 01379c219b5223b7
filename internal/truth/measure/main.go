// Command measure holds verdicts against labels of real mail and prints how many
// are right. "make truth" runs it. The mails are not part of the repository:
// without them it says so and measures nothing.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/unseen-mail/unseen/internal/truth"
)

func main() {
	labels := flag.String("labels", "testdata/labels", "where the labels are")
	shared := flag.String("shared", "../shared", "what stands beside the repository")
	half := flag.String("half", "", "print one half only: tune, or measure; both if empty")
	totals := flag.Bool("totals", false, "print totals only, without the rows that are wrong")
	flag.Parse()
	measured, err := truth.Measure(*labels, *shared)
	switch {
	case err != nil:
	case *totals:
		err = measured.WriteTotals(os.Stdout)
	case *half != "":
		err = measured.WriteHalf(os.Stdout, *half)
	default:
		err = measured.Write(os.Stdout)
	}
	if errors.Is(err, truth.ErrNoMail) && os.Getenv("UNSEEN_STRICT") != "1" {
		fmt.Println("skipped: the mails that were labelled are not at", *shared+"/mail; nothing was measured")
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}
