package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/keyring"
	"github.com/unseen-mail/unseen/internal/service"
	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/words"
)

// doctorCommand looks after everything, and says of each thing in a line how it is.
type doctorCommand struct {
	Upstream bool   `help:"${help_doctor_upstream}"`
	Format   string `enum:"text,json" default:"text" help:"${help_status_format}"`
	Bundle   string `type:"path" placeholder:"FILE" help:"${help_doctor_bundle}"`
}

// An ailment is how one thing is, or what ails it. It can be shown to others: no address of the
// reader, no server of theirs and no name of their home stands in it.
type ailment struct {
	// Check names what was looked at, in every language alike.
	Check string `json:"check"`
	// OK says that nothing is to be done.
	OK bool `json:"ok"`
	// Text says how it is, Remedy what to do.
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
	// of is what the reader calls what was looked at, for their own screen alone.
	of string
}

// A doctor gathers what it finds.
type doctor struct {
	*session
	client *api.Client
	paths  config.Paths
	status api.Status
	list   []ailment
}

// well and ill note how something is.
func (d *doctor) well(check string, k words.Key, pairs ...any) {
	d.list = append(d.list, ailment{Check: check, OK: true, Text: d.words.Say(k, pairs...)})
}

func (d *doctor) ill(check, text, remedy string) {
	d.list = append(d.list, ailment{Check: check, Text: text, Remedy: remedy})
}

// Run looks at each thing in turn. What does not run is not asked.
func (c *doctorCommand) Run(ctx context.Context, s *session) error {
	d := &doctor{session: s}
	var settings config.Settings
	var err error
	if d.paths, settings, err = s.paths(); err != nil {
		d.ill("config", err.Error(), s.words.Say(words.ConfigHint))
	} else {
		d.well("config", words.DoctorConfig, "path", d.paths.Config)
	}
	d.store()
	d.client = api.NewClient(d.paths.Socket())
	if d.running(ctx, settings) {
		d.ports(ctx)
		d.certificates(ctx)
		d.ledger(ctx)
		d.rulesRead()
		d.clients(ctx)
		if c.Upstream {
			d.upstream(ctx)
		} else {
			d.well("upstream", words.DoctorNoUpstream)
		}
	}
	d.keyring(ctx)
	d.service()
	d.redact()
	if c.Bundle != "" {
		if err := d.bundle(c.Bundle); err != nil {
			return err
		}
	}
	return d.print(c.Format)
}

// store looks at the directory of what is kept.
func (d *doctor) store() {
	info, err := os.Stat(d.paths.Data)
	switch {
	case errors.Is(err, os.ErrNotExist):
		d.well("store", words.DoctorNoStore, "path", d.paths.Data)
	case err != nil:
		d.ill("store", d.words.Say(words.ReadingFile, "path", d.paths.Data, "what", bareText(err)), d.words.Say(words.ReadingFileHint))
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		d.ill("store", d.words.Say(words.DoctorOpenStore, "path", d.paths.Data), d.words.Say(words.DoctorOpenStoreHint, "path", d.paths.Data))
	default:
		d.well("store", words.DoctorStore, "path", d.paths.Data)
	}
}

// running asks Unseen how it does.
func (d *doctor) running(ctx context.Context, settings config.Settings) bool {
	status, err := d.client.Status(ctx)
	if err != nil {
		text, hint := d.words.Say(words.NotRunning), d.words.Say(words.NotRunningHint)
		if errors.Is(err, api.ErrForeign) {
			text, hint = d.words.Say(words.Foreign), d.words.Say(words.ForeignHint)
		}
		d.ill("running", text, hint)
		if port := settings.GatewayPort; port != 0 && listens(ctx, port) {
			d.ill("ports", d.words.Say(words.DoctorStranger, "port", port), d.words.Say(words.TakenHint))
		}
		return false
	}
	d.status = status
	d.well("running", words.DoctorRunning, "version", status.Version, "pid", status.PID)
	for i, problem := range status.Problems {
		d.ill("running", problem, status.Remedy(i))
	}
	return true
}

// listens says whether somebody answers at a port of this machine.
func listens(ctx context.Context, port int) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var dial net.Dialer
	conn, err := dial.DialContext(ctx, "tcp", net.JoinHostPort(setup.Host, strconv.Itoa(port)))
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// ports looks whether each port answers, and whether pictures do.
func (d *doctor) ports(ctx context.Context) {
	for _, port := range ports(d.status) {
		if listens(ctx, port) {
			d.well("ports", words.DoctorPort, "port", port)
		} else {
			d.ill("ports", d.words.Say(words.DoctorNoPort, "port", port), d.words.Say(words.PortRefusedHint))
		}
	}
	step := d.tryPicture(ctx, d.status.Gateway.Origin)
	d.list = append(d.list, ailment{Check: "pictures", OK: step.OK, Text: step.Text, Remedy: step.Hint})
}

// certificates looks at what Unseen shows to mail programs, and at the authorities
// of this machine.
func (d *doctor) certificates(ctx context.Context) {
	list, err := locals(ctx, d.client)
	for _, l := range list[:min(1, len(list))] {
		path, wrong := d.certificateOf(ctx, d.paths.Data, l)
		if wrong != nil {
			err = wrong
			break
		}
		d.well("tls", words.DoctorTls, "path", path)
	}
	if err != nil {
		d.ill("tls", err.Error(), d.words.Say(words.SetupNoCertificateHint))
	}
	all, err := d.client.Authorities(ctx)
	switch {
	case err != nil:
		d.ill("authorities", err.Error(), "")
	case all.Exposed > 0:
		d.ill("authorities", d.words.Say(words.DoctorExposed, "n", all.Exposed), d.words.Say(words.DoctorExposedHint))
	case len(all.List) > 0:
		d.well("authorities", words.DoctorAuthorities, "n", len(all.List))
	}
}

