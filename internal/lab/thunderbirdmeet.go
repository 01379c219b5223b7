package lab

import (
	"os"
	"path/filepath"
	"testing"
)

// Steered lets every Thunderbird that is started on this machine be looked at by [Meet],
// whoever starts it. It changes the program itself: it is for a test that is [Aside].
func Steered(t testing.TB) {
	t.Helper()
	path := find("thunderbird")
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		err = os.Rename(real, real+".itself")
	}
	if err == nil {
		err = os.WriteFile(real, []byte("#!/bin/sh\nexec "+real+".itself -marionette -remote-allow-system-access \"$@\"\n"), 0o755)
	}
	if err != nil {
		t.Fatalf("steering thunderbird: %v", err)
	}
}

// Meet waits for a Thunderbird that somebody else started with the profile, and that is
// [Steered]. It ends with the test.
func (tb *Thunderbird) Meet(t testing.TB) {
	t.Helper()
	remote, err := dialMarionette(tb.Profile, 2*patience)
	if err != nil {
		t.Fatal(err)
	}
	tb.remote = remote
	t.Cleanup(func() {
		_, _ = remote.command("Marionette:Quit", map[string]any{"flags": []string{"eForceQuit"}}) // it ends with its screen otherwise
		remote.conn.Close()
	})
	tb.Do(t, nil, scriptReady)
}

// WhereArrow is a place on the screen that a reader clicks: the arrow that shows the folders
// of the account, once it is there.
func (tb *Thunderbird) WhereArrow(t testing.TB) (x, y int) {
	t.Helper()
	return tb.where(t, scriptWhereArrow)
}

// WhereInbox is where the INBOX stands in the list of folders; see [Thunderbird.WhereArrow].
func (tb *Thunderbird) WhereInbox(t testing.TB) (x, y int) {
	t.Helper()
	return tb.where(t, scriptWhereInbox)
}

// WhereMessage is where the message with a subject stands in the list; see [Thunderbird.WhereArrow].
func (tb *Thunderbird) WhereMessage(t testing.TB, subject string) (x, y int) {
	t.Helper()
	return tb.where(t, scriptWhereMessage, subject)
}

func (tb *Thunderbird) where(t testing.TB, script string, args ...any) (x, y int) {
	t.Helper()
	var at [2]float64
	tb.Do(t, &at, scriptAt+script, args...)
	return int(at[0]), int(at[1])
}

// Shows is what is in the message pane now, and whether the message with a subject is there
// whole, with all its pictures, loaded or not.
func (tb *Thunderbird) Shows(t testing.TB, subject string) (shown Shown, whole bool) {
	t.Helper()
	var out struct {
		Shown
		Whole bool `json:"whole"`
	}
	tb.Do(t, &out, scriptShows, subject)
	return out.Shown, out.Whole
}

// Chosen says whether the message with a subject is the one that is chosen in the list.
func (tb *Thunderbird) Chosen(t testing.TB, subject string) (chosen bool) {
	t.Helper()
	tb.Do(t, &chosen, scriptChosen, subject)
	return chosen
}

// scriptAt is the middle of an element on the screen.
const scriptAt = `
const middle = e => {
  const box = e.getBoundingClientRect(), win = e.ownerDocument.defaultView, scale = win.devicePixelRatio;
  return [(win.mozInnerScreenX + box.x + box.width / 2) * scale, (win.mozInnerScreenY + box.y + box.height / 2) * scale];
};
const there = e => e && e.getBoundingClientRect().width > 0;
`

const scriptWhereArrow = `
const row = await until("the account in the list", () => {
  const all = [...pane()?.document.querySelectorAll("#folderTree li") ?? []];
  return all.find(r => r.uri == server().rootFolder.URI && there(r.querySelector(".twisty")));
});
await pause(200);
return middle(row.querySelector(".twisty"));
`

const scriptWhereInbox = `
const row = await until("the inbox in the list", () => {
  const all = [...pane()?.document.querySelectorAll("#folderTree li") ?? []];
  return all.find(r => r.uri == inbox()?.URI && there(r.querySelector(".name")));
});
await pause(200);
return middle(row.querySelector(".name"));
`

const scriptWhereMessage = `
const [subject] = arguments;
const header = await until("the message " + subject, () => inbox() && bySubject(subject));
const about = pane();
const row = await until("its line", () => {
  const n = about.gDBView ? about.gDBView.findIndexOfMsgHdr(header, true) : -1;
  const found = n >= 0 && n < 0xffffffff && about.threadTree.getRowAtIndex(n);
  return there(found) && found;
});
await pause(200);
return middle(row);
`

const scriptChosen = `
const [subject] = arguments;
const about = pane(), header = bySubject(subject);
return Boolean(header && about?.gDBView) && about.threadTree.selectedIndex == about.gDBView.findIndexOfMsgHdr(header, true);
`

const scriptShows = `
const [subject] = arguments;
const browser = pane().messageBrowser.contentWindow;
const doc = browser.getMessagePaneBrowser?.()?.contentDocument;
if (!doc?.body || doc.URL == "about:blank" || doc.readyState != "complete" || browser.gMessage?.mime2DecodedSubject != subject) { return { whole: false }; }
return {
  whole: [...doc.images].every(image => image.complete), text: doc.body.textContent, html: doc.documentElement.outerHTML,
  images: [...doc.images].map(i => ({ src: i.getAttribute("src") || "", width: i.naturalWidth, height: i.naturalHeight })),
};
`
