package daemon_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/native"
)

// addOnPages is where the pages of an add-on are.
const addOnPages = "moz-extension://0b5a7a4e-9c1e-4d57-8f0c-1f0f6f1d2c3b"

// knock asks at a door; it is 0 if nobody is there.
func knock(t *testing.T, code, path, token string, body any) (int, io.ReadCloser) {
	t.Helper()
	port, _, _ := strings.Cut(code, "-")
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest("POST", "http://127.0.0.1:"+port+path, strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", addOnPages)
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp.StatusCode, resp.Body
}

// eventually waits for an answer.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !yes(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain for " + what)
		}
	}
}

// code asks for a code, and waits until somebody listens for it.
func (h *house) code() string {
	h.t.Helper()
	got, err := h.client.AddOnPair(context.Background())
	if err != nil || !strings.Contains(string(got.Code), "-") || time.Until(got.Until) < time.Minute {
		h.t.Fatalf("the code is %+v, %v", got.Until, err)
	}
	eventually(h.t, "the door", func() bool {
		status, _ := knock(h.t, string(got.Code), "/ask", "", nil)
		return status == 401
	})
	return string(got.Code)
}

// An add-on that brings the code is let in, is answered and told news, also after a
// restart, until that is taken back; then nothing listens any more.
func TestAddOnDoor(t *testing.T) {
	h := newHouse(t)
	h.start()
	code := h.code()
	status, body := knock(t, code, "/pair", "", map[string]string{"code": strings.ToLower(strings.ReplaceAll(code, "-", " "))})
	var got struct {
		Token string `json:"token"`
	}
	if status != 200 || json.NewDecoder(body).Decode(&got) != nil || len(got.Token) < 40 {
		t.Fatalf("the code gets %d, %q", status, got.Token)
	}
	if status, _ := knock(t, code, "/pair", "", map[string]string{"code": code}); status != 403 {
		t.Errorf("the code counts twice: %d", status)
	}
	hello := native.Request{ID: 3, Method: "GET", Path: "/v1/addon"}
	answered := func() bool {
		status, body := knock(t, code, "/ask", got.Token, hello)
		if status != 200 {
			return false
		}
		var m native.Message
		return json.NewDecoder(body).Decode(&m) == nil && m.ID == 3 && m.Error == nil && strings.Contains(string(m.Body), "gateway")
	}
	if !answered() {
		t.Error("the token is not taken")
	}
	_, news := knock(t, code, "/news", got.Token, struct{}{})
	lines := bufio.NewScanner(news)
	if !lines.Scan() || lines.Text() != `{"daemon":"up"}` {
		t.Errorf("the news begin with %q", lines.Text())
	}
	h.shows(inThunderbird, crlf(mailFrom("shop.example", pixel)))
	h.decide("granted", "shop.example")
	if !lines.Scan() || !strings.Contains(lines.Text(), `"sender":"shop.example"`) {
		t.Errorf("of a yes it is told %q", lines.Text())
	}
	h.restart()
	eventually(t, "the door after a restart", answered)
	out, err := h.client.AddOnUnpair(context.Background())
	if err != nil || out.Was != 1 {
		t.Errorf("taken back from %+v, %v", out, err)
	}
	eventually(t, "the door to be shut", func() bool { status, _ := knock(t, code, "/ask", got.Token, hello); return status == 0 })
}

// A code may be wrong five times; then it counts no more, and nobody listens.
func TestAddOnDoorGuessed(t *testing.T) {
	h := newHouse(t)
	h.start()
	code := h.code()
	for i := range 5 {
		if status, _ := knock(t, code, "/pair", "", map[string]string{"code": code + "A"}); status != 403 {
			t.Errorf("guess %d gets %d", i, status)
		}
	}
	if status, _ := knock(t, code, "/pair", "", map[string]string{"code": code}); status == 200 {
		t.Error("after five guesses the code still counts")
	}
	if again := h.code(); again == code {
		t.Error("the same code is given out again")
	}
}
