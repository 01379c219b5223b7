package lab

import (
	"bytes"
	"encoding/json"
	"net"
	"os/exec"
	"testing"
)

// An Evolution is Evolution without its windows: its own mail library, Camel, does
// what the windows would have it do.
type Evolution struct {
	in, out Login
	home    string
}

// NewEvolution makes an account of the library. Out may be left out.
func NewEvolution(t testing.TB, in, out Login) *Evolution {
	t.Helper()
	Need(t, "dbus-run-session")
	if err := exec.Command(systemPython, "-c", evolutionNeeds).Run(); err != nil {
		Missing(t, "Evolution's library for Python is not installed")
	}
	if out.Addr == "" {
		out = Login{Addr: "127.0.0.1:9", User: in.User}
	}
	return &Evolution{in: in, out: out, home: Dir(t)}
}

// systemPython is the one that the system's libraries are for.
const systemPython = "/usr/bin/python3"

// Messages returns all messages of the INBOX, in the order of their UIDs.
func (e *Evolution) Messages(t testing.TB) (out []string) {
	t.Helper()
	e.run(t, `result = [stored(uid) for uid in uids]`, &out)
	return out
}

// Search has the server look for messages with a word in their body.
func (e *Evolution) Search(t testing.TB, word string) (uids []string) {
	t.Helper()
	e.run(t, `result = list(inbox.search_by_expression('(match-all (body-contains "%s"))' % args[0], None))`, &uids, word)
	return uids
}

// Move moves a message to another mailbox.
func (e *Evolution) Move(t testing.TB, uid, mailbox string) {
	t.Helper()
	var done bool
	e.run(t, evolutionMove, &done, uid, mailbox)
}

// Reply answers a message, with its HTML quoted as Evolution quotes it.
func (e *Evolution) Reply(t testing.TB, uid, from, to, text string) {
	t.Helper()
	var done bool
	e.run(t, evolutionReply, &done, uid, from, to, text)
}

// run runs a script that finds "store", "inbox" and "uids", and leaves "result".
func (e *Evolution) run(t testing.TB, script string, result any, args ...string) {
	t.Helper()
	given := map[string]any{"home": e.home, "user": e.in.User, "password": e.in.password(), "args": args}
	for name, l := range map[string]Login{"in": e.in, "out": e.out} {
		host, port, err := net.SplitHostPort(l.Addr)
		if err != nil {
			t.Fatal(err)
		}
		given[name] = []string{host, port}
	}
	in, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("dbus-run-session", "--", systemPython, "-I", "-c", evolutionBefore+script+evolutionAfter)
	cmd.Env = append(withoutDisplay(), "HOME="+e.home)
	cmd.Stdin = bytes.NewReader(in)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("evolution's library: %v\n%s", err, said.String())
	}
	if err := json.Unmarshal(out.Bytes(), result); err != nil {
		t.Fatalf("reading what evolution's library says: %v\n%.500s", err, out.String())
	}
}

const evolutionNeeds = `
import gi
gi.require_version("Camel", "1.2")
from gi.repository import Camel
`

const evolutionBefore = `
import gi, json, os, sys
gi.require_version("Camel", "1.2")
from gi.repository import Camel
given = json.load(sys.stdin)
args = given["args"]

class Session(Camel.Session):
    def __init__(self):
        Camel.Session.__init__(self, user_data_dir=os.path.join(given["home"], "data"), user_cache_dir=os.path.join(given["home"], "cache"))

    def do_authenticate_sync(self, service, mechanism, cancellable):
        service.set_password(given["password"])
        return service.authenticate_sync(mechanism, cancellable) == Camel.AuthenticationResult.ACCEPTED

def service(uid, protocol, kind, where):
    one = session.add_service(uid, protocol, kind)
    settings = one.ref_settings()
    settings.set_host(where[0])
    settings.set_port(int(where[1]))
    settings.set_user(given["user"])
    settings.set_auth_mechanism("PLAIN")
    settings.set_security_method(Camel.NetworkSecurityMethod.NONE)
    one.set_settings(settings)
    return one

def stored(uid):
    "a message as the program keeps it, a string of Latin-1"
    inbox.get_message_sync(uid, None)
    for where, _, names in os.walk(os.path.join(given["home"], "cache", "lab", "folders", "INBOX", "cur")):
        if uid in names:
            with open(os.path.join(where, uid), "rb") as file:
                return file.read().decode("latin-1")
    raise SystemExit("message %s is not kept" % uid)

Camel.init(given["home"], False)
Camel.provider_init()
session = Session()
session.set_online(True)
store = service("lab", "imapx", Camel.ProviderType.STORE, given["in"])
store.set_online_sync(True, None)
store.connect_sync(None)
inbox = store.get_folder_sync("INBOX", 0, None)
inbox.refresh_info_sync(None)
uids = sorted(inbox.get_uids(), key=int)
`

const evolutionMove = `
store.get_folder_info_sync(None, Camel.StoreGetFolderInfoFlags.RECURSIVE, None)
trash = store.get_folder_sync(args[1], 0, None)
inbox.transfer_messages_to_sync([args[0]], trash, True, None)
inbox.synchronize_sync(True, None)
result = True
`

const evolutionReply = `
import re
from email import message_from_string
page = next(p for p in message_from_string(stored(args[0])).walk() if p.get_content_type() == "text/html")
quoted = re.sub(r"(?is).*<body[^>]*>(.*)</body>.*", r"\1", page.get_payload(decode=True).decode("utf-8"))
answer = Camel.MimeMessage.new()
answer.set_subject("Re: " + inbox.get_message_sync(args[0], None).get_subject())
author, reader = Camel.InternetAddress.new(), Camel.InternetAddress.new()
author.add("The reader", args[1])
reader.add("", args[2])
answer.set_from(author)
answer.set_recipients(Camel.RECIPIENT_TYPE_TO, reader)
answer.set_date(1770000000, 0)
html = '<html><head></head><body><div>%s</div><blockquote type="cite">%s</blockquote></body></html>' % (args[3], quoted)
data = html.encode("utf-8")
Camel.MimePart.set_content(answer, data, "text/html; charset=utf-8")
answer.set_encoding(Camel.TransferEncoding.ENCODING_QUOTEDPRINTABLE)
way = service("out", "smtp", Camel.ProviderType.TRANSPORT, given["out"])
way.connect_sync(None)
way.send_to_sync(answer, author, reader, None)
way.disconnect_sync(True, None)
result = True
`

const evolutionAfter = `
store.disconnect_sync(True, None)
json.dump(result, sys.stdout)
`
