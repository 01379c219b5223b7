package lab

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// A Browser is one tab of a Chromium as a reader uses it, with scripts, spoken to by
// its DevTools protocol. Requests for other machines are blocked in it.
type Browser struct {
	t  testing.TB
	ws *websocket.Conn

	mu sync.Mutex // guards what follows: one command at a time
	n  int
}

// StartBrowser starts a Chromium without a window. It ends with the test.
func StartBrowser(t testing.TB) *Browser {
	t.Helper()
	return openTab(t, startChromium(t, "--user-data-dir="+filepath.Join(Dir(t), "browser"),
		"--disable-background-networking", "--remote-allow-origins=*", "--hide-scrollbars", "--force-device-scale-factor=1",
		"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost , EXCLUDE *.localhost",
		"--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable"))
}

// openTab connects to the first tab.
func openTab(t testing.TB, addr string) *Browser {
	t.Helper()
	var tab struct {
		Socket string `json:"webSocketDebuggerUrl"`
	}
	if err := (&Chromium{control: "http://" + addr + "/json/"}).ask("PUT", "new?about:blank", &tab); err != nil {
		t.Fatalf("opening a tab: %v", err)
	}
	ws, err := websocket.Dial(tab.Socket, "", "http://127.0.0.1")
	if err != nil {
		t.Fatalf("connecting to the tab: %v", err)
	}
	ws.MaxPayloadBytes = 64 << 20
	t.Cleanup(func() { ws.Close() })
	b := &Browser{t: t, ws: ws}
	b.Do("Page.enable", nil, nil)
	b.Do("Network.enable", nil, nil)
	return b
}

// Do sends one command and reads its result.
func (b *Browser) Do(method string, params, result any) {
	b.t.Helper()
	if err := b.do(method, params, result); err != nil {
		b.t.Fatalf("chromium: %s: %v", method, err)
	}
}

// do is Do with its error.
func (b *Browser) do(method string, params, result any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
	if params == nil {
		params = struct{}{}
	}
	if err := b.ws.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if err := websocket.JSON.Send(b.ws, map[string]any{"id": b.n, "method": method, "params": params}); err != nil {
		return err
	}
	for {
		var answer struct {
			ID     int             `json:"id"`
			Result json.RawMessage `json:"result"`
			Error  *struct {
				Message string `json:"message"`
			} `json:"error"`
		}
		if err := websocket.JSON.Receive(b.ws, &answer); err != nil {
			return err
		}
		switch {
		case answer.ID != b.n: // an event
		case answer.Error != nil:
			return fmt.Errorf("lab: %s", answer.Error.Message)
		case result == nil:
			return nil
		default:
			return json.Unmarshal(answer.Result, result)
		}
	}
}

// Language sets what the browser says that its reader reads.
func (b *Browser) Language(lang string) {
	b.t.Helper()
	b.Do("Network.setExtraHTTPHeaders", map[string]any{"headers": map[string]string{"Accept-Language": lang}}, nil)
}

// Look sets the width of the window and whether the system is dark.
func (b *Browser) Look(width int, dark bool) {
	b.t.Helper()
	b.Do("Emulation.setDeviceMetricsOverride",
		map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.Do("Emulation.setEmulatedMedia",
		map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// Open goes to an address and waits until it is there.
func (b *Browser) Open(address string) {
	b.t.Helper()
	b.Do("Page.navigate", map[string]any{"url": address}, nil)
	b.settle()
}

// Click clicks what a selector finds first, and waits for what comes of it.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	found := b.Eval(fmt.Sprintf("(e => { if (!e) return 'none'; window.before = true; e.click(); return 'clicked' })(document.querySelector(%q))", selector))
	if found != "clicked" {
		b.t.Fatalf("the page has no %s:\n%v", selector, b.Eval("document.body.innerText"))
	}
	b.settle()
}

// settle waits until the page that was asked for is there.
func (b *Browser) settle() {
	b.t.Helper()
	ready := Until(patience, func() bool {
		var got struct {
			Result struct {
				Value any `json:"value"`
			} `json:"result"`
		}
		expr := map[string]any{"expression": "document.readyState == 'complete' && !window.before", "returnByValue": true}
		return b.do("Runtime.evaluate", expr, &got) == nil && got.Result.Value == true
	})
	if !ready {
		b.t.Fatal("the page did not come")
	}
}

// Eval evaluates an expression in the page, and waits for a promise.
func (b *Browser) Eval(expression string) any {
	b.t.Helper()
	var got struct {
		Result struct {
			Value       any    `json:"value"`
			Description string `json:"description"`
		} `json:"result"`
		Exception any `json:"exceptionDetails"`
	}
	b.Do("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &got)
	if got.Exception != nil {
		b.t.Fatalf("in the page: %s", got.Result.Description)
	}
	return got.Result.Value
}

// Picture is the whole page as PNG.
func (b *Browser) Picture() []byte {
	b.t.Helper()
	return b.png(true)
}

// View is what of the page is in the window, as PNG.
func (b *Browser) View() []byte {
	b.t.Helper()
	return b.png(false)
}

// png makes a picture.
func (b *Browser) png(whole bool) []byte {
	b.t.Helper()
	var got struct {
		Data string `json:"data"`
	}
	b.Do("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": whole}, &got)
	png, err := base64.StdEncoding.DecodeString(got.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	return png
}
