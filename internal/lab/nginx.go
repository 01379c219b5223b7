package lab

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nginxModule is where Debian keeps nginx's mail proxy.
const nginxModule = "/usr/lib/nginx/modules/ngx_mail_module.so"

// StartNginx starts nginx as an IMAP proxy in front of a server, without TLS, and
// returns its address. It is as nginx comes, but for one process instead of several.
// It ends with the test.
func StartNginx(t testing.TB, addr string) string {
	t.Helper()
	Need(t, "nginx")
	if _, err := os.Stat(nginxModule); err != nil {
		Missing(t, "nginx's mail module is not installed")
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	// nginx asks by HTTP where a login leads.
	asked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Auth-Status", "OK")
		w.Header().Set("Auth-Server", host)
		w.Header().Set("Auth-Port", port)
	}))
	t.Cleanup(asked.Close)
	dir, at := Dir(t), fmt.Sprintf("127.0.0.1:%d", FreePort(t))
	conf := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(`load_module %s;
daemon off;
master_process off;
pid %s/pid;
error_log stderr;
events { }
mail {
    auth_http %s/auth;
    imap_capabilities IMAP4rev1 UIDPLUS;
    server { listen %s; protocol imap; }
}
`, nginxModule, dir, asked.URL, at)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	runNginx(t, conf, dir, at)
	return at
}

// runNginx runs it until the test ends, and returns when it greets.
func runNginx(t testing.TB, conf, dir, at string) {
	t.Helper()
	cmd := exec.Command(find("nginx"), "-c", conf, "-p", dir, "-e", "stderr")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting nginx: %v", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // how it ended does not matter
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
	})
	greeted := false
	Until(patience, func() bool {
		greeted = greets(at)
		return greeted || isClosed(ended)
	})
	if !greeted {
		_ = cmd.Process.Kill()
		<-ended
		t.Fatalf("nginx does not greet on %s:\n%s", at, said.String())
	}
}
