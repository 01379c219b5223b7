package lab

import (
	"os"
	"path/filepath"
	"testing"
)

// FollowLink follows the link with a text in the message that is shown, with the mouse,
// as a reader does.
func (tb *Thunderbird) FollowLink(t testing.TB, text string) {
	t.Helper()
	tb.Do(t, nil, scriptClick, text)
}

const scriptClick = `
const [text] = arguments;
const about = pane();
const browser = about.messageBrowser.contentWindow.getMessagePaneBrowser();
const doc = browser.contentDocument;
const link = [...doc.querySelectorAll("a[href]")].find(a => a.textContent.trim() == text);
if (!link) { throw new Error("no link says " + text); }
link.scrollIntoView();
await pause(100);
const box = link.getBoundingClientRect();
for (const type of ["mousemove", "mousedown", "mouseup"]) {
  doc.defaultView.synthesizeMouseEvent(type, box.left + box.width / 2, box.top + box.height / 2,
    { button: 0, buttons: type == "mousedown" ? 1 : 0, clickCount: type == "mousemove" ? 0 : 1 });
}
`

// FollowedLinks makes the desktop of a profile open links with a program of the lab,
// which fetches them as a browser does and stores each page. It is for
// [Reader].Before; the result is the directory of the pages: "address" holds the last
// address, "page" what came of it.
func FollowedLinks(t testing.TB) (dir string, before func(profile string)) {
	t.Helper()
	Need(t, "curl")
	dir = t.TempDir()
	return dir, func(profile string) {
		script := filepath.Join(dir, "browser")
		apps, config := filepath.Join(profile, ".local/share/applications"), filepath.Join(profile, ".config")
		for path, text := range map[string]string{
			script: "#!/bin/sh\ncurl -s -o '" + dir + "/page' \"$1\"\nprintf %s \"$1\" >'" + dir + "/address.new'\nmv '" + dir + "/address.new' '" + dir + "/address'\n",
			filepath.Join(apps, "lab-browser.desktop"): "[Desktop Entry]\nType=Application\nName=The lab's browser\nExec=" + script + " %u\n" +
				"MimeType=x-scheme-handler/http;x-scheme-handler/https;\n",
			filepath.Join(config, "mimeapps.list"): "[Default Applications]\nx-scheme-handler/http=lab-browser.desktop\nx-scheme-handler/https=lab-browser.desktop\n",
		} {
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
}
