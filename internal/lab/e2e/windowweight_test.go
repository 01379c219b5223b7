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

// crowded answers what the window asks, with a crowd of senders.
func crowded() api.Service {
	now := time.Now()
	var s api.Service
	s.Status = func(context.Context) (api.Status, error) {
		return api.Status{Since: now, Mail: api.Mail{Messages: crowd}, Accounts: []api.Account{{Address: reader}}}, nil
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
		page := api.SenderPage{Total: crowd, Matching: crowd}
		for i := q.Offset; i < min(crowd, q.Offset+q.Limit); i++ {
			key := fmt.Sprintf("sender-%06d.example", i)
			page.Senders = append(page.Senders, api.SenderRow{First: now, Sender: api.Sender{
				Key: key, Display: fmt.Sprint("Letters of ", i), Address: "news@" + key, Authenticated: true, Messages: 1 + i%97, Last: now, Account: reader,
			}})
		}
		return page, nil
	}
	return s
}

// BenchmarkWindow starts the window before 100,000 senders: how long until it is on the
// screen, what it weighs at first, and what with all senders in its list.
func BenchmarkWindow(b *testing.B) {
	lab.Need(b, "gcc", "Xvfb", "xdotool")
	dir := b.TempDir()
	build := exec.Command("go", "build", "-trimpath", "-tags", "gui", "-o", dir+"/", "./cmd/unseen-gui")
	build.Dir, build.Env = lab.Root(b), append(os.Environ(), "CGO_ENABLED=1")
	if said, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building: %v\n%s", err, said)
	}
	if err := os.Mkdir(filepath.Join(dir, "run"), 0o700); err != nil {
		b.Fatal(err)
	}
	ln, err := api.Listen(filepath.Join(dir, "run", "control.sock"))
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() {
		if err := (&api.Server{Service: crowded()}).Serve(ctx, ln); err != nil {
			b.Error(err)
		}
	})
	defer served.Wait()
	defer cancel()
	display := lab.StartDisplay(b)
	var first []float64
	var small, large float64
	for b.Loop() {
		for _, page := range []string{"today", "senders"} {
			cmd := exec.Command(filepath.Join(dir, "unseen-gui"), page)
			cmd.Env = append(os.Environ(), "DISPLAY="+display.Name, "HOME="+dir, "UNSEEN_CONFIG="+filepath.Join(dir, "config.toml"), "UNSEEN_DATA="+filepath.Join(dir, "data"),
				"UNSEEN_RUNTIME="+filepath.Join(dir, "run"), "LIBGL_ALWAYS_SOFTWARE=1", "FYNE_SCALE=1", "LANG=C.UTF-8", "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(dir, "none"))
			begin := time.Now()
			if err := cmd.Start(); err != nil {
				b.Fatal(err)
			}
			if display.Window("^Unseen$", time.Minute) == "" {
				b.Fatal("there is no window")
			}
			first = append(first, float64(time.Since(begin).Milliseconds()))
			time.Sleep(10 * time.Second) // until it has read what it shows
			large, _ = weight(b, cmd.Process.Pid)
			if page == "today" {
				small = large
			}
			_ = cmd.Process.Kill() // it keeps nothing that anybody needs
			_ = cmd.Wait()         // how it ended does not matter
		}
	}
	b.ReportMetric(median(first), "ms-to-window")
	b.ReportMetric(small, "MB-today")
	b.ReportMetric(large, "MB-senders")
}
