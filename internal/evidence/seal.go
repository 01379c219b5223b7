package evidence

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
)

// verifyText is VERIFY.md.
const verifyText = `# How to check this bag

It is a bag of BagIt 1.0 (RFC 8493). Run these in the directory that holds this file.

Every file is as it was sealed:

    sha256sum --quiet --strict -c tagmanifest-sha256.txt
    sha256sum --quiet --strict -c manifest-sha256.txt
    sha512sum --quiet --strict -c tagmanifest-sha512.txt
    sha512sum --quiet --strict -c manifest-sha512.txt

The seal is of the key in allowed_signers, whose fingerprint you should have from
the complainant by another way:

    cut -d' ' -f3- allowed_signers | ssh-keygen -l -f -
    ssh-keygen -Y verify -f allowed_signers -I unseen -n unseen-evidence -s tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt
    ssh-keygen -Y verify -f allowed_signers -I unseen -n unseen-evidence -s tagmanifest-sha512.txt.sig < tagmanifest-sha512.txt

The bag was there at a time, if stamps/ holds a time stamp (RFC 3161). CA.pem is the
root certificate of whoever made it, from themselves:

    openssl ts -verify -data tagmanifest-sha512.txt -in stamps/TIME.tsr -CAfile CA.pem

If data/marking is there, these mails were kept as they came. Each line of
data/marking/log.jsonl has the SHA-256 of the line before in "before"; a time stamp is of
one line, whose hash stands in the .head file beside it:

    sed -n 12p data/marking/log.jsonl | tr -d '\n' | sha256sum
    openssl ts -verify -data data/marking/stamps/000012.head -in data/marking/stamps/000012.tsr -CAfile CA.pem

data/marking/keys holds the keys of signatures as name servers answered them, data/auth
what each signature comes to by them; any DKIM verifier that is given such a key can
repeat that. data/seals holds earlier seals of this bag, if something was added to it.

Any validator of BagIt checks the bag as well. "unseen evidence verify" does all of
this, and makes the findings again from the messages and rules in the bag.

What the files are: data/messages the mails as they came; data/findings.jsonl what was
found in them and where, in octets of the raw mail; data/origin what each mail says of
where it came from; data/rules the tables that the findings rest on;
data/comparison.jsonl copies of one mailing side by side; data/claims.json what the
senders say themselves; data/ledger.json what the reader told their own software;
data/statement.json what the reader says they agreed to; data/withdrawals.json what was
tracked after a no; data/events.json what mail programs asked for and what became of it;
data/served.json what Unseen changed on the way to a mail program; data/letters.json when
letters were written; data/names.json and data/network.json what was asked of the network;
data/supplied what the complainant added, unchecked; data/custody.jsonl what was done when, each line with the SHA-256 of the one before;
data/papers the report and drafts of letters, for people.
`

// Seal closes the case: it seals the bag, writes it as a zip file and takes the
// directory away.
func (c *Case) Seal(key ssh.Signer, file string) error {
	info := []bag.Field{{Label: "External-Description", Value: "E-mails of " + c.opt.Sender + " with what was found in them"}}
	if err := c.close(info, key); err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(file), ".zip")
	if err := bag.Pack(c.opt.Dir, name, file); err != nil {
		return err
	}
	if err := os.RemoveAll(c.opt.Dir); err != nil {
		return fmt.Errorf("tidying up behind the bag: %w", err)
	}
	return c.Close()
}

// close writes the last line of the log and seals the directory.
func (c *Case) close(info []bag.Field, key ssh.Signer) error {
	if err := c.custody.Add(custody.Deed{What: "finished"}); err != nil {
		return err
	}
	if err := writeWhole(filepath.Join(c.opt.Dir, "VERIFY.md"), []byte(verifyText)); err != nil {
		return err
	}
	info = append(info, bag.Field{Label: "Bag-Software-Agent", Value: c.opt.Tool.Name + " " + c.opt.Tool.Version},
		bag.Field{Label: "Bagging-Date", Value: c.opt.Now().UTC().Format("2006-01-02")})
	return bag.Seal(c.opt.Dir, info, key)
}

// Attach adds files of the complainant's to a sealed bag that lies unpacked in Dir, and
// seals it anew. The log of custody goes on, and the earlier seal stays in the bag with
// its time stamps: what was there before is as well proved as before.
func Attach(o Options, files []string, key ssh.Signer) error {
	c, err := Begin(o)
	if err != nil {
		return err
	}
	err = c.attach(files, key)
	return errors.Join(err, c.Close())
}

func (c *Case) attach(files []string, key ssh.Signer) error {
	info, err := bag.Reopen(c.opt.Dir)
	if err != nil {
		return err
	}
	if err := c.custody.Add(custody.Deed{What: "reopened", Path: bag.Seals, Detail: "to add what the complainant supplies"}); err != nil {
		return err
	}
	for _, file := range files {
		if err := c.Supply(file); err != nil {
			return err
		}
	}
	info = slices.DeleteFunc(info, func(f bag.Field) bool { return f.Label != "External-Description" })
	return c.close(info, key)
}
