package setup

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Profile is one profile of Thunderbird.
type Profile struct {
	// Name is what the reader calls it, Dir its directory.
	Name, Dir string
	// Default says that Thunderbird opens it unless told otherwise.
	Default bool
}

// ThunderbirdHomes returns where Thunderbird keeps its profiles: as the
// distribution, Snap and Flatpak install it, on macOS, and on Windows.
func ThunderbirdHomes(system, home string, getenv func(string) string) []string {
	switch system {
	case "darwin":
		return []string{filepath.Join(home, "Library", "Thunderbird")}
	case "windows":
		return []string{filepath.Join(cmp.Or(getenv("APPDATA"), filepath.Join(home, "AppData", "Roaming")), "Thunderbird")}
	}
	return []string{
		filepath.Join(home, ".thunderbird"),
		filepath.Join(home, "snap", "thunderbird", "common", ".thunderbird"),
		filepath.Join(home, ".var", "app", "org.mozilla.Thunderbird", ".thunderbird"),
		filepath.Join(home, ".var", "app", "eu.betterbird.Betterbird", ".thunderbird"),
	}
}

// Profiles returns the profiles below some homes, the default ones first.
func Profiles(homes []string) []Profile {
	var all []Profile
	for _, home := range homes {
		text, err := os.ReadFile(filepath.Join(home, "profiles.ini"))
		if err != nil {
			continue
		}
		for _, p := range ParseProfiles(string(text), home) {
			if _, err := os.Stat(filepath.Join(p.Dir, "prefs.js")); err == nil {
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

// ParseProfiles reads a profiles.ini. Paths in it are relative to its directory
// where it says so.
func ParseProfiles(text, home string) []Profile {
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
