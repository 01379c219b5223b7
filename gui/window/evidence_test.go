package window_test

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/windowtest"
	"github.com/unseen-mail/unseen/internal/api"
)

// marksOf are a sender whose mails are kept, with all that can stand beside them, and
// one whose mails are kept no more.
func marksOf() []api.Mark {
	first, last := noon.AddDate(0, -3, 0), noon.AddDate(0, 0, -1)
	return []api.Mark{
		{
			Sender: key(0), All: true, Active: true, Since: first, Until: noon.AddDate(0, 9, 0), Mails: 41, Octets: 3_100_000, First: &first, Last: &last,
			Checked: 41, Holding: 40, Keys: true, Authority: "https://tsa.example/", Waiting: 2,
			Stamps: []api.EvidenceStamp{{Time: last, Authority: "CN=Stamps of Example"}},
		},
		{Sender: key(1), All: true, Active: true, Since: last, Until: noon.AddDate(0, 0, 10).Add(time.Hour)},
		{Sender: key(2), Since: first, Mails: 1, Octets: 12_000, First: &first, Last: &first},
	}
}

func (w *world) evidence() api.Evidence {
	return api.Evidence{
		Marks: func(context.Context) ([]api.Mark, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return append([]api.Mark{}, w.marks...), w.wrong
		},
		Waiting: func(context.Context) ([]api.WaitingStamp, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return append([]api.WaitingStamp{}, w.stamps...), w.wrong
		},
		Mark: func(_ context.Context, q api.MarkRequest, tell func(api.EvidenceStep) bool) error {
			w.note("mark", q.Sender, " ", q.Days, " ", q.Keys || q.Older || q.Authority != "")
			m := api.Mark{Sender: q.Sender, Active: true, Until: noon.AddDate(1, 0, 0)}
			if err := w.reply(); err != nil {
				return err
			}
			w.mu.Lock()
			w.marks = append(slices.DeleteFunc(w.marks, func(o api.Mark) bool { return o.Sender == q.Sender }), m)
			w.mu.Unlock()
			tell(api.EvidenceStep{Stage: "read", Mark: &m, End: true})
			return nil
		},
		Unmark: func(_ context.Context, q api.UnmarkRequest) (api.Mark, error) {
			w.note("unmark", q.Sender, " ", q.Destroy)
			w.mu.Lock()
			defer w.mu.Unlock()
			for i := range w.marks {
				if w.marks[i].Sender == q.Sender {
					w.marks[i].Active = false
				}
			}
			return api.Mark{Sender: q.Sender}, w.wrong
		},
		Export: func(ctx context.Context, q api.ExportRequest, tell func(api.EvidenceStep) bool) error {
			w.note("export", q.Sender, " ", q.Output, " ", q.Languages)
			if err := w.reply(); err != nil {
				return err
			}
			tell(api.EvidenceStep{Stage: "examine", Done: 20, Of: 41})
			if w.exporting != nil {
				w.exporting(ctx)
			}
			tell(api.EvidenceStep{Stage: "write", End: true, Bag: &api.BagMade{Path: q.Output, Mails: 41, Tracking: 39, Key: "SHA256:ihO3gIdvrqKBs"}})
			return nil
		},
	}
}

// The page looks as it did where nobody is marked, and where a bag was made.
func TestEvidenceLooksAsItDid(t *testing.T) {
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Skip("pictures are compared where they were made")
	}
	for name, c := range map[string]struct{ lang, press string }{
		"evidence-none": {"en", ""}, "evidence-bag-en": {"en", "Export a bag"}, "evidence-bag-fr": {"fr", "Exporter un dossier"},
		"evidence-bag-nl": {"nl", "Een map exporteren"}, "evidence-bag-de": {"de", "Einen Ordner exportieren"},
	} {
		t.Run(name, func(t *testing.T) {
			w := small()
			if c.press == "" {
				w.marks = nil
			}
			win := show(t, w, window.Evidence, c.lang, "light")
			h := &hand{t, w, win, win.Window()}
			settle(h.win, fyne.NewSize(1060, 1150))
			if c.press != "" {
				h.press(c.press)
			}
			test.AssertImageMatches(t, name+".png", h.win.Canvas().Capture())
		})
	}
}

// Bags that wait for a time stamp are listed in the reader's language, also where nobody
// is marked any more; a name that would turn the letters round is shown without that.
func TestEvidenceWaitingStamps(t *testing.T) {
	for lang, says := range map[string]string{
		"en": "waits for a time stamp of https://tsa.example/", "fr": "attend un horodatage de https://tsa.example/",
		"nl": "op een tijdstempel van https://tsa.example/", "de": "auf einen Zeitstempel von https://tsa.example/",
	} {
		t.Run(lang, func(t *testing.T) {
			w := small()
			w.marks = nil
			win := show(t, w, window.Evidence, lang, "light")
			h := &hand{t, w, win, win.Window()}
			if h.has(says) {
				t.Fatal("a bag waits that is not there")
			}
			w.mu.Lock()
			w.stamps = []api.WaitingStamp{{Path: "/home/anna/Downloads/shop\u202e.zip", Authority: "https://tsa.example/", Since: noon.AddDate(0, 0, -2)}}
			w.mu.Unlock()
			h.show(window.Today)
			h.show(window.Evidence)
			if !h.has(says) || !h.has("/home/anna/Downloads/shop") || h.has("\u202e") {
				t.Error("the bag that waits is not listed as it should be")
			}
			if runtime.GOARCH == "amd64" && runtime.GOOS == "linux" && lang == "en" {
				settle(h.win, wide)
				test.AssertImageMatches(t, "evidence-waiting.png", h.win.Canvas().Capture())
			}
		})
	}
}

