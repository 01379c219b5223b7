// Package manual makes manual pages of what the command line says of itself, for
// man(1): one of the program, one of each of its commands with all that lies below
// it, in each language that Unseen speaks.
//
// Nothing is written twice: texts come from the grammar and from package words, and
// what the help says is what the page says. The same grammar gives the same octets.
package manual

import (
	"fmt"
	"path"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/unseen-mail/unseen/internal/words"
)

// section is where commands that users start stand in a manual.
const section = 1

// A Page is one page of the manual.
type Page struct {
	// Path is where it lies below share/man: "man1/unseen.1", "fr/man1/unseen-run.1".
	Path string
	// Text is what man(1) reads, in UTF-8.
	Text string
}

// Pages returns the manual of a program, in the language of its words. The grammar
// has to be in that language already.
func Pages(app *kong.Application, w *words.Catalogue) []Page {
	var children []*kong.Node
	for _, c := range app.Children {
		if !c.Hidden {
			children = append(children, c)
		}
	}
	pages := []Page{{Path: place(w, app.Name), Text: overview(app, children, w)}}
	for _, c := range children {
		name := app.Name + "-" + c.Name
		pages = append(pages, Page{Path: place(w, name), Text: ofCommand(app.Name, name, c, w)})
	}
	return pages
}

// place is where a page lies. English is what man(1) shows where it has no other, so
// it lies in no directory of its own (hier(7), /usr/share/man).
func place(w *words.Catalogue, name string) string {
	file := fmt.Sprintf("man%d/%s.%d", section, name, section)
	if w.Lang() == words.DefaultLanguage {
		return file
	}
	return path.Join(w.Lang(), file)
}

// overview is the page of the program.
func overview(app *kong.Application, children []*kong.Node, w *words.Catalogue) string {
	var p roff
	p.title(app.Name)
	p.heading(w.Say(words.ManualName))
	p.line(app.Name + " - " + w.Say(words.ManualProgram))
	p.heading(w.Say(words.ManualSynopsis))
	p.tagged(app.Name+" COMMAND ...", "")
	p.heading(w.Say(words.ManualDescription))
	p.text(app.Help)
	p.heading(w.Say(words.ManualCommands))
	for _, c := range children {
		p.tagged(app.Name+"-"+c.Name+fmt.Sprintf("(%d)", section), c.Help)
	}
	p.options(app.Flags, w)
	p.heading(w.Say(words.ManualExit))
	for _, code := range []struct {
		number string
		says   words.Key
	}{{"0", words.ManualExitDone}, {"1", words.ManualExitFailed}, {"2", words.ManualExitUsage}, {"3", words.ManualExitFound}} {
		p.tagged(code.number, w.Say(code.says))
	}
	p.heading(w.Say(words.ManualEnvironment))
	for _, v := range variables() {
		p.tagged(v.name, w.Say(v.says))
	}
	p.heading(w.Say(words.ManualFiles))
	for _, f := range files() {
		p.tagged(f.name, w.Say(f.says))
	}
	return p.String()
}

// A named is a name and what is to be said of it.
type named struct {
	name string
	says words.Key
}

// variables are those of the environment that Unseen reads.
func variables() []named {
	return []named{
		{"UNSEEN_CONFIG", words.ManualVarConfig},
		{"UNSEEN_DATA", words.ManualVarData},
		{"UNSEEN_RUNTIME", words.ManualVarRuntime},
		{"LC_ALL, LC_MESSAGES, LANG", words.ManualVarLanguage},
	}
}

// files are those that Unseen reads and writes, as the XDG base directory
// specification places them.
func files() []named {
	return []named{
		{"$XDG_CONFIG_HOME/unseen/config.toml", words.ManualFileConfig},
		{"$XDG_DATA_HOME/unseen/", words.ManualFileData},
		{"$XDG_RUNTIME_DIR/unseen/", words.ManualFileRuntime},
	}
}

// ofCommand is the page of a command, with all that lies below it.
func ofCommand(program, name string, node *kong.Node, w *words.Catalogue) string {
	var p roff
	p.title(name)
	p.heading(w.Say(words.ManualName))
	p.line(name + " - " + strings.TrimSuffix(node.Help, "."))
	p.heading(w.Say(words.ManualSynopsis))
	for _, leaf := range leaves(node) {
		p.tagged(program+" "+leaf.Summary(), "")
	}
	p.heading(w.Say(words.ManualDescription))
	p.text(node.Help)
	p.text(node.Detail)
	if len(node.Children) == 0 {
		p.arguments(node, w)
		p.options(node.Flags, w)
	} else {
		p.heading(w.Say(words.ManualCommands))
		for _, leaf := range leaves(node) {
			p.below(leaf)
		}
	}
	p.heading(w.Say(words.ManualSee))
	p.line(fmt.Sprintf("%s(%d)", program, section))
	return p.String()
}

// leaves are the commands below a node that do something, itself if it has none.
func leaves(node *kong.Node) []*kong.Node {
	if len(node.Children) == 0 {
		return []*kong.Node{node}
	}
	var found []*kong.Node
	for _, c := range node.Children {
		if !c.Hidden {
			found = append(found, leaves(c)...)
		}
	}
	return found
}
