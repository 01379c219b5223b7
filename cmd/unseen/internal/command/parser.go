package command

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A saying is one thing that the parser of the command line says, in English.
type saying struct {
	says *regexp.Regexp
	key  words.Key
	// names are the parameters of the text, in the order of the groups.
	names []string
}

// sayings are what people meet; whatever else it says is said as it is.
func sayings() []saying {
	return []saying{
		{regexp.MustCompile(`^(.*), did you mean (?:one of )?(.*)\?$`), words.UsageMeant, []string{"what", "which"}},
		{regexp.MustCompile(`^unknown flag (\S+)$`), words.UsageUnknownFlag, []string{"flag"}},
		{regexp.MustCompile(`^unexpected argument (\S+)$`), words.UsageUnexpected, []string{"argument"}},
		{regexp.MustCompile(`^expected one of (.*)$`), words.UsageOneOf, []string{"which"}},
		{regexp.MustCompile(`^expected ("<.*)$`), words.UsageExpected, []string{"what"}},
		{regexp.MustCompile(`^missing flags: (.*)$`), words.UsageMissing, []string{"flags"}},
		{regexp.MustCompile(`^(\S+) must be one of (.*) but got (".*")$`), words.UsageEnum, []string{"flag", "which", "got"}},
		{regexp.MustCompile(`^(\S+) and (\S+) can't be used together$`), words.UsageTogether, []string{"one", "other"}},
	}
}

// spelt says in the reader's language what the parser says.
func (s *session) spelt(text string) string {
	for _, m := range sayings() {
		found := m.says.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		var pairs []any
		for i, name := range m.names {
			value := found[i+1]
			if name == "what" {
				value = s.spelt(value)
			}
			pairs = append(pairs, name, value)
		}
		return s.words.Say(m.key, pairs...)
	}
	return text
}

// helpTexts puts the texts of the help where the grammar names them. As variables of the
// parser they would cost a filter more than a mail does: it reads each variable anew for
// each flag.
func (s *session) helpTexts(k *kong.Kong) error {
	texts := s.words.Help()
	put := func(help *string) {
		name, ok := strings.CutPrefix(*help, "${")
		if text, known := texts[strings.TrimSuffix(name, "}")]; ok && known {
			*help = text
		}
	}
	return kong.Visit(k.Model.Node, func(node kong.Visitable, next kong.Next) error {
		switch node := node.(type) {
		case *kong.Node:
			put(&node.Help)
		case *kong.Value:
			put(&node.Help)
		}
		return next(nil)
	})
}

// help prints what the parser prints, its headings in the reader's language.
func (s *session) help(options kong.HelpOptions, ctx *kong.Context) error {
	if s.words.Lang() == words.DefaultLanguage {
		return kong.DefaultHelpPrinter(options, ctx)
	}
	if node := ctx.Selected(); node != nil && listsPurposes(node) {
		node.Detail = purposesHelp(s.words)
	}
	var text bytes.Buffer
	out := ctx.Stdout
	ctx.Stdout = &text
	err := kong.DefaultHelpPrinter(options, ctx)
	ctx.Stdout = out
	if err != nil {
		return fmt.Errorf("printing the help: %w", err)
	}
	english := words.English()
	var pairs []string
	for _, key := range []words.Key{words.HelpHeadUsage, words.HelpHeadArguments, words.HelpHeadFlags, words.HelpHeadCommands} {
		pairs = append(pairs, "\n"+english.Say(key), "\n"+s.words.Say(key))
	}
	pairs = append(pairs, english.Say(words.HelpShow), s.words.Say(words.HelpShow))
	said := strings.TrimPrefix(strings.NewReplacer(pairs...).Replace("\n"+text.String()), "\n")
	more := regexp.MustCompile(`(?m)^Run "(.*)" for more information( on a command)?\.$`)
	said = more.ReplaceAllStringFunc(said, func(line string) string {
		return s.words.Say(words.HelpMore, "command", more.FindStringSubmatch(line)[1])
	})
	_, err = fmt.Fprint(out, said)
	return err
}

// listsPurposes says whether the help of a command ends with the list of purposes.
func listsPurposes(node *kong.Node) bool {
	return node.Detail != "" && strings.TrimSpace(node.Detail) == strings.TrimSpace(choice{}.Help())
}

// purposesHelp is what [choice.Help] lists, in the reader's language.
func purposesHelp(w *words.Catalogue) string {
	text := w.Say(words.HelpPurposes) + "\n\n"
	for _, p := range purpose.All() {
		if !p.Grantable {
			continue
		}
		name, told := string(p.ID), p.ID.Text(w.Lang())
		for _, line := range wrapped(told.Title+". "+told.Sentence, 60) {
			text += fmt.Sprintf("  %-16s %s\n", name, line)
			name = ""
		}
	}
	return text
}
