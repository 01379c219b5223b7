// Package profiles finds where Thunderbird and Firefox keep what is one reader's, and says
// whether a program has it open.
//
// It reads what the programs themselves read (profiles.ini) and changes nothing. A program
// that is open holds a lock on a file of the profile, and would write over what another
// changes there.
package profiles

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Program is one that keeps profiles.
type Program string

// The programs.
const (
	// Thunderbird reads mail.
	Thunderbird Program = "Thunderbird"
	// Firefox reads the web.
	Firefox Program = "Firefox"
)

// A Profile is one profile of a program.
type Profile struct {
	// Name is what the reader calls it, Dir its directory.
	Name, Dir string
	// Default says that the program opens it unless told otherwise.
	Default bool
}

// Homes returns where a program keeps its list of profiles: as the distribution, Snap and
// Flatpak install it, on macOS, and on Windows.
func Homes(p Program, system, home string, getenv func(string) string) []string {
	within := func(parts ...string) string { return filepath.Join(append([]string{home}, parts...)...) }
	roaming := cmp.Or(getenv("APPDATA"), within("AppData", "Roaming"))
	switch string(p) + " " + system {
	case "Thunderbird darwin":
		return []string{within("Library", "Thunderbird")}
	case "Firefox darwin":
		return []string{within("Library", "Application Support", "Firefox")}
	case "Thunderbird windows":
		return []string{filepath.Join(roaming, "Thunderbird")}
	case "Firefox windows":
		return []string{filepath.Join(roaming, "Mozilla", "Firefox")}
	}
	if p == Firefox {
		return []string{within(".mozilla", "firefox"), within("snap", "firefox", "common", ".mozilla", "firefox"), within(".var", "app", "org.mozilla.firefox", ".mozilla", "firefox")}
	}
	return []string{
		within(".thunderbird"), within("snap", "thunderbird", "common", ".thunderbird"),
		within(".var", "app", "org.mozilla.Thunderbird", ".thunderbird"), within(".var", "app", "eu.betterbird.Betterbird", ".thunderbird"),
	}
}

// Find returns the profiles below some homes that were used at least once, the default ones
// first. Mark is a file that a program makes when it is first started with one.
func Find(homes []string, mark string) []Profile {
	var all []Profile
	for _, home := range homes {
		text, err := os.ReadFile(filepath.Join(home, "profiles.ini"))
		if err != nil {
			continue
		}
		for _, p := range Parse(string(text), home) {
			info, err := os.Stat(filepath.Join(p.Dir, mark))
			known := slices.ContainsFunc(all, func(o Profile) bool { return o.Dir == p.Dir })
			if err == nil && info.Mode().IsRegular() && !known {
				all = append(all, p)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Profile) int {
		switch {
		case a.Default == b.Default:
			return 0
		case a.Default:
			return -1
		}
		return 1
	})
	return all
}

// Parse reads a profiles.ini. Paths in it are relative to its directory
// where it says so.
func Parse(text, home string) []Profile {
	var list []Profile
	defaults := make(map[string]bool)
	var section string
	var keys map[string]string
	end := func() {
		path := keys["Path"]
		switch {
		case strings.HasPrefix(section, "Install"):
			defaults[place(home, keys["Default"], "1")] = true
		case strings.HasPrefix(section, "Profile") && path != "":
			dir := place(home, path, keys["IsRelative"])
			list = append(list, Profile{Name: keys["Name"], Dir: dir, Default: keys["Default"] == "1"})
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok {
			end()
			section, keys = strings.TrimSuffix(name, "]"), make(map[string]string)
			continue
		}
		if key, value, ok := strings.Cut(line, "="); ok && keys != nil {
			keys[key] = value
		}
	}
	end()
	// What an installation opens stands above the older mark.
	if len(defaults) > 0 {
		for i := range list {
			list[i].Default = defaults[list[i].Dir]
		}
	}
	return list
}

// place is where a path of profiles.ini leads.
func place(home, path, relative string) string {
	if relative == "0" || filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(home, filepath.FromSlash(path))
}