// A sender is marked by keys alone, and nothing is agreed to by that.
func TestEvidenceMark(t *testing.T) {
	w := small()
	w.marks = nil
	h := newHand(t, w, "light")
	h.show(window.Evidence)
	if !h.has("No sender is marked yet") || !h.has("Nothing is sent from here") || h.button("Export a bag") != nil {
		t.Fatalf("%q", h.said())
	}
	h.focus("Keep its mails").TypedRune(' ')
	if got := h.world.notes(); len(got) != 0 {
		t.Fatalf("nobody was named, and %q noted", got)
	}
	h.write(" shop7.example ")
	h.focus("Keep its mails").TypedRune(' ')
	if got := h.world.notes(); len(got) != 1 || got[0] != "mark shop7.example 0 false" {
		t.Fatalf("noted %q", got)
	}
	if !h.has("shop7.example is marked.") || !h.has("Mails to come are kept until 3 March 2027") || h.has("No sender is marked") {
		t.Errorf("%q", h.said())
	}
}

// What cannot be made is said, with what to do, and can be tried again.
func TestEvidenceTrouble(t *testing.T) {
	h := newHand(t, small(), "light")
	h.show(window.Evidence)
	h.world.fail(&api.Error{Code: api.CodeWrong, Text: "marking: no such sender", Hint: "give a domain or an address"})
	if h.press("Export a bag"); !h.has("no such sender") || !h.has("give a domain") {
		t.Errorf("%q", h.said())
	}
	h.world.fail(nil)
	if h.press("Try again"); !h.has("The bag is made: 41 mails, 39 of them with trackers.") {
		t.Errorf("%q", h.said())
	}
}

// An export ends when its request does: the daemon hears of it, and it is said that it
// can be gone on with.
func TestEvidenceExportEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	heard := make(chan struct{})
	w := small()
	w.exporting = func(request context.Context) {
		cancel()
		<-request.Done()
		close(heard)
	}
	windowtest.Wake()
	win := window.New(ctx, test.NewTempApp(t), window.Config{
		Client: serve(t, w), Inline: true, Place: func(name string) (string, error) { return "/home/anna/" + name, nil },
	})
	t.Cleanup(win.Close)
	win.Run(window.Evidence)
	h := &hand{t, w, win, win.Window()}
	h.win.Resize(wide)
	h.press("Export a bag")
	<-heard
	if !h.has("Stopped. What is done so far is kept") || h.has("The bag is made") {
		t.Errorf("%q", h.said())
	}
}

// A mark is ended, and the end undone for the days that were left; where the reader had
// agreed to requests it is not, as that would make them.
func TestEvidenceUnmark(t *testing.T) {
	for name, c := range map[string]struct {
		keys bool
		want []string
	}{
		"plain":  {false, []string{"unmark shop1.example false", "mark shop1.example 11 false"}},
		"agreed": {true, []string{"unmark shop1.example false"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := small()
			w.marks = w.marks[1:2]
			w.marks[0].Keys = c.keys
			h := newHand(t, w, "light")
			h.show(window.Evidence)
			h.press("Keep no more of them")
			if !h.has("shop1.example: mails to come are not kept; what is kept stays.") {
				t.Errorf("%q", h.said())
			}
			if b := h.button("Undo"); (b == nil) != c.keys {
				t.Fatalf("undo is %v", b)
			} else if b != nil {
				test.Tap(b)
			}
			if got := h.world.notes(); !slices.Equal(got, c.want) {
				t.Errorf("noted %q", got)
			}
		})
	}
}

// A bag is made where the reader finds it, and its folder is opened.
func TestEvidenceExport(t *testing.T) {
	w := small()
	w.marks[0].Sender = "news+a/../b\u202e@shop0.example" + strings.Repeat("x", 90)
	h := newHand(t, w, "light")
	h.show(window.Evidence)
	h.press("Export a bag")
	path := "/home/anna/Downloads/unseen-evidence-news-a-..-b-@shop0.example" + strings.Repeat("x", 34) + ".zip"
	if !h.has("41 mails, 39 of them with trackers") || !h.has(path) || !h.has("SHA256:ihO3gIdvrqKBs") {
		t.Errorf("%q", h.said())
	}
	h.press("Open its folder")
	if got := h.world.notes(); got[len(got)-1] != "folder /home/anna/Downloads" || !strings.HasSuffix(got[0], path+" [en]") {
		t.Errorf("noted %q", got)
	}
}
