package native_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/native"
)

// framed is a message as the mail program writes it.
func framed(text string) []byte {
	return append(binary.NativeEndian.AppendUint32(nil, uint32(len(text))), text...)
}

// told reads the next message to the add-on.
func told(t testing.TB, r io.Reader) native.Message {
	t.Helper()
	var size uint32
	if err := binary.Read(r, binary.NativeEndian, &size); err != nil {
		t.Fatal(err)
	}
	if size > 1<<20 {
		t.Fatalf("a message to the add-on has %d octets", size)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		t.Fatal(err)
	}
	var m native.Message
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []byte
		want func(native.Request, error) bool
	}{
		{"a request", framed(`{"id":7,"method":"GET","path":"/v1/addon"}`), func(q native.Request, err error) bool {
			return err == nil && q.ID == 7 && q.Method == "GET" && q.Path == "/v1/addon"
		}},
		{"a mail", framed(`{"id":8,"mail":"RnJvbTogYQ=="}`), func(q native.Request, err error) bool {
			return err == nil && string(q.Mail) == "From: a"
		}},
		{"the end", nil, func(_ native.Request, err error) bool { return err == io.EOF }},
		{"half a length", []byte{1, 0}, func(_ native.Request, err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		{"half a message", framed(`{"id":7}`)[:6], func(_ native.Request, err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		{"no JSON", framed("hello"), func(_ native.Request, err error) bool {
			var e *api.Error
			return errors.As(err, &e) && e.Code == api.CodeWrong
		}},
		{"too long", binary.NativeEndian.AppendUint32(nil, native.MaxRequest+1), func(_ native.Request, err error) bool {
			return errors.Is(err, native.ErrTooLong)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if q, err := native.Read(bytes.NewReader(c.in)); !c.want(q, err) {
				t.Errorf("read %+v, %v", q, err)
			}
		})
	}
}

// FuzzRead checks that whatever comes is read or refused, and that what is announced
// takes no memory before it comes.
func FuzzRead(f *testing.F) {
	f.Add(framed(`{"id":7,"method":"GET","path":"/v1/addon"}`))
	f.Add([]byte{255, 255, 255, 2, 1})
	f.Add(framed(`{"id":1e99,"mail":"*"}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bytes.NewReader(in)
		for {
			_, err := native.Read(r)
			var wrong *api.Error
			if err != nil && !errors.As(err, &wrong) {
				return
			}
		}
	})
}

// A long answer comes in parts, none longer than the mail program takes, and is the
// same when they are joined.
func TestWriteInParts(t *testing.T) {
	for name, long := range map[string]string{
		"plain": strings.Repeat("words and ", 300_000), "quotes": strings.Repeat(`"\`, 700_000), "letters of three octets": strings.Repeat("読", 500_000),
	} {
		t.Run(name, func(t *testing.T) {
			body, err := json.Marshal(long)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := native.Write(&out, native.Message{ID: 3, Body: body}); err != nil {
				t.Fatal(err)
			}
			var joined strings.Builder
			parts := 0
			for m := told(t, &out); m.Parts == 0; m = told(t, &out) {
				joined.WriteString(m.Part)
				if parts++; m.ID != 3 {
					t.Fatalf("a part of %d", m.ID)
				}
			}
			if joined.String() != string(body) || parts < 2 || out.Len() != 0 {
				t.Errorf("%d octets in %d parts of %d", joined.Len(), parts, len(body))
			}
		})
	}
}

func TestAllowed(t *testing.T) {
	for what, want := range map[string]bool{
		"GET /v1/addon": true, "POST /v1/addon/messages?account=a": true, "POST /v1/questions/answer": true,
		"POST /v1/forget": false, "POST /v1/accounts": false, "POST /v1/suspend": false, "POST /v1/consent/import": false,
		"GET /v1/events/follow": false, "DELETE /v1/addon": false, "GET //v1/addon": false, "GET /v1/addon/../forget": false,
	} {
		method, path, _ := strings.Cut(what, " ")
		if got := native.Allowed(method, path); got != want {
			t.Errorf("%s: %v", what, got)
		}
	}
}

// A talk is an add-on and its host.
type talk struct {
	t    *testing.T
	in   *io.PipeWriter
	out  *io.PipeReader
	done chan error
}

// newTalk starts a host of a socket.
func newTalk(t *testing.T, socket string) *talk {
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	k := &talk{t: t, in: inWrite, out: outRead, done: make(chan error, 1)}
	go func() {
		err := (&native.Host{Client: api.NewClient(socket)}).Serve(context.Background(), inRead, outWrite)
		outWrite.Close()
		k.done <- err
	}()
	t.Cleanup(func() {
		inWrite.Close()
		io.Copy(io.Discard, outRead)
		if err := <-k.done; err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	return k
}

// ask sends a request and returns its answer; what comes unasked is passed over.
func (k *talk) ask(text string) native.Message {
	k.t.Helper()
	go k.in.Write(framed(text))
	for {
		if m := told(k.t, k.out); m.ID != 0 || m.Error != nil {
			return m
		}
	}
}

// hears waits for something unasked.
func (k *talk) hears(want func(native.Message) bool) {
	k.t.Helper()
	for !want(told(k.t, k.out)) {
	}
}

// runs answers as Unseen does until the returned function is called.
func runs(t *testing.T, socket string, events <-chan api.Event) func() {
	ln, err := api.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	service := api.Service{
		AddOn: api.AddOn{
			Hello: func(context.Context) (api.AddOnHello, error) { return api.AddOnHello{Version: 1}, nil },
			Message: func(_ context.Context, q api.AddOnQuestion, mail io.Reader) (api.AddOnMessage, error) {
				raw, err := io.ReadAll(mail)
				return api.AddOnMessage{Shown: q.Account + " " + string(raw)}, err
			},
		},
		Events: func(context.Context, int64, int) ([]api.Event, error) { return []api.Event{{Seq: 5}}, nil },
		Follow: func(ctx context.Context, after int64, emit func(api.Event) bool) error {
			for {
				select {
				case e := <-events:
					if e.Seq = after + 1; !emit(e) {
						return nil
					}
				case <-ctx.Done():
					return nil
				}
			}
		},
	}
	work.Go(func() { (&api.Server{Service: service}).Serve(ctx, ln) })
	return func() { cancel(); work.Wait() }
}

// The host outlives Unseen, says when it goes and comes, and hands events on that
// change what is decided, and no diary.
func TestServe(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "control.sock")
	k := newTalk(t, socket)
	down := func(m native.Message) bool { return m.Daemon == "down" }
	up := func(m native.Message) bool { return m.Daemon == "up" }
	k.hears(down)
	if m := k.ask(`{"id":1,"method":"GET","path":"/v1/addon"}`); m.Error == nil || m.Error.Code != native.CodeNotRunning || m.Error.Hint == "" {
		t.Errorf("without Unseen: %+v", m)
	}
	events := make(chan api.Event)
	stop := runs(t, socket, events)
	k.hears(up)
	if m := k.ask(`{"id":2,"method":"GET","path":"/v1/addon"}`); m.ID != 2 || !strings.Contains(string(m.Body), `"version":1`) {
		t.Errorf("hello: %+v", m)
	}
	if m := k.ask(`{"id":3,"method":"POST","path":"/v1/addon/messages?account=anna","mail":"RnJvbTogYQ=="}`); !strings.Contains(string(m.Body), "anna From: a") {
		t.Errorf("a mail: %s", m.Body)
	}
	if m := k.ask(`{"id":4,"method":"POST","path":"/v1/forget","body":{}}`); m.Error == nil || m.Error.Code != api.CodeWrong {
		t.Errorf("forbidden: %+v", m)
	}
	if m := k.ask(`{"id":"x"}`); m.Error == nil {
		t.Errorf("no request: %+v", m)
	}
	go func() {
		events <- api.Event{Kind: "load", Outcome: "held"}
		events <- api.Event{Kind: "consent", Outcome: "withdrawn", Sender: "shop.example"}
	}()
	k.hears(func(m native.Message) bool {
		if m.Event != nil && m.Event.Kind == "load" {
			t.Error("it is told of loads")
		}
		return m.Event != nil && m.Event.Outcome == "withdrawn" && m.Event.Sender == "shop.example"
	})
	stop()
	k.hears(down)
	defer runs(t, socket, events)()
	k.hears(up)
}

// What is installed can be started by a mail program, and goes away again.
func TestInstall(t *testing.T) {
	home := filepath.Join(t.TempDir(), "Anna's home")
	data := filepath.Join(home, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	dirs, err := native.Dirs("linux", home)
	if err != nil {
		t.Fatal(err)
	}
	if got := native.Installed(dirs); len(got) != 0 {
		t.Errorf("there already: %v", got)
	}
	program := filepath.Join(home, "echo arguments")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	files, err := native.Install(program, data, dirs)
	if err != nil || len(files) != 3 {
		t.Fatalf("installed %v, %v", files, err)
	}
	if got := native.Installed(dirs); len(got) != 2 {
		t.Errorf("installed: %v", got)
	}
	var m native.Manifest
	body, err := os.ReadFile(files[1])
	if err != nil || json.Unmarshal(body, &m) != nil || m.Name != native.Name || fmt.Sprint(m.AllowedExtensions) != "[unseen@unseen-mail]" {
		t.Errorf("the manifest is %s, %v", body, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, m.Path, "/manifest.json", "unseen@unseen-mail").Output()
	if err != nil || string(out) != "native-messaging /manifest.json unseen@unseen-mail\n" {
		t.Errorf("it starts %q, %v", out, err)
	}
	if gone, err := native.Remove(data, dirs); err != nil || len(gone) != 3 || len(native.Installed(dirs)) != 0 {
		t.Errorf("removed %v, %v", gone, err)
	}
	if gone, err := native.Remove(data, dirs); err != nil || len(gone) != 0 {
		t.Errorf("removed again %v, %v", gone, err)
	}
	if _, err := native.Dirs("plan9", home); !errors.Is(err, native.ErrPlatform) {
		t.Errorf("another system: %v", err)
	}
}
