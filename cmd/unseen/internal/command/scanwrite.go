package command

import (
	"errors"
	"io/fs"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/scan"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/words"
)

// write writes what became of a mail. The error is of writing.
func (sc *scanner) write(j *job) error {
	if sc.state != nil && !j.known && j.key != (mailKey{}) {
		defer sc.state.note(j.key)
	}
	sc.meter.passed(len(j.mail.Raw))
	if j.passed {
		return nil
	}
	m := &j.mail
	var skip *source.SkipError
	var retry *source.RetryError
	switch {
	case errors.As(m.Err, &skip):
		sc.skip(m.Name, skip)
		return nil
	case errors.As(m.Err, &retry):
		// No row: another run may find what there is.
		sc.unreadable(m.Name, retry.Err)
		return nil
	case errors.Is(m.Err, source.ErrTooLarge):
		j.report.Gaps = []message.Gap{{Reason: plan.GapSize}}
	case m.Err != nil:
		sc.unreadable(sc.mailName(m.Name, m.Number), m.Err)
		if sc.rows == nil {
			return nil
		}
		return sc.rows.Write(scan.Unread(m.Name, scan.Fault(m.Err)))
	}
	sc.count(&j.report)
	if sc.rows == nil {
		sc.text(m.Name, m.Number, &j.report)
		return nil
	}
	return scan.Rows(m, &j.report, sc.rows.Write)
}

// count counts a mail and what reports in it.
func (sc *scanner) count(r *detect.Report) {
	sc.Mails++
	sc.Found += scan.Found(r)
	if len(r.Gaps) > 0 {
		sc.Partly++
	}
}

// skip says that something that is no file was passed by.
func (sc *scanner) skip(name string, e *source.SkipError) {
	what := words.SkipOther
	switch mode := e.Mode; {
	case e.Loop:
		what = words.SkipLoop
	case mode.IsDir():
		what = words.SkipDirectory
	case mode&fs.ModeNamedPipe != 0:
		what = words.SkipPipe
	case mode&fs.ModeSocket != 0:
		what = words.SkipSocket
	case mode&fs.ModeDevice != 0:
		what = words.SkipDevice
	case mode&fs.ModeSymlink != 0:
		what = words.SkipDangling
	}
	sc.meter.clear()
	sc.complain(sc.words.Say(words.Skipped, "path", name, "what", sc.words.Say(what)), "")
}

// unreadable says that something cannot be read.
func (sc *scanner) unreadable(name string, err error) {
	sc.Failed = true
	sc.meter.clear()
	hint := words.ReadingFileHint
	if source.IsURL(name) {
		hint = words.ScanServerHint
	}
	said := sc.words.Say(hint)
	var fault *words.Fault
	if errors.As(err, &fault) {
		said = fault.Hint
	}
	sc.complain(sc.words.Say(words.ReadingFile, "path", name, "what", faultText(sc.words, err)), said)
}

// faultText says why there is no mail.
func faultText(w *words.Catalogue, err error) string {
	for _, known := range []struct {
		err error
		say words.Key
	}{
		{source.ErrTooLarge, words.FaultSize},
		{source.ErrUnpacks, words.FaultUnpacks},
		{source.ErrDepth, words.FaultArchives},
		{source.ErrEncrypted, words.FaultEncrypted},
		{source.ErrArchive, words.FaultArchive},
		{source.ErrMessage, words.FaultServer},
		{source.ErrPassword, words.FaultPasswordInURL},
		{source.ErrURL, words.FaultURL},
		{source.ErrNoToken, words.FaultNoToken},
		{errNoCertificate, words.FaultCertificate},
		{evidence.ErrNoMail, words.FaultNoMail},
		{fs.ErrNotExist, words.FaultMissing},
	} {
		if errors.Is(err, known.err) {
			return w.Say(known.say)
		}
	}
	return bare(err).Error()
}
