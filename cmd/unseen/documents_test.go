package main

import (
	"errors"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// meaningsKey is where a script keeps what stands for what in the commands of a document.
type meaningsKey struct{}

// The commands that documents show are run, each as it is shown: testdata/documents has
// a script for each document. What a reader would put in their own, the script says by
// "means": a sender, a mailbox. That no command is left out is seen to where documents
// are read, in package command. Besides the commands of TestScripts there are:
//
//	shown CODE LINE   runs a line as a shell would, and checks its exit code
//	shown CODE LINE ANSWER   the same at a terminal, where somebody answers
//	means FROM TO     from now on, FROM in a line is TO
//	means FROM REGEX stdout   the same, where TO is what a pattern finds in what was printed last
func TestDocumentsRun(t *testing.T) {
	params := scripts(t, "testdata/documents")
	params.Cmds["shown"], params.Cmds["means"] = show, mean
	testscript.Run(t, params)
}

// show runs a line of a document.
func show(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 && len(args) != 3 {
		ts.Fatalf("usage: shown CODE LINE [ANSWER]")
	}
	line := args[1]
	for _, m := range *ts.Value(meaningsKey{}).(*[][2]string) {
		line = strings.ReplaceAll(line, m[0], m[1])
	}
	command := []string{"sh", "-c", line}
	if len(args) == 3 {
		// script (util-linux) gives the line a terminal. The answer waits in it until it
		// is asked for.
		command = []string{"sh", "-c", `(printf '%s\n' "$1"; cat) | script -qec "$0" /dev/null`, line, args[2]}
	}
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(command[0], command[1:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want := int(args[0][0] - '0'); code != want {
		ts.Fatalf("%s: exit code is %d, want %d", line, code, want)
	}
}

// mean notes what stands for what.
func mean(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) == 3 && args[2] != "stdout" || len(args) > 3 {
		ts.Fatalf("usage: means FROM TO | means FROM REGEX stdout")
	}
	from, to := args[0], args[1]
	if len(args) == 3 {
		m := regexp.MustCompile(to).FindStringSubmatch(ts.ReadFile("stdout"))
		if m == nil {
			ts.Fatalf("nothing that was printed is %s", to)
		}
		to = m[len(m)-1]
	}
	all := ts.Value(meaningsKey{}).(*[][2]string)
	*all = append(*all, [2]string{from, to})
}
