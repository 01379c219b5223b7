package command

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/unseen-mail/unseen/internal/study"
	"github.com/unseen-mail/unseen/internal/study/paper"
	"github.com/unseen-mail/unseen/internal/words"
)

type studyReport struct {
	Dataset  string `arg:"" help:"${help_study_dataset}"`
	Output   string `short:"o" required:"" type:"path" placeholder:"FILE" help:"${help_study_report_output}"`
	Language string `enum:",en,fr,nl,de" default:"" placeholder:"LANGUAGE" help:"${help_study_language}"`
}

// Run writes a report.
func (c *studyReport) Run(s *session) error {
	data, err := study.ReadDataset(c.Dataset)
	if err != nil {
		return s.studyFault(c.Dataset, err)
	}
	in := s.words
	if c.Language != "" {
		in = words.In(c.Language)
	}
	r := paper.Of(data, in)
	files, err := r.Write()
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(c.Output, filepath.Ext(c.Output))
	page, sheet := base+".html", base+".pdf"
	for path, octets := range map[string][]byte{page: files.HTML, sheet: files.PDF} {
		if err := os.WriteFile(path, octets, 0o644); err != nil {
			return s.studyFault(path, err)
		}
	}
	s.say(words.StudyReported, "path", page, "pdf", sheet, "n", len(r.Sections))
	return nil
}
