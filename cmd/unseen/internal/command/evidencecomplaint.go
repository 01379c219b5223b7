package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/words"
)

type evidenceComplaint struct {
	Target   string `arg:"" name:"bag|sender" help:"${help_evidence_bag_or_sender}"`
	For      string `placeholder:"NAME" help:"${help_evidence_for}"`
	Language string `enum:",en,fr,nl,de" default:"" placeholder:"LANGUAGE" help:"${help_evidence_language}"`
	Land     string `placeholder:"LAND" help:"${help_evidence_land}"`
	HTML     bool   `name:"html" help:"${help_evidence_html}"`
	Output   string `short:"o" type:"path" placeholder:"DIRECTORY" help:"${help_evidence_papers_in}"`
	Sent     string `placeholder:"DAY" help:"${help_evidence_sent}"`
	Answered string `placeholder:"DAY" help:"${help_evidence_answered}"`
	Filed    string `placeholder:"DAY" help:"${help_evidence_filed}"`
	With     string `placeholder:"WHOM" help:"${help_evidence_with}"`
}

// Run lists the letter to the sender and the drafts of complaints, prints one, or notes
// that one was sent.
func (c *evidenceComplaint) Run(ctx context.Context, s *session) error {
	if c.Sent != "" || c.Answered != "" || c.Filed != "" {
		return c.note(ctx, s)
	}
	papers, letters, err := c.papers(ctx, s)
	if err != nil {
		return err
	}
	if c.Output != "" {
		return c.write(s, papers)
	}
	if c.For == "" {
		for _, p := range papers {
			s.say(words.PaperLine, "name", p.Name, "for", p.For)
			if p.Wait != "" {
				s.say(words.PaperLineWait, "wait", p.Wait)
			}
		}
		s.letterLines(letters)
		if c.Land == "" && slices.ContainsFunc(papers, func(p api.Paper) bool { return p.Name == "complaint.dsk.de" }) {
			s.say(words.PaperLandHint, "command", s.program()+" evidence complaint "+quoted(c.Target)+" --for dsk --land BY")
		}
		s.say(words.PaperHint, "command", s.program()+" evidence complaint "+quoted(c.Target)+" --for "+papers[0].Name)
		return nil
	}
	for _, p := range papers {
		if !c.means(p.Name) {
			continue
		}
		text := p.Markdown
		if c.HTML {
			text = p.HTML
		}
		_, err := io.WriteString(s.Out, text)
		return err
	}
	var names []string
	for _, p := range papers {
		names = append(names, p.Name)
	}
	return s.fault(nil, words.PaperUnknown, words.PaperUnknownHint, "name", c.For, "known", strings.Join(names, ", "))
}

// means says whether a paper is the one that was named: "request", "cnil",
// "complaint.cnil.fr".
func (c *evidenceComplaint) means(name string) bool {
	want := strings.ToLower(c.For)
	return want == name || slices.Contains(strings.Split(name, "."), want) && want != "complaint"
}

// papers are those of a bag, or of what is kept of a sender.
func (c *evidenceComplaint) papers(ctx context.Context, s *session) ([]api.Paper, []api.NotedLetter, error) {
	if isBag(c.Target) {
		return c.ofBag(s)
	}
	client, err := s.client(ctx)
	if err != nil {
		return nil, nil, err
	}
	papers, err := client.Papers(ctx, api.PapersRequest{Sender: c.Target, Language: cmp.Or(c.Language, s.words.Lang()), Land: c.Land})
	return papers, nil, err
}

// ofBag reads them from a bag, which is checked first.
func (c *evidenceComplaint) ofBag(s *session) ([]api.Paper, []api.NotedLetter, error) {
	opened, err := s.openBag(c.Target)
	if err != nil {
		return nil, nil, err
	}
	defer opened.Close()
	if err := s.intact(opened, c.Target); err != nil {
		return nil, nil, err
	}
	land, err := s.land(c.Land)
	if err != nil {
		return nil, nil, err
	}
	names, err := fs.Glob(opened, "data/papers/*.md")
	if err != nil {
		return nil, nil, err
	}
	var list []api.Paper
	for _, name := range names {
		p := api.Paper{Name: strings.TrimSuffix(path.Base(name), ".md")}
		p.Language = strings.TrimPrefix(path.Ext(p.Name), ".")
		if c.Language != "" && p.Language != c.Language && p.Language != "it" {
			continue
		}
		text, err := fs.ReadFile(opened, name)
		if err != nil {
			return nil, nil, err
		}
		p.Markdown = land.Addressed(string(text))
		first, _, _ := strings.Cut(p.Markdown, "\n")
		p.For = strings.TrimPrefix(first, "# ")
		if p.HTML, err = evidence.LetterHTML(p.Language, p.Markdown); err != nil {
			return nil, nil, err
		}
		list = append(list, p)
	}
	if len(list) == 0 {
		return nil, nil, s.fault(nil, words.PaperNone, words.PaperNoneHint, "path", c.Target)
	}
	letters, err := lettersOf(opened)
	return list, letters, err
}

// lettersOf reads what a bag says of letters.
func lettersOf(files fs.FS) ([]api.NotedLetter, error) {
	text, err := fs.ReadFile(files, "data/letters.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var said struct{ Letters []api.NotedLetter }
	if err == nil {
		err = json.Unmarshal(text, &said)
	}
	return said.Letters, err
}

// write writes all papers into a directory, and over none that is there.
func (c *evidenceComplaint) write(s *session, papers []api.Paper) error {
	if err := os.MkdirAll(c.Output, 0o700); err != nil {
		return s.fault(err, words.EvidenceStopped, words.PaperUnwrittenHint, "path", c.Output, "what", bare(err))
	}
	for _, p := range papers {
		for ending, text := range map[string]string{".md": p.Markdown, ".html": p.HTML} {
			if text == "" {
				continue
			}
			at := filepath.Join(c.Output, p.Name+ending)
			f, err := os.OpenFile(at, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if err == nil {
				_, err = io.WriteString(f, text)
				err = errors.Join(err, f.Close())
			}
			if err != nil {
				return s.fault(err, words.EvidenceStopped, words.PaperUnwrittenHint, "path", at, "what", bare(err))
			}
		}
		s.say(words.PaperWritten, "path", filepath.Join(c.Output, p.Name+".html"))
	}
	return nil
}

// note notes that a letter was sent, or that an answer came.
func (c *evidenceComplaint) note(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	var m api.Mark
	for _, one := range [][2]string{{"request", c.Sent}, {"answer", c.Answered}, {"complaint", c.Filed}} {
		if one[1] == "" {
			continue
		}
		q := api.LetterRequest{Sender: c.Target, Kind: one[0], On: one[1], With: c.With}
		if m, err = client.NoteLetter(ctx, q); err != nil {
			return err
		}
	}
	s.letterLines(m.Letters)
	return nil
}

// letterLines say how letters stand.
func (s *session) letterLines(letters []api.NotedLetter) {
	for _, l := range letters {
		s.say(words.PaperLineWait, "wait", evidence.LetterLine(l, s.words))
	}
}
