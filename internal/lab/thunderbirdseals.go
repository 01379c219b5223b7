package lab

import (
	"strings"
	"testing"
)

// Seals are what Thunderbird shows of how the open message is signed and encrypted, in
// its own words: "ok", "verified", "mismatch" and so on, "" for no icon.
type Seals struct {
	// By is the technique, "S/MIME" or "OpenPGP", "" if none is shown.
	By string `json:"by"`
	// Signed and Encrypted are the states that the icons stand for.
	Signed string `json:"signed"`
	// Encrypted is the state of the encryption.
	Encrypted string `json:"encrypted"`
}

// scriptSeals reads which icons stand in the header of the open message.
const scriptSeals = `
const doc = pane().messageBrowser.contentWindow.document;
const state = (id, kind) => {
  const icon = doc.getElementById(id);
  return icon.hidden ? "" : icon.getAttribute("src").replace(/^.*message-\w+-(\w+)\.svg$/, "$1");
};
return { by: doc.querySelector("#cryptoBox:not([hidden]) .crypto-label")?.textContent || "",
  signed: state("signedHdrIcon"), encrypted: state("encryptedHdrIcon") };
`

// Seals are what Thunderbird shows of how the open message is signed and encrypted.
func (tb *Thunderbird) Seals(t testing.TB) Seals {
	t.Helper()
	var seals Seals
	tb.Do(t, &seals, scriptSeals)
	return seals
}

// scriptKeys imports OpenPGP keys as Thunderbird's manager of keys does: the reader's own,
// without a password, and one of somebody whose key the reader has compared.
const scriptKeys = `
const [own, other] = arguments;
const { RNP } = ChromeUtils.importESModule("chrome://openpgp/content/modules/RNP.sys.mjs");
const { EnigmailCore } = ChromeUtils.importESModule("chrome://openpgp/content/modules/core.sys.mjs");
await EnigmailCore.init();
const mine = await RNP.importSecKeyBlockImpl(main(), () => "", false, own);
const theirs = await RNP.importPubkeyBlockAutoAcceptImpl(main(), other, "verified");
return [mine, theirs].map(r => r.exitCode + " " + r.errorMsg + " " + r.importedKeys.length);
`

// Keys imports OpenPGP keys, armoured: the reader's secret one, and the public one of a
// sender, which the reader has compared.
func (tb *Thunderbird) Keys(t testing.TB, own, sender []byte) {
	t.Helper()
	var said []string
	tb.Do(t, &said, scriptKeys, string(own), string(sender))
	for _, one := range said {
		if !strings.HasPrefix(one, "0 ") || strings.HasSuffix(one, " 0") {
			t.Fatalf("importing keys: %q", said)
		}
	}
}
