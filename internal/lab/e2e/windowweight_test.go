package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// crowd is how many senders the window has to bear.
const crowd = 100_000

// crowded answers what the window asks, with so many senders.
func crowded(senders int) api.Service {
	now := time.Now()
	var s api.Service
	s.Status = func(context.Context) (api.Status, error) {
		return api.Status{Since: now, Mail: api.Mail{Messages: senders}, Accounts: []api.Account{{Address: reader}}}, nil
	}
	s.Questions = func(context.Context, bool) ([]api.Waiting, error) { return nil, nil }
	s.Events = func(context.Context, int64, int) ([]api.Event, error) { return nil, nil }
	s.Follow = func(ctx context.Context, _ int64, _ func(api.Event) bool) error {
		<-ctx.Done()
		return nil
	}
	s.Faces.Settings = func(context.Context) (api.Settings, error) { return api.Settings{TextSize: 100}, nil }
	s.Faces.Statistics = func(context.Context, api.StatisticsQuery) (api.Statistics, error) { return api.Statistics{}, nil }
	s.Faces.SenderPage = func(_ context.Context, q api.SenderQuery) (api.SenderPage, error) {
		page := api.SenderPage{Total: senders, Matching: senders}
		for i := q.Offset; i < min(senders, q.Offset+q.Limit); i++ {
			key := fmt.Sprintf("sender-%06d.example", i)
			page.Senders = append(page.Senders, api.SenderRow{First: now, Sender: api.Sender{
				Key: key, Display: fmt.Sprint("Letters of ", i), Address: "news@" + key, Authenticated: true, Messages: 1 + i%97, Last: now, Account: reader,
			}})
		}
		return page, nil
	}
	return s
}

// attend answers at the control socket of a directory, until the benchmark ends.
func attend(b *testing.B, runtime string, s api.Service) {
	b.Helper()
	if err := os.Mkdir(runtime, 0o700); err != nil {
		b.Fatal(err)
	}
	ln, err := api.Listen(filepath.Join(runtime, "control.sock"))
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() {
		if err := (&api.Server{Service: s}).Serve(ctx, ln); err != nil {
			b.Error(err)
		}
	})
	b.Cleanup(func() { cancel(); served.Wait() })
}

// BenchmarkWindow starts the window before 100,000 senders and before none, in turns: how
// long until it is on the screen, what it weighs at first, and what with all senders in
// its list.
func BenchmarkWindow(b *testing.B) {
	lab.Need(b, "gcc", "Xvfb", "xdotool")
	dir := b.TempDir()
	build := exec.Command("go", "build", "-trimpath", "-tags", "gui", "-o", dir+"/", "./cmd/unseen-gui")
	build.Dir, build.Env = lab.Root(b), append(os.Environ(), "CGO_ENABLED=1")
	if said, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building: %v\n%s", err, said)
	}
	for run, senders := range map[string]int{"run": crowd, "empty": 0} {
		attend(b, filepath.Join(dir, run), crowded(senders))
	}
	display := lab.StartDisplay(b)
	var first, empty lab.Times
	var small, large float64
	for b.Loop() {
		for _, c := range [...]struct{ run, page string }{{"empty", "today"}, {"run", "today"}, {"run", "senders"}} {
			cmd := exec.Command(filepath.Join(dir, "unseen-gui"), c.page)
			cmd.Env = append(os.Environ(), "DISPLAY="+display.Name, "HOME="+dir, "UNSEEN_CONFIG="+filepath.Join(dir, "config.toml"), "UNSEEN_DATA="+filepath.Join(dir, "data"),
				"UNSEEN_RUNTIME="+filepath.Join(dir, c.run), "LIBGL_ALWAYS_SOFTWARE=1", "FYNE_SCALE=1", "LANG=C.UTF-8", "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(dir, "none"))
			begin := time.Now()
			if err := cmd.Start(); err != nil {
				b.Fatal(err)
			}
			if display.Window("^Unseen$", time.Minute) == "" {
				b.Fatal("there is no window")
			}
			times := &first
			if c.run == "empty" {
				times = &empty
			}
			times.Add(time.Since(begin))
			time.Sleep(10 * time.Second) // until it has read what it shows
			large, _ = weight(b, cmd.Process.Pid)
			if c.page == "today" {
				small = large
			}
			_ = cmd.Process.Kill() // it keeps nothing that anybody needs
			_ = cmd.Wait()         // how it ended does not matter
		}
	}
	// The least: on a busy machine all others say how busy it was.
	b.ReportMetric(first.Least(), "ms-to-window")
	b.ReportMetric(empty.Least(), "ms-empty")
	b.ReportMetric(first.Least()/empty.Least(), "ratio")
	first.Report(b, "window-")
	b.ReportMetric(small, "MB-today")
	b.ReportMetric(large, "MB-senders")
}