// ledger checks the chain of the reader's decisions.
func (d *doctor) ledger(ctx context.Context) {
	if _, err := d.client.Verify(ctx); err != nil {
		var said *api.Error
		hint := ""
		if errors.As(err, &said) {
			hint = said.Hint
		}
		d.ill("ledger", err.Error(), hint)
		return
	}
	d.well("ledger", words.DoctorLedger)
}

// rulesRead reads the rules, the reader's own too.
func (d *doctor) rulesRead() {
	if _, err := d.rules(); err != nil {
		d.ill("rules", err.Error(), d.words.Say(words.DoctorRulesHint))
		return
	}
	d.well("rules", words.DoctorRules, "edition", d.status.Edition)
}

// clients looks at the profiles of Thunderbird, and at what was set up and is not
// so any more.
func (d *doctor) clients(ctx context.Context) {
	list, err := locals(ctx, d.client)
	if err != nil {
		return // running said so
	}
	for _, p := range d.profiles(nil) {
		plans, _, err := setup.Look(ctx, p.Dir, list)
		if err != nil {
			d.ill("clients", d.unlooked(p.Dir, err).Error(), "")
			continue
		}
		for _, plan := range plans {
			if plan.Trouble == setup.TroubleNone {
				continue
			}
			text := strings.TrimSpace(d.words.Say(standsAs(plan.Trouble), "address", plan.Local.Address, "key", plan.What))
			d.list = append(d.list, ailment{Check: "clients", OK: plan.Trouble == setup.TroubleDone || plan.Trouble == "", Text: text, of: p.Name + ": "})
		}
	}
}

// upstream tries the servers of each account.
func (d *doctor) upstream(ctx context.Context) {
	for _, a := range d.status.Accounts {
		steps, err := d.client.CheckAccount(ctx, api.CheckRequest{Address: a.Address})
		if err != nil {
			d.ill("upstream", err.Error(), "")
		}
		for _, step := range steps {
			d.list = append(d.list, ailment{Check: "upstream", OK: step.OK, Text: step.Text, Remedy: step.Hint})
		}
	}
}

// keyring says whether passwords could be kept.
func (d *doctor) keyring(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	_, err := keyring.Get(ctx, keyring.Password, "doctor")
	if errors.Is(err, keyring.ErrNotKept) {
		d.well("keyring", words.DoctorKeyring)
		return
	}
	d.well("keyring", words.DoctorNoKeyring) // nothing needs one
}

// service says whether the system starts Unseen, and holds all its ports.
func (d *doctor) service() {
	if !service.Installed(d.home(), d.Getenv) {
		d.well("service", words.ServiceNone)
		return
	}
	held := service.Held(d.home(), d.Getenv)
	missing := slices.DeleteFunc(ports(d.status), func(p int) bool { return p == 0 || slices.Contains(held, p) })
	if len(missing) > 0 {
		d.ill("service", d.words.Say(words.ServiceMissing, "ports", numbers(missing)), "unseen service install")
		return
	}
	d.well("service", words.ServiceThere, "path", service.Dir(d.home(), d.Getenv), "ports", numbers(held))
}

// print writes what was found, without the names of people and their servers.
func (d *doctor) print(format string) error {
	wrong := 0
	for _, a := range d.list {
		if !a.OK {
			wrong++
		}
	}
	if format == "json" {
		if err := json.NewEncoder(d.Out).Encode(d.list); err != nil {
			return fmt.Errorf("writing what was found: %w", err)
		}
	} else {
		for _, a := range d.list {
			mark := words.DoctorWell
			if !a.OK {
				mark = words.DoctorIll
			}
			fmt.Fprintln(d.Out, words.Plain(d.words.Say(mark)+"  "+a.Check+": "+a.of+a.Text))
			if a.Remedy != "" {
				fmt.Fprintln(d.Out, words.Plain("      "+a.Remedy))
			}
		}
	}
	if wrong > 0 {
		return errSaid
	}
	return nil
}

// anyAddress is a mail address, or a user before a host: what quotes a file of the reader's
// can have one that is of no account, and accounts are not known while nothing runs.
var anyAddress = regexp.MustCompile(`[^\s"'<>(),;:/]+(:[^\s"'<>(),;/]*)?@[^\s"'<>(),;]+`)

// redact hides in what was found what is not for others to read.
func (d *doctor) redact() {
	hide := d.redactor()
	for i := range d.list {
		a := &d.list[i]
		a.Text, a.Remedy = anyAddress.ReplaceAllString(hide.Replace(a.Text), "…@…"), anyAddress.ReplaceAllString(hide.Replace(a.Remedy), "…@…")
	}
}

// redactor hides addresses, servers that are not everybody's, and the home
// directory: what doctor prints is for others to read.
func (d *doctor) redactor() *strings.Replacer {
	var pairs []string
	for i, a := range d.status.Accounts {
		name := d.words.Say(words.DoctorAccount, "n", i+1)
		pairs = append(pairs, a.Address, name)
		for _, e := range []*api.Endpoint{&a.IMAP, a.SMTP} {
			if e != nil && e.Host != "" && !account.Loopback(e.Host) {
				pairs = append(pairs, e.Host, d.words.Say(words.DoctorServer, "account", name))
			}
		}
	}
	if home := d.home(); len(home) > 1 {
		pairs = append(pairs, home, "~")
	}
	return strings.NewReplacer(pairs...)
}
