package study

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/unseen-mail/unseen/internal/report"
)

// Names in a dataset.
const (
	observationsParquet = "observations.parquet"
	observationsLines   = "observations.jsonl"
	messagesParquet     = "messages.parquet"
	messagesLines       = "messages.jsonl"
	figuresTable        = "figures.csv"
	packageFile         = "datapackage.json"
	citationFile        = "CITATION.cff"
	suppressionFile     = "suppression.json"
)

var (
	// ErrTaken is a place for a dataset where there is something already.
	ErrTaken = errors.New("study: there is something already")
	// ErrOthers is studies that are not parts of one.
	ErrOthers = errors.New("study: not parts of one study")
	// ErrEmpty is a study without a mail.
	ErrEmpty = errors.New("study: no mail yet")
)

// An Export says how a dataset is made.
type Export struct {
	// Out is the directory to make.
	Out string
	// Day stands as the day of publication in what is written.
	Day time.Time
	// Tool is the version of the program.
	Tool string
}

// A Written file is one of a dataset.
type written struct {
	name string
	size int64
	sum  string
}

// Publish makes a dataset of a study, or of the parts of one that ran on several
// machines. The files are there whole or not at all.
func Publish(studies []*Study, e Export) (Suppression, error) {
	p := studies[0].Protocol
	for _, s := range studies[1:] {
		if s.Protocol.id() != p.id() || s.Protocol.Seeded != p.Seeded {
			return Suppression{}, fmt.Errorf("making a dataset: %w", ErrOthers)
		}
	}
	if _, err := os.Lstat(e.Out); err == nil {
		return Suppression{}, fmt.Errorf("making %s: %w", e.Out, ErrTaken)
	}
	x := &exporter{studies: studies, Export: e, dir: e.Out + ".part", protocol: p}
	if err := errors.Join(os.RemoveAll(x.dir), os.MkdirAll(x.dir, 0o755)); err != nil {
		return Suppression{}, fmt.Errorf("making a dataset: %w", err)
	}
	told, err := x.all()
	if err != nil {
		return told, fmt.Errorf("making a dataset: %w", errors.Join(err, os.RemoveAll(x.dir)))
	}
	return told, os.Rename(x.dir, e.Out)
}

// An exporter makes one dataset.
type exporter struct {
	Export
	studies  []*Study
	dir      string
	protocol Protocol
	files    []written
	editions editions
}

// editions are what the rows of a dataset were made with.
type editions struct{ tools, rules, lists map[string]bool }

// all writes everything.
func (x *exporter) all() (Suppression, error) {
	k := x.protocol.K
	if x.protocol.Seeded {
		k = 0
	}
	hide := newSuppressor(k)
	if err := each(x.studies, func(_ *Study, r *Record) error { hide.show(r); return nil }); err != nil {
		return hide.told, err
	}
	if hide.told.Messages == 0 {
		return hide.told, ErrEmpty
	}
	compared, err := comparisons(x.studies)
	if err != nil {
		return hide.told, err
	}
	f := newFigures(x.protocol.Seed, x.protocol.Replicates)
	if err := x.tables(func(r *Record) {
		if !x.protocol.Seeded {
			hide.hide(r)
		}
		compared.fill(r)
		f.mail(r)
	}); err != nil {
		return hide.told, err
	}
	if err := x.figures(f.finish()); err != nil {
		return hide.told, err
	}
	return hide.told, x.papers(&hide.told)
}

// A tableFile is one file of a dataset while it is written.
type tableFile struct {
	file *os.File
	buf  *bufio.Writer
	sum  hash.Hash
	size int64
}

// Write implements [io.Writer].
func (t *tableFile) Write(b []byte) (int, error) {
	t.size += int64(len(b))
	t.sum.Write(b)
	return t.buf.Write(b)
}

// create begins a file.
func (x *exporter) create(name string) (*tableFile, error) {
	f, err := os.Create(filepath.Join(x.dir, name))
	if err != nil {
		return nil, err
	}
	return &tableFile{file: f, buf: bufio.NewWriterSize(f, 1<<18), sum: sha256.New()}, nil
}

// finish ends a file and notes it.
func (x *exporter) finish(name string, t *tableFile) error {
	x.files = append(x.files, written{name, t.size, hex.EncodeToString(t.sum.Sum(nil))})
	return errors.Join(t.buf.Flush(), t.file.Sync(), t.file.Close())
}

// tables writes both tables in both forms.
func (x *exporter) tables(prepare func(*Record)) (err error) {
	names := []string{observationsParquet, observationsLines, messagesParquet, messagesLines}
	files := make([]*tableFile, len(names))
	for i, name := range names {
		if files[i], err = x.create(name); err != nil {
			return err
		}
		defer files[i].file.Close()
	}
	rows, mails := newTable[Observation](files[0], 1<<18), newTable[Message](files[2], 1<<18)
	rowLines, mailLines := encoder(files[1]), encoder(files[3])
	x.editions = editions{make(map[string]bool), make(map[string]bool), make(map[string]bool)}
	err = each(x.studies, func(_ *Study, r *Record) error {
		prepare(r)
		x.editions.tools[r.Message.ToolVersion], x.editions.rules[r.Message.RulesVersion] = true, true
		if r.Message.ListHash != nil {
			x.editions.lists[*r.Message.ListHash] = true
		}
		_, err := rows.Write(r.Observations)
		for i := range r.Observations {
			err = errors.Join(err, rowLines(&r.Observations[i]))
		}
		_, also := mails.Write([]Message{r.Message})
		return errors.Join(err, also, mailLines(&r.Message))
	})
	if err = errors.Join(err, rows.Close(), mails.Close()); err != nil {
		return err
	}
	for i, name := range names {
		if err := x.finish(name, files[i]); err != nil {
			return err
		}
	}
	return nil
}

// encoder writes rows as lines of JSON.
func encoder(out io.Writer) func(any) error {
	return func(row any) error {
		line, err := json.Marshal(row)
		if err != nil {
			return err
		}
		_, err = out.Write(append(report.Printable(line), '\n'))
		return err
	}
}

// figures writes the table of figures.
func (x *exporter) figures(list []Figure) error {
	t, err := x.create(figuresTable)
	if err != nil {
		return err
	}
	defer t.file.Close()
	w := csv.NewWriter(t)
	head := make([]string, 0, 8)
	for _, c := range FigureColumns() {
		head = append(head, c.Name)
	}
	err = w.Write(head)
	for _, f := range list {
		err = errors.Join(err, w.Write([]string{f.Part, f.Figure, strconv.FormatInt(f.Num, 10), strconv.FormatInt(f.Den, 10),
			number(f.Rate), number(f.Low), number(f.High), strconv.FormatInt(f.Senders, 10)}))
	}
	if w.Flush(); err != nil || w.Error() != nil {
		return errors.Join(err, w.Error())
	}
	return x.finish(figuresTable, t)
}

// put writes a small file.
func (x *exporter) put(name string, octets []byte) error {
	if err := os.MkdirAll(filepath.Dir(filepath.Join(x.dir, name)), 0o755); err != nil {
		return err
	}
	x.files = append(x.files, written{name, int64(len(octets)), sum(octets)})
	return os.WriteFile(filepath.Join(x.dir, name), octets, 0o644)
}
