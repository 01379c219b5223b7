package setup

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// A Section is what is pasted into the settings of a program.
type Section struct {
	// Program is its name, as in "mutt"; File where its settings usually are.
	Program, File string
	// Text is to be pasted, with values of the account filled in.
	Text string
}

// Programs returns the programs that sections are known for.
func Programs() []string {
	return []string{"mutt", "neomutt", "mbsync", "offlineimap", "aerc", "apple"}
}

// places are where programs keep their settings, below the home directory.
func places(program string) []string {
	return map[string][]string{
		"mutt":        {".config/mutt/muttrc", ".mutt/muttrc", ".muttrc"},
		"neomutt":     {".config/neomutt/neomuttrc", ".neomuttrc"},
		"mbsync":      {".config/isyncrc", ".mbsyncrc"},
		"offlineimap": {".config/offlineimap/config", ".offlineimaprc"},
		"aerc":        {".config/aerc/accounts.conf"},
		"claws":       {".claws-mail"},
		"evolution":   {".config/evolution"},
		"geary":       {".config/geary"},
		"kmail":       {".config/kmail2rc"},
	}[program]
}

// Found returns the programs whose settings lie below a home directory, each with
// the place where they do.
func Found(home string) []Section {
	var list []Section
	for _, program := range []string{"mutt", "neomutt", "mbsync", "offlineimap", "aerc", "claws", "evolution", "geary", "kmail"} {
		for _, place := range places(program) {
			path := filepath.Join(home, filepath.FromSlash(place))
			if _, err := os.Stat(path); err == nil {
				list = append(list, Section{Program: program, File: path})
				break
			}
		}
	}
	return list
}

// Sections returns what is pasted into the settings of a program; certificate is a
// file with that of Unseen in PEM, login the name to log in as. A program that is
// not known has none: its values are typed.
func Sections(program string, l Local, login, certificate string) (Section, bool) {
	s := Section{Program: program}
	if list := places(program); len(list) > 0 {
		s.File = "~/" + list[0]
	}
	switch program {
	case "mutt", "neomutt":
		s.Text = muttSection(l, login, certificate)
	case "mbsync":
		// mbsync compares a certificate with names, and not with numbers.
		s.Text = fmt.Sprintf("IMAPAccount %s\nHost localhost\nPort %d\nUser %s\nSSLType IMAPS\nCertificateFile %s\n",
			l.Address, l.IMAPS, login, certificate)
	case "offlineimap":
		// As mbsync does.
		s.Text = fmt.Sprintf("type = IMAP\nremotehost = localhost\nremoteport = %d\nremoteuser = %s\nssl = yes\nsslcacertfile = %s\n",
			l.IMAPS, login, certificate)
	case "aerc":
		s.Text = fmt.Sprintf("[%s]\nsource = imaps://%s@localhost:%d\n", l.Address, url.PathEscape(login), l.IMAPS)
		if l.SMTP != 0 {
			s.Text += fmt.Sprintf("outgoing = smtp://%s@localhost:%d\n", url.PathEscape(login), l.SMTP)
		}
	case "apple":
		s.Text, s.File = appleProfile(l, login), "unseen.mobileconfig"
	default:
		return s, false
	}
	return s, true
}

// muttSection trusts the certificate itself, whatever name it bears.
func muttSection(l Local, login, certificate string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "set imap_user = %q\nset folder = \"imaps://localhost:%d/\"\nset spoolfile = \"imaps://localhost:%d/INBOX\"\n", login, l.IMAPS, l.IMAPS)
	fmt.Fprintf(&b, "set certificate_file = %q\n", certificate)
	if l.SMTP != 0 {
		fmt.Fprintf(&b, "set smtp_url = \"smtp://%s@localhost:%d/\"\nset ssl_starttls = yes\n", url.QueryEscape(login), l.SMTP)
	}
	return b.String()
}
