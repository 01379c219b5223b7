package bag_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/lab"
)

// stamped makes a bag with a time stamp.
func stamped(t *testing.T) (dir, root string, s bag.Stamp) {
	t.Helper()
	key := newKey(t)
	dir = sealed(t, small, key)
	address, root := lab.StartStamper(t)
	request, err := bag.StampRequest(dir)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := bag.AskStamp(context.Background(), http.DefaultClient, address, request)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = bag.AddStamp(dir, answer, key); err != nil {
		t.Fatal(err)
	}
	return dir, root, s
}

func TestStamp(t *testing.T) {
	dir, root, s := stamped(t)
	if s.Authority != "CN=Test Time" || s.Time.IsZero() {
		t.Errorf("stamp %+v", s)
	}
	result := verify(t, dir)
	if !result.Whole() || len(result.Stamps) != 1 || result.Stamps[0] != s {
		t.Errorf("%+v", result)
	}
	// What VERIFY.md tells people to do.
	line := "openssl ts -verify -data tagmanifest-sha512.txt -in " + s.Path + " -CAfile " + root
	if out, err := inside(dir, line); err != nil {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
}

// TestStampOctets changes every octet of a time stamp, and of its signature.
func TestStampOctets(t *testing.T) {
	dir, _, s := stamped(t)
	for _, name := range []string{s.Path, s.Path + ".sig"} {
		at := filepath.Join(dir, name)
		text, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		for i := range text {
			changed := bytes.Clone(text)
			changed[i] ^= 1
			if err := os.WriteFile(at, changed, 0o600); err != nil {
				t.Fatal(err)
			}
			if verify(t, dir).Whole() {
				t.Errorf("%s: octet %d changed and not noticed", name, i)
			}
		}
		if err := os.WriteFile(at, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStampOfAnother(t *testing.T) {
	dir, _, s := stamped(t)
	answer, err := os.ReadFile(filepath.Join(dir, s.Path))
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t)
	other := sealed(t, map[string]string{"data/x": "x"}, key)
	if _, err := bag.AddStamp(other, answer, key); !errors.Is(err, bag.ErrStamp) {
		t.Errorf("a stamp of another bag: %v", err)
	}
	if _, err := bag.AddStamp(other, []byte("nothing"), key); !errors.Is(err, bag.ErrStamp) {
		t.Errorf("no stamp: %v", err)
	}
	// Sealed again, the stamp is of what was there before.
	if err := bag.Seal(dir, nil, key); err != nil {
		t.Fatal(err)
	}
	if result := verify(t, dir); !result.Whole() || len(result.Stamps) != 0 {
		t.Errorf("%+v", result)
	}
}
