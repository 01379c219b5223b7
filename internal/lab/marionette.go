package lab

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A marionette speaks to Thunderbird's remote control: JSON arrays behind
// their length and a colon, a command [0, id, name, parameters] and an answer
// [1, id, error, result].
type marionette struct {
	conn net.Conn
	in   *bufio.Reader
	last int
}

// A ScriptError is what a script in Thunderbird, or Thunderbird itself, had to
// say against a command.
type ScriptError struct {
	// Kind is Marionette's name of the error, "javascript error" say.
	Kind string `json:"error"`
	// Message is in its own words.
	Message string `json:"message"`
	// Stack is where it happened.
	Stack string `json:"stacktrace"`
}

// Error returns kind, message and place.
func (e *ScriptError) Error() string {
	stack, _, _ := strings.Cut(e.Stack, "\n")
	return fmt.Sprintf("lab: thunderbird: %s: %s (%s)", e.Kind, e.Message, stack)
}

// portFile is where Thunderbird writes, within its profile, the port that it listens on
// for commands. It does so when it does listen, and removes it when it ends.
const portFile = "MarionetteActivePort"

// dialMarionette connects as soon as Thunderbird says where it listens, reads its
// greeting and opens a session in the chrome context, where everything can be reached. A
// connection that ends without a greeting was to a Thunderbird that starts itself anew.
func dialMarionette(profile string, limit time.Duration) (*marionette, error) {
	var m *marionette
	var err error
	Until(limit, func() bool {
		m, err = greeted(profile)
		return err == nil
	})
	if err != nil {
		return nil, fmt.Errorf("connecting to thunderbird: %w", err)
	}
	if _, err := m.command("WebDriver:NewSession", map[string]any{}); err != nil {
		return nil, err
	}
	if _, err := m.command("Marionette:SetContext", map[string]any{"value": "chrome"}); err != nil {
		return nil, err
	}
	timeouts := map[string]any{"script": patience.Milliseconds()}
	_, err = m.command("WebDriver:SetTimeouts", timeouts)
	return m, err
}

// greeted connects once, and reads the greeting.
func greeted(profile string) (*marionette, error) {
	port, err := os.ReadFile(filepath.Join(profile, portFile))
	if err != nil {
		return nil, err
	}
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", string(port)))
	if err != nil {
		return nil, err
	}
	m := &marionette{conn: conn, in: bufio.NewReader(conn)}
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		conn.Close()
		return nil, err
	}
	if _, err := m.read(); err != nil {
		conn.Close()
		return nil, fmt.Errorf("reading thunderbird's greeting: %w", err)
	}
	return m, nil
}

// script runs the body of an async function and returns what it returns.
func (m *marionette) script(body string, args []any) (json.RawMessage, error) {
	if args == nil {
		args = []any{}
	}
	result, err := m.command("WebDriver:ExecuteScript", map[string]any{
		"script":  "return (async () => {" + body + "})();",
		"args":    args,
		"sandbox": "system",
	})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(result, &answer); err != nil {
		return nil, fmt.Errorf("reading a script's result: %w", err)
	}
	return answer.Value, nil
}

func (m *marionette) command(name string, params any) (json.RawMessage, error) {
	m.last++
	text, err := json.Marshal([]any{0, m.last, name, params})
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", name, err)
	}
	if err := m.conn.SetDeadline(time.Now().Add(2 * patience)); err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(m.conn, "%d:%s", len(text), text); err != nil {
		return nil, fmt.Errorf("sending %s: %w", name, err)
	}
	for {
		raw, err := m.read()
		if err != nil {
			return nil, fmt.Errorf("waiting for %s: %w", name, err)
		}
		result, mine, err := m.answer(raw)
		if mine || err != nil {
			return result, err
		}
	}
}

// answer takes an answer apart, and says whether it belongs to the last
// command.
func (m *marionette) answer(raw []byte) (json.RawMessage, bool, error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil || len(parts) != 4 {
		return nil, false, fmt.Errorf("lab: thunderbird answers %.200q", raw)
	}
	if string(parts[1]) != strconv.Itoa(m.last) {
		return nil, false, nil
	}
	if string(parts[2]) == "null" {
		return parts[3], true, nil
	}
	fault := new(ScriptError)
	if err := json.Unmarshal(parts[2], fault); err != nil {
		return nil, true, fmt.Errorf("lab: thunderbird answers %.200q", raw)
	}
	return nil, true, fault
}

func (m *marionette) read() ([]byte, error) {
	digits, err := m.in.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(digits, ":"))
	if err != nil {
		return nil, fmt.Errorf("reading a length: %w", err)
	}
	raw := make([]byte, n)
	_, err = io.ReadFull(m.in, raw)
	return raw, err
}
