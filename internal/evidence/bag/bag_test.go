package bag_test

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/crypto/ssh"

	"github.com/unseen-mail/unseen/internal/evidence/bag"
)

// newKey makes a key to sign with.
func newKey(t testing.TB) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// small is a payload with odd names and an empty file.
var small = map[string]string{
	"data/messages/1.eml":    "From: a@a.example\r\n\r\nHello\r\n",
	"data/messages/2.eml":    strings.Repeat("x", 500),
	"data/empty":             "",
	"data/odd 100% name.txt": "odd",
	"VERIFY.md":              "How to verify.\n",
}

// sealed makes a bag.
func sealed(t testing.TB, files map[string]string, key ssh.Signer) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bag")
	for name, text := range files {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := bag.Seal(dir, []bag.Field{{Label: "Source-Organization", Value: "a reader\nof mail"}}, key); err != nil {
		t.Fatal(err)
	}
	return dir
}

// verify checks a directory.
func verify(t testing.TB, dir string) *bag.Result {
	t.Helper()
	result, err := bag.Verify(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestSealed(t *testing.T) {
	key := newKey(t)
	dir := sealed(t, small, key)
	result := verify(t, dir)
	if !result.Whole() {
		t.Fatalf("problems: %v", result.Problems)
	}
	if result.Files != 4 || result.Octets != 531 {
		t.Errorf("%d files, %d octets", result.Files, result.Octets)
	}
	if result.Fingerprint != ssh.FingerprintSHA256(key.PublicKey()) {
		t.Errorf("fingerprint %s", result.Fingerprint)
	}
	// To seal again is to seal what is there now.
	if err := os.WriteFile(filepath.Join(dir, "data/messages/3.eml"), []byte("later"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := bag.Seal(dir, nil, key); err != nil {
		t.Fatal(err)
	}
	if result := verify(t, dir); !result.Whole() || result.Files != 5 {
		t.Errorf("sealed again: %+v", result)
	}
}

// inMemory reads a directory.
func inMemory(t *testing.T, dir string) fstest.MapFS {
	t.Helper()
	held := make(fstest.MapFS)
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		held[name] = &fstest.MapFile{Data: text, Mode: 0o600}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// TestEveryOctet changes every octet of every file of a bag, one at a time. UNSEEN_LONG=1
// does it with one of 64 KiB.
func TestEveryOctet(t *testing.T) {
	files := maps.Clone(small)
	if os.Getenv("UNSEEN_LONG") == "1" {
		files["data/messages/3.eml"] = strings.Repeat("Coats, shoes and hats.\r\n", 2500)
	}
	held := inMemory(t, sealed(t, files, newKey(t)))
	whole := func() bool {
		result, err := bag.Verify(held)
		if err != nil {
			t.Fatal(err)
		}
		return result.Whole()
	}
	var octets int
	for name, file := range held {
		for i := range file.Data {
			octets++
			was := file.Data[i]
			file.Data[i] ^= byte(1 << mathrand.IntN(8))
			if whole() {
				t.Errorf("%s: octet %d (%q to %q) changed and not noticed", name, i, was, file.Data[i])
			}
			file.Data[i] = was
		}
	}
	if !whole() {
		t.Error("the bag was not put back as it was")
	}
	t.Logf("%d octets", octets)
}

func TestFaults(t *testing.T) {
	write := func(name, text string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(name string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, test := range []struct {
		name string
		do   func(t *testing.T, dir string)
		want bag.Problem
	}{
		{"a file more", write("data/more.eml", "x"), bag.Problem{Path: "data/more.eml", Fault: bag.Unlisted}},
		{"a tag file more", write("more.txt", "x"), bag.Problem{Path: "more.txt", Fault: bag.Unlisted}},
		{"a file less", remove("data/messages/1.eml"), bag.Problem{Path: "data/messages/1.eml", Fault: bag.Missing}},
		{"a file changed", write("data/messages/1.eml", "x"), bag.Problem{Path: "data/messages/1.eml", Fault: bag.Changed}},
		{"no declaration", remove("bagit.txt"), bag.Problem{Path: "bagit.txt", Fault: bag.Missing}},
		{"no signature", remove("tagmanifest-sha256.txt.sig"), bag.Problem{Path: "tagmanifest-sha256.txt", Fault: bag.Unsigned}},
		{"a signature of nothing", write("tagmanifest-sha256.txt.sig", "x"), bag.Problem{Path: "tagmanifest-sha256.txt.sig", Fault: bag.Malformed}},
		{"a time stamp of nothing", write("stamps/1.tsr", "x"), bag.Problem{Path: "stamps/1.tsr", Fault: bag.Unstamped}},
		{"no manifest", remove("manifest-sha512.txt"), bag.Problem{Path: "manifest-sha512.txt", Fault: bag.Missing}},
		{"a manifest of elsewhere", write("manifest-sha256.txt", strings.Repeat("0", 64)+"  ../x\n"), bag.Problem{Path: "manifest-sha256.txt", Fault: bag.Malformed}},
		{"a link", func(t *testing.T, dir string) {
			if err := os.Symlink("/etc/passwd", filepath.Join(dir, "data/link")); err != nil {
				t.Fatal(err)
			}
		}, bag.Problem{Path: "data/link", Fault: bag.Malformed}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := sealed(t, small, newKey(t))
			test.do(t, dir)
			for _, p := range verify(t, dir).Problems {
				if p.Path == test.want.Path && p.Fault == test.want.Fault {
					return
				}
			}
			t.Errorf("%v, want %v", verify(t, dir).Problems, test.want)
		})
	}
}

// TestAnotherKey seals a changed bag anew: that is a whole bag, of another key.
func TestAnotherKey(t *testing.T) {
	mine, other := newKey(t), newKey(t)
	dir := sealed(t, small, mine)
	signature, err := os.ReadFile(filepath.Join(dir, "tagmanifest-sha512.txt.sig"))
	if err != nil {
		t.Fatal(err)
	}
	if err := bag.Seal(dir, nil, other); err != nil {
		t.Fatal(err)
	}
	if got := verify(t, dir); !got.Whole() || got.Fingerprint == ssh.FingerprintSHA256(mine.PublicKey()) {
		t.Errorf("%+v", got)
	}
	// The first one's signature does not fit into it.
	if err := os.WriteFile(filepath.Join(dir, "tagmanifest-sha512.txt.sig"), signature, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := verify(t, dir); got.Whole() || got.Problems[0].Fault != bag.Forged {
		t.Errorf("%+v", got)
	}
}

// TestStandardTools verifies a bag with what every system has.
func TestStandardTools(t *testing.T) {
	for _, tool := range []string{"sha256sum", "sha512sum", "ssh-keygen"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	dir := sealed(t, small, newKey(t))
	for _, line := range []string{
		"sha256sum --quiet --strict -c tagmanifest-sha256.txt",
		"sha512sum --quiet --strict -c tagmanifest-sha512.txt",
		"ssh-keygen -Y verify -f allowed_signers -I unseen -n unseen-evidence -s tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt",
		"ssh-keygen -Y verify -f allowed_signers -I unseen -n unseen-evidence -s tagmanifest-sha512.txt.sig < tagmanifest-sha512.txt",
	} {
		if out, err := inside(dir, line); err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
	}
	plain := map[string]string{"data/1.eml": "x", "data/messages/2.eml": "y"}
	dir = sealed(t, plain, newKey(t))
	if out, err := inside(dir, "sha256sum --quiet --strict -c manifest-sha256.txt && sha512sum --quiet --strict -c manifest-sha512.txt"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// inside runs a line of shell in a directory.
func inside(dir, line string) (string, error) {
	c := exec.Command("sh", "-ec", line)
	c.Dir = dir
	out, err := c.CombinedOutput()
	return string(out), err
}

func TestPacked(t *testing.T) {
	dir := sealed(t, small, newKey(t))
	first, second := filepath.Join(t.TempDir(), "a.zip"), filepath.Join(t.TempDir(), "b.zip")
	for _, file := range []string{first, second} {
		if err := bag.Pack(dir, "evidence", file); err != nil {
			t.Fatal(err)
		}
	}
	a, _ := os.ReadFile(first)
	b, _ := os.ReadFile(second)
	if !bytes.Equal(a, b) {
		t.Error("the same bag makes different archives")
	}
	opened, err := bag.Open(first)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	result, err := bag.Verify(opened)
	if err != nil || !result.Whole() || result.Files != 4 {
		t.Errorf("%+v, %v", result, err)
	}
	unpacked := filepath.Join(t.TempDir(), "out")
	if err := opened.Unpack(unpacked); err != nil {
		t.Fatal(err)
	}
	if result := verify(t, unpacked); !result.Whole() {
		t.Errorf("unpacked: %+v", result)
	}
	if err := opened.Unpack(unpacked); !errors.Is(err, fs.ErrExist) {
		t.Errorf("unpacked over another: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "text"), []byte("no archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bag.Open(filepath.Join(dir, "text")); !errors.Is(err, bag.ErrArchive) {
		t.Errorf("a text: %v", err)
	}
	if _, err := bag.Open(filepath.Join(dir, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
}

// A file beside the bag, by a name that one program reads so and another otherwise, is
// verified by nobody.
func TestOpenRefusesBeside(t *testing.T) {
	for _, name := range []string{"/evil.html", "bag/../evil.html", "bag//evil.html", "bag/./evil.html", "../bag/evil.html", "evil.html", "other/evil.html"} {
		file := filepath.Join(t.TempDir(), "bag.zip")
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for _, n := range []string{name, "bag/", "bag/bagit.txt"} {
			if _, err := z.Create(n); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(z.Close(), os.WriteFile(file, out.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
		if o, err := bag.Open(file); !errors.Is(err, bag.ErrArchive) {
			t.Errorf("%s: %v, %v", name, o, err)
		}
	}
}

// FuzzManifest gives a bag another manifest: whatever it holds, only the right one
// leaves the bag whole.
func FuzzManifest(f *testing.F) {
	dir := sealed(f, small, newKey(f))
	right, err := os.ReadFile(filepath.Join(dir, "manifest-sha256.txt"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(right)
	f.Add([]byte("zz  data/empty\n"))
	f.Add([]byte(strings.Repeat("0", 64) + "  data/../../x"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, "manifest-sha256.txt"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if verify(t, dir).Whole() != bytes.Equal(text, right) {
			t.Errorf("%q", text)
		}
	})
}

func Example() {
	dir, err := os.MkdirTemp("", "bag")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	_, private, _ := ed25519.GenerateKey(rand.Reader)
	key, _ := ssh.NewSignerFromKey(private)
	_ = os.Mkdir(filepath.Join(dir, "data"), 0o700)
	_ = os.WriteFile(filepath.Join(dir, "data", "mail.eml"), []byte("From: a@a.example\r\n\r\n"), 0o600)
	if err := bag.Seal(dir, nil, key); err != nil {
		panic(err)
	}
	_ = os.WriteFile(filepath.Join(dir, "data", "mail.eml"), []byte("From: b@a.example\r\n\r\n"), 0o600)
	result, err := bag.Verify(os.DirFS(dir))
	if err != nil {
		panic(err)
	}
	for _, p := range result.Problems {
		fmt.Println(p.Path, p.Fault)
	}
	// Output: data/mail.eml changed
}
