package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/service"
	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/words"
)

// serviceCommand lets the system start Unseen.
type serviceCommand struct {
	Install serviceInstall `cmd:"" help:"${help_service_install}"`
	Remove  serviceRemove  `cmd:"" help:"${help_service_remove}"`
	Status  serviceStatus  `cmd:"" help:"${help_service_status}"`
}

type (
	serviceInstall struct {
		NoStart bool `help:"${help_service_no_start}"`
	}
	serviceRemove struct{}
	serviceStatus struct{}
)

// ports are all ports of this machine that Unseen needs.
func ports(st api.Status) []int {
	list := []int{st.Gateway.Port}
	for _, a := range st.Accounts {
		list = append(list, a.Local.IMAP, a.Local.IMAPS)
		if a.Local.SMTP != 0 {
			list = append(list, a.Local.SMTP)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// systemdOnly refuses where there is no systemd to be told.
func (s *session) systemdOnly() error {
	if runtime.GOOS != "linux" {
		return s.fault(nil, words.ServiceElsewhere, words.ServiceElsewhereHint, "system", runtime.GOOS)
	}
	return nil
}

// Run writes the units, for the ports that Unseen has now, and starts them.
func (c *serviceInstall) Run(ctx context.Context, s *session) error {
	if err := s.systemdOnly(); err != nil {
		return err
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	status, err := client.Status(ctx)
	if errors.Is(err, api.ErrNotRunning) {
		return s.fault(err, words.ServiceNeedsRun, words.ServiceNeedsRunHint)
	}
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	var env []string
	for _, name := range []string{"UNSEEN_CONFIG", "UNSEEN_DATA", "UNSEEN_RUNTIME"} {
		if value := s.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	dir := service.Dir(s.home(), s.Getenv)
	list := ports(status)
	if way, err := client.Proxy(ctx); err == nil {
		for _, at := range []string{way.SOCKS, way.HTTP} {
			var port int
			if _, err := fmt.Sscanf(at, setup.Host+":%d", &port); err == nil {
				list = append(list, port)
			}
		}
	}
	if err := service.Install(dir, service.Units(program, list, env)); err != nil {
		return s.unserved(err)
	}
	s.say(words.ServiceWritten, "path", dir)
	if c.NoStart {
		return nil
	}
	return s.begin(ctx, status.PID)
}

// begin lets systemd start the units. The Unseen that runs has the ports, so it has
// to end first; its owner does that.
func (s *session) begin(ctx context.Context, pid int) error {
	if err := systemctl(ctx, "daemon-reload"); err != nil {
		s.say(words.ServiceByHand, "what", err, "commands", "systemctl --user daemon-reload; systemctl --user enable --now "+service.Socket+" "+service.Service)
		return nil
	}
	if err := systemctl(ctx, "enable", service.Socket, service.Service); err != nil {
		return s.unserved(err)
	}
	s.say(words.ServiceEnabled, "pid", pid, "command", "systemctl --user start "+service.Socket+" "+service.Service)
	return nil
}

// unserved says why the service could not be changed.
func (s *session) unserved(err error) error {
	if errors.Is(err, service.ErrForeign) {
		return s.fault(err, words.ServiceForeign, words.ServiceForeignHint, "path", service.Dir(s.home(), s.Getenv))
	}
	return err
}

// systemctl tells this user's systemd something.
func systemctl(ctx context.Context, args ...string) error {
	out, err := exec.CommandContext(ctx, "systemctl", append([]string{"--user"}, args...)...).CombinedOutput()
	if err != nil && len(out) > 0 {
		return fmt.Errorf("systemctl: %s", strings.TrimSpace(strings.ReplaceAll(string(out), "\n", " ")))
	}
	if err != nil {
		return fmt.Errorf("systemctl: %w", err)
	}
	return nil
}

// Run stops the units and takes them away.
func (c *serviceRemove) Run(ctx context.Context, s *session) error {
	if err := s.systemdOnly(); err != nil {
		return err
	}
	dir := service.Dir(s.home(), s.Getenv)
	if !service.Installed(s.home(), s.Getenv) {
		s.say(words.ServiceNone)
		return nil
	}
	_ = systemctl(ctx, "disable", "--now", service.Socket, service.Service) // where there is no systemd nothing runs
	if _, err := service.Remove(dir); err != nil {
		return s.unserved(err)
	}
	_ = systemctl(ctx, "daemon-reload")
	s.say(words.ServiceRemoved, "path", dir)
	return nil
}

// Run says whether the units are there, and whether they hold the ports that Unseen
// needs by now.
func (c *serviceStatus) Run(ctx context.Context, s *session) error {
	if !service.Installed(s.home(), s.Getenv) {
		s.say(words.ServiceNone)
		return nil
	}
	held := service.Held(s.home(), s.Getenv)
	s.say(words.ServiceThere, "path", service.Dir(s.home(), s.Getenv), "ports", numbers(held))
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	status, err := client.Status(ctx)
	if errors.Is(err, api.ErrNotRunning) {
		s.say(words.ServiceStill)
		return nil
	}
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(ports(status), func(p int) bool { return slices.Contains(held, p) })
	if len(missing) > 0 {
		s.say(words.ServiceMissing, "ports", numbers(missing))
	}
	return nil
}

// numbers lists numbers.
func numbers(list []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]")
}
