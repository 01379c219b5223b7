package command

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/unseen-mail/unseen/cmd/unseen-beam/internal/pipeline"
	"github.com/unseen-mail/unseen/internal/words"
)

// prism is the engine that Beam has within itself.
const prism = "prism"

// options are what flags say.
type options struct {
	job     pipeline.Job
	rules   string
	maxMail int
	maxFile int64
	set     *flag.FlagSet
}

// A list is a flag that may be given several times.
type list struct{ of *[]string }

// String implements [flag.Value].
func (l list) String() string { return "" }

// Set implements [flag.Value].
func (l list) Set(one string) error { *l.of = append(*l.of, one); return nil }

// defaultParts is how many parts there are if nobody says.
const defaultParts = 8

// ours are the flags that are not Beam's, in the order of help.
func ours() []string {
	return []string{"output", "format", "parts", "manifest", "all", "recipient", "rules", "max-mail", "max-file"}
}

// flags defines our flags beside those of Beam.
func (s *session) flags(set *flag.FlagSet) *options {
	o := &options{set: set}
	say := func(k words.Key) string { return s.words.Say(k) }
	set.StringVar(&o.job.Output, "output", "", say(words.BeamOutput))
	set.StringVar(&o.job.Format, "format", "parquet", say(words.BeamFormat))
	set.IntVar(&o.job.Parts, "parts", defaultParts, say(words.BeamParts))
	set.Var(list{&o.job.Manifests}, "manifest", say(words.BeamManifest))
	set.BoolVar(&o.job.All, "all", false, say(words.HelpScanAll))
	set.Var(list{&o.job.Recipients}, "recipient", say(words.HelpRecipient))
	set.StringVar(&o.rules, "rules", "", say(words.BeamRules))
	set.IntVar(&o.maxMail, "max-mail", 0, say(words.HelpScanMaxMail))
	set.Int64Var(&o.maxFile, "max-file", 0, say(words.HelpScanMaxFile))
	return o
}

// engine is the one that a flag of Beam names, Prism if none does.
func (o *options) engine() string {
	if f := o.set.Lookup("runner"); f != nil && f.Value.String() != "" {
		return strings.ToLower(f.Value.String())
	}
	return prism
}

// help says how the command is used: its own flags first.
func (s *session) help(out io.Writer) {
	fmt.Fprintf(out, "%s\n\n", s.words.Say(words.BeamUsage))
	for _, name := range ours() {
		f := flag.CommandLine.Lookup(name)
		fmt.Fprintf(out, "  --%s\n      %s", name, f.Usage)
		if f.DefValue != "" && f.DefValue != "0" && f.DefValue != "false" {
			fmt.Fprintf(out, " (%s)", f.DefValue)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "\n%s\n\n", s.words.Say(words.BeamOthers))
	mine := " " + strings.Join(ours(), " ") + " "
	flag.CommandLine.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(mine, " "+f.Name+" ") {
			_, usage := flag.UnquoteUsage(f)
			fmt.Fprintf(out, "  --%s\n      %s\n", f.Name, strings.ReplaceAll(usage, "\n", "\n      "))
		}
	})
}
