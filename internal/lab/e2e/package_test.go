package e2e_test

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// provided are the names of the reader's mail servers, which no table knows.
const provided = "imap.example.org"

// Somebody who has Thunderbird and never saw Unseen installs the package that was made,
// starts it as its entry in the menu does, and is led by the wizard alone to the first
// pixel that is held in Thunderbird: with the mouse, and two words that are typed, the
// address and the password. How long each step took is printed, and UNSEEN_PICTURES
// keeps a picture of each. The package is UNSEEN_DEB; "make packages-test" makes it.
func TestFirstPixel(t *testing.T) {
	deb := os.Getenv("UNSEEN_DEB")
	if deb == "" {
		t.Skip("runs from make packages-test, with the package that was made")
	}
	lab.Need(t, "dovecot", "thunderbird", "openbox", "xfce4-panel", "xdotool", "import", "dbus-daemon", "dpkg", "update-ca-certificates")
	if !lab.Aside(t, os.Getenv("UNSEEN_PICTURES")) {
		return
	}
	if path, err := exec.LookPath("unseen"); err == nil {
		t.Fatalf("%s is there before the package is", path)
	}
	lab.Steered(t)
	n := newcomer{names: lab.StartNames(t), sitter: sitDown(t), began: time.Now()}
	t.Cleanup(func() {
		if t.Failed() {
			n.keep("what went wrong")
		}
	})
	n.settle()
	n.began = time.Now()
	n.step("the package lies there")
	n.run("apt-get", "install", "-y", deb)
	n.step("installed")
	n.start()
	n.wizard()
	n.opens()
	fmt.Printf("from the package to the first held pixel: %.0f seconds, %d clicks\n", time.Since(n.began).Seconds(), n.clicks)
}

// A newcomer sits before a desktop with Thunderbird on it.
type newcomer struct {
	*sitter
	names   *lab.Names
	dovecot *lab.Dovecot
	tb      *lab.Thunderbird
	client  *api.Client
	began   time.Time
	clicks  int
}

// step says how long it took to come here, and keeps a picture.
func (n *newcomer) step(what string) {
	n.t.Helper()
	fmt.Printf("%6.1f s  %s\n", time.Since(n.began).Seconds(), what)
	n.keep(what)
}

// run runs something as an administrator does.
func (n *newcomer) run(program string, args ...string) {
	n.t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if said, err := cmd.CombinedOutput(); err != nil {
		n.t.Fatalf("%s: %v\n%s", program, err, said)
	}
}

