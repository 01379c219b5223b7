// Package script evaluates a file of proxy auto-configuration: JavaScript that somebody
// else wrote, whose FindProxyForURL says by which proxy an address is reached.
//
// # What the script can do
//
// Compute. There is no network, no file, no timer and no module. No name is ever looked
// up, whatever the script asks: a look-up would tell others of what is being read, and a
// script could make up names that say more. So dnsResolve, isInNet and isResolvable know
// addresses as they are written, and "localhost", and say of every other name that they do
// not know it; myIpAddress is an address of this machine, taken from its interfaces. What
// alert is told goes nowhere.
//
// # Limits
//
// The engine is interrupted after [Question.Limit], and calls nest 200 deep. That bounds
// neither memory nor a regular expression that takes for ever: whoever evaluates a script
// that they do not trust runs [Serve] in a process of its own, which ends itself when it
// takes more than 96 MiB, and is killed when it takes too long, as proxy/pac does. Where
// nobody is left to kill it, it ends itself at a little more than twice its time.
package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/dop251/goja"
)

const (
	// MaxText is how large a script may be, and MaxAnswer what it may answer.
	MaxText, MaxAnswer = 1 << 20, 4 << 10
	// maxQuestion bounds a question: a script in JSON, and an address.
	maxQuestion = 8 << 20
	maxDepth    = 200
	defaultTime = 5 * time.Second
)

// What a script can get wrong.
var (
	// ErrScript means that the script is none, ended with an error, or has no
	// FindProxyForURL.
	ErrScript = errors.New("script: it has no answer")
	// ErrLimit means that it took too long, too much, or said too much.
	ErrLimit = errors.New("script: it goes beyond its limits")
)

// A Question is one for a script.
type Question struct {
	// Text is the script.
	Text string `json:"text"`
	// URL is what is to be reached, and Host the host in it.
	URL  string `json:"url"`
	Host string `json:"host"`
	// Now is the time by which the script's ranges of days and hours go, in the reader's
	// zone; the zero value is the time of this machine.
	Now time.Time `json:"now,omitzero"`
	// Limit is how long it may take. Zero is five seconds.
	Limit time.Duration `json:"limit,omitempty"`
}

// Find asks a script. The answer is what the script said, not yet read.
func Find(q Question) (answer string, err error) {
	defer func() {
		if recover() != nil {
			// A fault of the engine is the script's: it is asked no more.
			answer, err = "", ErrScript
		}
	}()
	if len(q.Text) > MaxText {
		return "", fmt.Errorf("reading %d octets: %w", len(q.Text), ErrLimit)
	}
	if q.Limit <= 0 {
		q.Limit = defaultTime
	}
	if q.Now.IsZero() {
		q.Now = time.Now()
	}
	vm := goja.New()
	vm.SetMaxCallStackSize(maxDepth)
	provide(vm, q.Now)
	late := time.AfterFunc(q.Limit, func() { vm.Interrupt("time") })
	defer late.Stop()
	if _, err := vm.RunString(q.Text); err != nil {
		return "", fault("reading the script", err)
	}
	find, ok := goja.AssertFunction(vm.Get("FindProxyForURL"))
	if !ok {
		return "", fmt.Errorf("looking for FindProxyForURL: %w", ErrScript)
	}
	got, err := find(goja.Undefined(), vm.ToValue(q.URL), vm.ToValue(q.Host))
	if err != nil {
		return "", fault("asking the script", err)
	}
	if goja.IsUndefined(got) || goja.IsNull(got) {
		return "", nil
	}
	// Only a text is taken: what turns into one by the script's own doing may do more.
	said, ok := got.Export().(string)
	switch {
	case !ok:
		return "", fmt.Errorf("reading an answer: %w", ErrScript)
	case len(said) > MaxAnswer:
		return "", fmt.Errorf("reading an answer: %w", ErrLimit)
	}
	return said, nil
}

// fault says why a script has no answer. What the script itself says is not repeated.
func fault(doing string, err error) error {
	var stopped *goja.InterruptedError
	var deep *goja.StackOverflowError
	if errors.As(err, &stopped) || errors.As(err, &deep) {
		return fmt.Errorf("%s: %w", doing, ErrLimit)
	}
	return fmt.Errorf("%s: %w", doing, ErrScript)
}

// An answer is what the process of a script writes.
type answer struct {
	Answer string `json:"answer"`
	// Wrong is "" where there is an answer, else "limit" or "script".
	Wrong string `json:"wrong,omitempty"`
}

// Serve answers one question, as JSON, in a process of its own: it ends the process if
// the script takes too much.
func Serve(in io.Reader, out io.Writer) error {
	bound()
	var q Question
	if err := json.NewDecoder(io.LimitReader(in, maxQuestion)).Decode(&q); err != nil {
		return fmt.Errorf("reading a question: %w", err)
	}
	if q.Limit <= 0 {
		q.Limit = defaultTime
	}
	endAfter(q.Limit)
	var a answer
	said, err := Find(q)
	switch {
	case err == nil:
		a.Answer = said
	case errors.Is(err, ErrLimit):
		a.Wrong = "limit"
	default:
		a.Wrong = "script"
	}
	if err := json.NewEncoder(out).Encode(a); err != nil {
		return fmt.Errorf("answering a question: %w", err)
	}
	return nil
}

// Read reads what [Serve] wrote.
func Read(text []byte) (string, error) {
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return "", fmt.Errorf("reading an answer: %w", ErrLimit)
	}
	switch a.Wrong {
	case "":
		return a.Answer, nil
	case "limit":
		return "", fmt.Errorf("asking the script: %w", ErrLimit)
	}
	return "", fmt.Errorf("asking the script: %w", ErrScript)
}

// literal is the address that a host is as it is written; "" for names.
func literal(host string) string {
	if strings.EqualFold(host, "localhost") {
		return "127.0.0.1"
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if err != nil || a.Zone() != "" {
		return ""
	}
	return a.Unmap().String()
}

// local is an IPv4 address of this machine that is not its own alone, read from its
// interfaces. Nobody is asked.
func local() string {
	nets, err := net.InterfaceAddrs()
	if err != nil {
		return "127.0.0.1"
	}
	for _, n := range nets {
		if p, err := netip.ParsePrefix(n.String()); err == nil && p.Addr().Is4() && p.Addr().IsGlobalUnicast() {
			return p.Addr().String()
		}
	}
	return "127.0.0.1"
}
