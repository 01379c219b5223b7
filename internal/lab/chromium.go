package lab

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Chromium is a running Chromium without a window and, as in a mail program,
// without scripts.
type Chromium struct{ control string }

// StartChromium starts Chromium with a profile of its own. It ends with the test.
// It takes an [Island] to keep what it asks its makers away from them.
func StartChromium(t testing.TB) *Chromium {
	t.Helper()
	addr := startChromium(t, "--user-data-dir="+filepath.Join(Dir(t), "chromium"),
		"--blink-settings=scriptEnabled=false", "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
		"--autoplay-policy=no-user-gesture-required")
	return &Chromium{control: "http://" + addr + "/json/"}
}

// StartChromiumBy starts one that asks a proxy for everything, this machine included, and
// may read files of this machine.
func StartChromiumBy(t testing.TB, proxy string) *Chromium {
	t.Helper()
	addr := startChromium(t, "--user-data-dir="+filepath.Join(Dir(t), "chromium"), "--proxy-server=http://"+proxy, "--proxy-bypass-list=<-loopback>",
		"--blink-settings=scriptEnabled=false", "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable")
	return &Chromium{control: "http://" + addr + "/json/"}
}

// startChromium starts a Chromium without a window, which ends with the test, and
// returns the address at which it can be spoken to.
func startChromium(t testing.TB, args ...string) string {
	t.Helper()
	Need(t, "chromium")
	args = append([]string{"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-component-update", "--disable-sync", "--remote-debugging-port=0"}, args...)
	cmd := exec.Command(find("chromium"), append(args, "about:blank")...)
	cmd.Env = append(withoutDisplay(), "HOME="+Dir(t))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting chromium: %v", err)
	}
	where, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(said)
		for lines.Scan() {
			if _, at, ok := strings.Cut(lines.Text(), "DevTools listening on ws://"); ok {
				where <- at
			}
		}
	}()
	t.Cleanup(func() {
		// The group takes the processes of the tabs along.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
		_ = cmd.Wait() // how it ended does not matter
	})
	select {
	case at := <-where:
		addr, _, _ := strings.Cut(at, "/")
		return addr
	case <-ended:
		t.Fatal("chromium ended at once")
	case <-time.After(patience):
		t.Fatal("chromium did not say where it can be spoken to")
	}
	return ""
}

// Open opens pages, each in a tab of its own, shows them one after the other, for a
// while in all, and closes them. What is behind others loads no film or sound.
func (c *Chromium) Open(t testing.TB, while time.Duration, pages ...string) {
	t.Helper()
	var tabs []string
	for _, page := range pages {
		var tab struct {
			ID string `json:"id"`
		}
		if err := c.ask(http.MethodPut, "new?"+url.QueryEscape(page), &tab); err != nil {
			t.Fatalf("opening %s: %v", page, err)
		}
		tabs = append(tabs, tab.ID)
	}
	for _, tab := range tabs {
		_ = c.ask(http.MethodGet, "activate/"+tab, nil) // see below
		time.Sleep(while / time.Duration(len(tabs)))
	}
	for _, tab := range tabs {
		_ = c.ask(http.MethodGet, "close/"+tab, nil) // some pages put another tab in the place of theirs
	}
}

// ask speaks to Chromium's remote control.
func (c *Chromium) ask(method, what string, result any) error {
	req, err := http.NewRequest(method, c.control+what, nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Timeout: patience, Transport: &http.Transport{}}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("lab: chromium answers %s", resp.Status)
	}
	if result == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(result)
}
