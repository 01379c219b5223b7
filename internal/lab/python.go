package lab

import (
	"bytes"
	"encoding/json"
	"net"
	"os/exec"
	"testing"
)

// Imaplib runs a Python script that finds "box", an imaplib.IMAP4 that is
// logged in, and "args", what is given here. What the script puts into
// "result" comes back into result; octets are strings of Latin-1 on both ways.
func Imaplib(t testing.TB, l Login, script string, result any, args ...any) {
	t.Helper()
	Need(t, "python3")
	host, port, err := net.SplitHostPort(l.Addr)
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(map[string]any{"host": host, "port": port, "user": l.User, "password": l.password(), "args": args})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-I", "-c", imaplibBefore+script+imaplibAfter)
	cmd.Stdin = bytes.NewReader(in)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("python3: %v\n%s", err, said.String())
	}
	if err := json.Unmarshal(out.Bytes(), result); err != nil {
		t.Fatalf("reading what python3 says: %v\n%.500s", err, out.String())
	}
}

const imaplibBefore = `
import imaplib, json, sys
given = json.load(sys.stdin)
args = given["args"]
box = imaplib.IMAP4(given["host"], int(given["port"]), timeout=60)
box.login(given["user"], given["password"])

def ok(answer):
    "the data of an answer that must be OK"
    status, data = answer
    if status != "OK":
        raise SystemExit("%s %s" % (status, data))
    return data

def literal(answer):
    "the octets of the one literal in an answer"
    return [part[1] for part in ok(answer) if isinstance(part, tuple)][0].decode("latin-1")

`

const imaplibAfter = `
box.logout()
json.dump(result, sys.stdout)
`
