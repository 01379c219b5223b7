// Command modules tells of what programs are made: which modules of others are
// compiled into them, and under which licences. It reads that from the programs
// themselves, so that it says what is there and not what was meant to be.
//
//	modules PROGRAM ...                   a line for each module, and its licence
//	modules -sbom FILE PROGRAM ...        the same as CycloneDX 1.6, in JSON
//	modules -licences FILE PROGRAM ...    the words of each licence
//
// With both files it writes both, and the lines too.
//
// It ends with 1 if a licence is not known, or does not go together with the GPL,
// version 3 or later.
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// A module is one of others.
type module struct {
	path, version, sum string
	// dir is where its source lies.
	dir string
	// licences are as SPDX names them, text is what they say, file by file.
	licences []string
	text     string
}

// own is the module that this repository is.
const own = "github.com/unseen-mail/unseen"

// A program is one that was built.
type program struct {
	path, goVersion, version string
	modules                  []module
}

func main() {
	sbom := flag.String("sbom", "", "the file to write a software bill of materials to")
	licences := flag.String("licences", "", "the file to write the words of licences to")
	flag.Parse()
	if err := run(flag.Args(), *sbom, *licences, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "modules:", err)
		os.Exit(1)
	}
}

// run tells of programs.
func run(paths []string, sbom, licences string, out io.Writer) error {
	if len(paths) == 0 {
		return errors.New("no program was named")
	}
	var programs []program
	for _, path := range paths {
		p, err := read(path)
		if err != nil {
			return err
		}
		programs = append(programs, p)
	}
	all := together(programs)
	if err := find(all); err != nil {
		return err
	}
	var wrong []error
	for i := range all {
		if err := all[i].licensed(); err != nil {
			wrong = append(wrong, err)
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	if sbom != "" {
		if err := written(sbom, func(w io.Writer) error { return bill(w, programs, all) }); err != nil {
			return err
		}
	}
	if licences != "" {
		if err := written(licences, func(w io.Writer) error { return wordsOf(w, all) }); err != nil {
			return err
		}
	}
	if (sbom == "") != (licences == "") {
		return nil
	}
	for _, m := range all {
		fmt.Fprintf(out, "%-50s %-40s %s\n", m.path, m.version, strings.Join(m.licences, " AND "))
	}
	return nil
}

// read takes from a program what its build wrote into it.
func read(path string) (program, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return program{}, fmt.Errorf("reading what %s is made of: %w", path, err)
	}
	p := program{path: path, goVersion: info.GoVersion, version: info.Main.Version}
	for _, dep := range info.Deps {
		if dep.Path == own {
			continue // not of others: a program of a module beside it
		}
		if dep.Replace != nil {
			dep = dep.Replace
		}
		p.modules = append(p.modules, module{path: dep.Path, version: dep.Version, sum: dep.Sum})
	}
	return p, nil
}

// together are the modules of all programs, each once, by name.
func together(programs []program) []module {
	var all []module
	for _, p := range programs {
		for _, m := range p.modules {
			if !slices.ContainsFunc(all, func(o module) bool { return o.path == m.path }) {
				all = append(all, m)
			}
		}
	}
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return all
}

// find asks go where the sources of modules lie.
func find(all []module) error {
	args := []string{"mod", "download", "-json"}
	for _, m := range all {
		args = append(args, m.path+"@"+m.version)
	}
	cmd := exec.Command("packaging/go.sh", args...)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("asking go where modules lie: %w", err)
	}
	dirs := make(map[string]string)
	for dec := json.NewDecoder(strings.NewReader(string(text))); ; {
		var one struct{ Path, Dir string }
		if err := dec.Decode(&one); err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("reading where modules lie: %w", err)
		}
		dirs[one.Path] = one.Dir
	}
	for i := range all {
		all[i].dir = dirs[all[i].path]
	}
	return nil
}

// written makes a file of what is written to it, whole or not at all.
func written(path string, write func(io.Writer) error) error {
	f, err := os.Create(path + ".part")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	err = errors.Join(write(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
