package bag

import (
	"bytes"
	"strings"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// signatures checks those of the tag manifests.
func (v *verifier) signatures() {
	line, ok := v.tag(Signers)
	if !ok {
		return
	}
	key, ok := signer(line)
	if !ok {
		v.blame(Signers, Malformed, "not one key as Unseen writes it")
		return
	}
	v.result.Fingerprint = ssh.FingerprintSHA256(key)
	for _, algorithm := range algorithms {
		v.signed("tagmanifest-"+algorithm+".txt", key)
	}
	for name := range v.files {
		if strings.HasPrefix(name, Stamps+"/") && strings.HasSuffix(name, ".tsr") {
			v.signed(name, key)
		}
	}
}

// signer reads the key of a bag; only as Seal writes it, so that no octet can be
// changed.
func signer(line []byte) (ssh.PublicKey, bool) {
	_, rest, ok := bytes.Cut(line, []byte(`" `))
	if !ok {
		return nil, false
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey(rest)
	if err != nil || !bytes.Equal(line, signersLine(key)) {
		return nil, false
	}
	return key, true
}

// signed checks the signature of a file.
func (v *verifier) signed(name string, key ssh.PublicKey) {
	at := name + ".sig"
	text, ok := v.tag(name)
	if !ok {
		return
	}
	if _, ok := v.files[at]; !ok {
		v.blame(name, Unsigned, "")
		return
	}
	armored, ok := v.tag(at)
	if !ok {
		return
	}
	signature, err := sshsig.Unarmor(armored)
	// Other spellings of the same signature would be octets that nobody checks.
	if err != nil || !bytes.Equal(sshsig.Armor(signature), armored) {
		v.blame(at, Malformed, "not a signature as ssh-keygen writes it")
		return
	}
	if err := sshsig.Verify(bytes.NewReader(text), signature, key, signature.HashAlgorithm, Namespace); err != nil {
		v.blame(name, Forged, err.Error())
	}
}