// settle makes what was there before Unseen: a provider whose certificate is trusted, and a
// Thunderbird that read an account there, and was closed.
func (n *newcomer) settle() {
	n.t.Helper()
	provider := lab.StartProvider(n.t, provided, "smtp.example.org")
	n.dovecot = lab.StartDovecotFor(n.t, map[string][][]byte{login: {newsletter("news@pineandwool.example", "An old letter", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111")}}, provider)
	sink := lab.StartSinkFor(n.t, provider)
	text, err := os.ReadFile(provider.Authority.CAFile)
	if err == nil {
		err = os.WriteFile("/usr/local/share/ca-certificates/unseen-lab.crt", text, 0o644)
	}
	if err != nil {
		n.t.Fatal(err)
	}
	n.run("update-ca-certificates")
	hosts, err := os.ReadFile("/etc/hosts")
	if err == nil {
		err = os.WriteFile("/etc/hosts", append(hosts, "\n127.0.0.1 "+provided+" smtp.example.org\n"...), 0o644)
	}
	if err != nil {
		n.t.Fatal(err)
	}
	called := func(addr, name string) string { return strings.Replace(addr, "127.0.0.1", name, 1) }
	n.tb = lab.StartThunderbird(n.t, lab.Reader{
		IMAP:    lab.Login{Addr: called(n.dovecot.TLSAddr, provided), User: login, CAFile: provider.Authority.CAFile},
		SMTP:    lab.Login{Addr: called(sink.TLSAddr, "smtp.example.org"), User: login, CAFile: provider.Authority.CAFile},
		Address: reader, Prefs: map[string]string{"network.proxy.type": "0"},
	})
	n.tb.Sync(n.t, 1)
	n.tb.Quit(n.t)
	handOver(n.t, n.tb.Profile)
	list := filepath.Join(n.desk.Home, ".thunderbird", "profiles.ini")
	if err := os.MkdirAll(filepath.Dir(list), 0o700); err != nil {
		n.t.Fatal(err)
	}
	ini := "[Profile0]\nName=default\nIsRelative=0\nPath=" + n.tb.Profile + "\nDefault=1\n"
	if err := os.WriteFile(list, []byte(ini), 0o600); err != nil {
		n.t.Fatal(err)
	}
}

// start starts Unseen as its entry in the menus does, and opens the window by its icon.
func (n *newcomer) start() {
	n.t.Helper()
	entry, err := os.ReadFile("/usr/share/applications/io.github.unseen_mail.Unseen.desktop")
	if err != nil {
		n.t.Fatal(err)
	}
	_, command, _ := strings.Cut(string(entry), "\nExec=")
	command, _, _ = strings.Cut(command, "\n")
	before := n.desk.Screen(n.t)
	n.desk.Start(n.t, "sh", "-c", "exec "+command)
	n.client = api.NewClient(n.paths().Socket())
	n.until("a daemon that the icon started", func() bool { _, err := n.client.Status(n.t.Context()); return err == nil })
	where := n.news(before)
	n.step("the icon is there")
	n.at((where.Min.X+where.Max.X)/2, (where.Min.Y+where.Max.Y)/2)
	n.look(n.client)
}

// wizard is led from the first page to a Thunderbird that reads through Unseen.
func (n *newcomer) wizard() {
	n.t.Helper()
	n.main("the first page") // Connect an account
	n.twin.Show("accounts")
	n.twin.Press("Connect an account")
	n.write("entry 1", reader)
	n.clicks++
	n.main("the address is typed")                      // Continue
	n.main("the servers stand there, from Thunderbird") // Continue
	n.until("an account", func() bool {
		list, err := n.client.Accounts(n.t.Context())
		return err == nil && len(list) == 1
	})
	n.main("Thunderbird can be set up") // Set up Thunderbird
	n.until("settings noted", func() bool {
		_, err := os.Stat(filepath.Join(n.paths().Data, "setup", "setup.json"))
		return err == nil
	})
	n.dovecot.Deliver(n.t, login, "", newsletter("news@harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9"))
	n.main("Thunderbird is set up") // Start Thunderbird
}

// opens opens the new letter in Thunderbird, which asks for the password once.
func (n *newcomer) opens() {
	n.t.Helper()
	n.tb.Meet(n.t)
	n.step("Thunderbird is there")
	x, y := n.tb.WhereArrow(n.t)
	n.at(x, y)
	x, y = n.tb.WhereInbox(n.t)
	n.at(x, y)
	prompt := n.desk.Display.Window("assword", patience)
	if prompt == "" {
		n.keep("stuck")
		n.t.Fatal("Thunderbird asks for no password")
	}
	// It is typed into when it can be seen: a window is there before it is drawn.
	n.until("a place for the password", func() bool { return colours(n.desk.Picture(n.t, prompt)) > 20 })
	n.step("Thunderbird asks for the password")
	n.do("type", "--delay", "20", lab.Password)
	n.key("Return")
	x, y = n.tb.WhereMessage(n.t, "Five novels")
	n.step("the letter arrived")
	// The list may move under the hand while mail comes in; then it is clicked again.
	n.until("the letter chosen", func() bool {
		n.at(x, y)
		chosen := lab.Until(patience/20, func() bool { return n.tb.Chosen(n.t, "Five novels") })
		if !chosen {
			x, y = n.tb.WhereMessage(n.t, "Five novels")
		}
		return chosen
	})
	var shown lab.Shown
	n.until("the letter open", func() (whole bool) {
		shown, whole = n.tb.Shows(n.t, "Five novels")
		return whole
	})
	i := &icon{bus: n.desk.Bus, name: n.item()}
	n.until("a held pixel", func() bool {
		events, err := n.client.Events(n.t.Context(), -1, 50)
		held := err == nil && slices.ContainsFunc(events, func(e api.Event) bool {
			return e.Kind == "load" && e.Outcome == "held" && e.Host == "clicks.harbourbooks.example"
		})
		return held && strings.Contains(i.says(), "held something new")
	})
	n.step("the letter is open, and its pixel held")
	st, err := n.client.Status(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	if len(shown.Images) != 1 || !strings.HasPrefix(shown.Images[0].Src, st.Gateway.Origin+"/p/") || shown.Images[0].Width != 1 {
		n.t.Errorf("Thunderbird shows %+v", shown.Images)
	}
	for name, what := range n.names.Forget() {
		if strings.HasSuffix(name, "harbourbooks.example") {
			n.t.Errorf("%s learnt of it: %q", name, what)
		}
	}
	n.do("windowactivate", "--sync", n.found)
	n.until("a window that is drawn", func() bool { return !filled(n.desk.Picture(n.t, n.found)).Empty() })
	n.step("the window says that it works")
}

// at clicks on a place of the screen.
func (n *newcomer) at(x, y int) {
	n.t.Helper()
	n.clicks++
	n.do("mousemove", strconv.Itoa(x), strconv.Itoa(y), "click", "1")
}

// main waits until there is one filled button in the window, as there is where one thing is
// to be done next, and clicks it. Its colour is what a reader finds it by.
func (n *newcomer) main(step string) {
	n.t.Helper()
	var where image.Rectangle
	n.until("a button for: "+step, func() bool {
		found := filled(n.desk.Picture(n.t, n.found))
		// It has to stand still: what is being drawn may move it.
		same := found == where && !found.Empty()
		where = found
		return same
	})
	n.step(step)
	n.clicks++
	n.do("mousemove", "--window", n.found, strconv.Itoa((where.Min.X+where.Max.X)/2), strconv.Itoa((where.Min.Y+where.Max.Y)/2), "click", "1")
	// Until the page has changed: the next button may stand where this one does.
	n.until("what comes after: "+step, func() bool { return filled(n.desk.Picture(n.t, n.found)) != where })
}

// colours counts those of a picture.
func colours(img image.Image) int {
	all := make(map[[3]uint32]bool)
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			all[[3]uint32{r, g, b}] = true
		}
	}
	return len(all)
}

// filled is where the first filled button of a window is: the colour of the seal, in light or
// dark, wider than it is high. Empty if there is none.
func filled(img image.Image) (where image.Rectangle) {
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		from, row := 0, image.Rectangle{}
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if !seal(img, x, y) {
				from = x + 1
			} else if x-from > row.Dx() {
				row = image.Rect(from, y, x, y+1)
			}
		}
		switch {
		case row.Dx() > 60 && (where.Empty() || y <= where.Max.Y+30):
			where = where.Union(row)
		case !where.Empty() && y > where.Max.Y+30:
			return where
		}
	}
	return where
}

// seal says whether a place has the colour of a filled button.
func seal(img image.Image, x, y int) bool {
	r, g, b, _ := img.At(x, y).RGBA()
	near := func(v uint32, want int) bool { return max(int(v>>8), want)-min(int(v>>8), want) < 12 }
	return near(r, 0x1e) && near(g, 0x5e) && near(b, 0x5a) || near(r, 0x7f) && near(g, 0xc7) && near(b, 0xbf)
}
