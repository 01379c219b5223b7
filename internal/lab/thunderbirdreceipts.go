package lab

import (
	"encoding/json"
	"testing"
	"time"
)

// An AskedReceipt is what Thunderbird says of a mail that asks for a read receipt.
type AskedReceipt struct {
	// Bar is the line that asks the reader, "" if there is none.
	Bar string `json:"bar"`
	// Sent says that Thunderbird marked the mail as answered so.
	Sent bool `json:"sent"`
}

// Receipt says how Thunderbird asks about the open mail's read receipt, waiting for
// its line to come if it is expected.
func (tb *Thunderbird) Receipt(t testing.TB, subject string, expected bool) AskedReceipt {
	t.Helper()
	var asked AskedReceipt
	tb.Do(t, &asked, scriptReceipt, subject, expected)
	return asked
}

// Update fetches what changed in the INBOX on the server.
func (tb *Thunderbird) Update(t testing.TB) {
	t.Helper()
	tb.Do(t, nil, "inbox().updateFolder(null); await pause(250);")
}

// SendReceipt presses the button by which the reader sends the read receipt of the
// open mail.
func (tb *Thunderbird) SendReceipt(t testing.TB) {
	t.Helper()
	tb.Do(t, nil, scriptReceiptSend)
}

// Alert waits for a message of Thunderbird's, closes it, and returns what it said.
func (tb *Thunderbird) Alert(t testing.TB) string {
	t.Helper()
	var said string
	open := Until(20*time.Second, func() bool {
		raw, err := tb.remote.command("WebDriver:GetAlertText", nil)
		if err != nil {
			return false // there is none yet
		}
		var got struct {
			Value string `json:"value"`
		}
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatalf("reading %s: %v", raw, err)
		}
		said = got.Value
		return true
	})
	if !open {
		t.Fatal("Thunderbird says nothing")
	}
	if _, err := tb.remote.command("WebDriver:AcceptAlert", nil); err != nil {
		t.Fatal(err)
	}
	return said
}

// scriptReceipt looks at the line that asks about a read receipt.
const scriptReceipt = `
const [subject, expected] = arguments;
const bar = () => pane().messageBrowser.contentWindow.gMessageNotificationBar.msgNotificationBar.getNotificationWithValue("mdnRequested");
if (expected) { await until("the question about a receipt", bar); }
const flags = bySubject(subject).flags;
return { bar: (bar()?.shadowRoot.querySelector(".message")?.textContent || "").trim(),
  sent: !!(flags & Components.interfaces.nsMsgMessageFlags.MDNReportSent) };
`

// scriptReceiptSend presses its first button.
const scriptReceiptSend = `
const bar = pane().messageBrowser.contentWindow.gMessageNotificationBar.msgNotificationBar.getNotificationWithValue("mdnRequested");
const button = await until("the button", () => bar.shadowRoot.querySelector("button.notification-button") || bar.querySelector("button"));
setTimeout(() => button.click(), 0);
`
