// Package pipeline is "unseen scan" as a pipeline of Apache Beam: mail in files on a
// disk that all workers see, or in objects of a store, goes in, and the rows of package
// report come out, in as many parts as one likes.
//
//	names -> files -> mails -> rows of each mail -> parts
//
// # What holds
//
// A mail has the very rows that "unseen scan" writes of it, made by the same package.
// Part I of N holds the mails that "unseen scan --shard I/N" would take, so that parts
// made here and there go together. The rows of one mail stand together and in order;
// which mail comes first is the engine's to say.
//
// The rules are fixed when the pipeline is made and travel with it. A worker that comes
// to another edition with them than the maker ends with an error, and writes nothing.
//
// A mail that is damaged or cannot be read is a row that says so. A part gets its name
// when it is whole; it can be made any number of times, by several workers at once.
//
// # Limits
//
// A mailbox or an archive is taken apart by one worker, mail by mail; its mails are then
// dealt out to all. An archive in an object store is held in memory, up to 256 MiB.
// IMAP mailboxes are not read: passwords would have to travel.
package pipeline

import (
	"errors"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/unseen-mail/unseen/internal/scan"
	"github.com/unseen-mail/unseen/internal/source"
)

// Errors of what was asked for.
var (
	// ErrNothing is a pipeline without a source.
	ErrNothing = errors.New("pipeline: no source is named")
	// ErrSource is a source that workers cannot read: a mailbox, or standard input.
	ErrSource = errors.New("pipeline: not a source for workers")
	// ErrFormat is a format that is none of [Formats].
	ErrFormat = errors.New("pipeline: not a format")
	// ErrParts is a number of parts that cannot be.
	ErrParts = errors.New("pipeline: not a number of parts")
	// ErrOutput is a name that parts cannot have.
	ErrOutput = errors.New("pipeline: not a name for parts")
)

// A Job says what is scanned, and to where.
type Job struct {
	// Paths are files, directories, patterns (as "mail/*.mbox") or objects
	// ("gs://bucket/mail/*"); one that ends in "/" is everything below it.
	Paths []string
	// Manifests are files with one such path in each line.
	Manifests []string
	// Output is how the names of all parts begin, a directory included; Format is
	// "jsonl", "csv" or "parquet".
	Output, Format string
	// Parts is how many parts there are.
	Parts int
	// Rules are what verdicts go by.
	Rules Rules
	// Recipients are the readers' own addresses, and All tells of every address, as in
	// "unseen scan".
	Recipients []string
	All        bool
	// MaxMail and MaxFile are the sizes in octets over which mails and files are
	// left out. Zero is as in [source.Config].
	MaxMail int
	MaxFile int64
}

// Formats are the forms of parts, which are also the ends of their names.
func Formats() []string { return []string{"jsonl", "csv", "parquet"} }

// Check says whether the job can be.
func (j *Job) Check() error {
	if len(j.Paths)+len(j.Manifests) == 0 {
		return ErrNothing
	}
	for _, path := range append(append([]string{}, j.Paths...), j.Manifests...) {
		if path == "" || path == "-" || source.IsURL(path) {
			return ErrSource
		}
	}
	switch {
	case !slices.Contains(Formats(), j.Format):
		return ErrFormat
	case j.Parts < 1 || j.Parts > scan.MaxShards:
		return ErrParts
	case j.Output == "" || strings.HasSuffix(j.Output, "/") || strings.ContainsAny(j.Output, "*[]\\"):
		return ErrOutput
	}
	return nil
}

// Register tells Beam of what runs on workers. It has to be called once, before
// [beam.Init], by the program that makes the pipeline, which is the workers' too.
func Register() {
	register.DoFn4x1[contextT, string, func(string), func(Mail), error](&listFiles{})
	register.DoFn3x1[contextT, string, func(string), error](&readManifest{})
	register.DoFn4x1[contextT, string, func(Mail), func(Mail), error](&takeApart{})
	register.DoFn3x1[contextT, Mail, func(int, []byte), error](&scanMail{})
	register.DoFn3x1[contextT, int, func(*[]byte) bool, error](&writePart{})
	register.DoFn1x2[int, int, []byte](&nothing{})
	register.Emitter1[string]()
	register.Emitter1[Mail]()
	register.Emitter2[int, []byte]()
	register.Iter1[[]byte]()
}

// Build makes the pipeline of a job that holds by [Job.Check].
func Build(j Job) *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	var names []beam.PCollection
	if len(j.Paths) > 0 {
		names = append(names, beam.CreateList(s.Scope("paths"), j.Paths))
	}
	if len(j.Manifests) > 0 {
		manifests := beam.CreateList(s.Scope("manifests"), j.Manifests)
		names = append(names, beam.ParDo(s.Scope("read manifests"), &readManifest{}, manifests))
	}
	read := Reading{MaxMail: j.MaxMail, MaxFile: j.MaxFile}
	paths := beam.Reshuffle(s, beam.Flatten(s, names...))
	files, missing := beam.ParDo2(s.Scope("list files"), &listFiles{Reading: read}, paths)
	// Mails out of mailboxes and archives are dealt out anew; a file of one mail was
	// dealt out already, and does not travel.
	single, contained := beam.ParDo2(s.Scope("take apart"), &takeApart{Reading: read}, beam.Reshuffle(s, files))
	mails := beam.Flatten(s, single, beam.Reshuffle(s, contained), missing)
	rows := beam.ParDo(s.Scope("scan"), &scanMail{Rules: j.Rules, Recipients: j.Recipients, All: j.All, Parts: j.Parts}, mails)
	// Every part is written, those without a row too: whoever counts them knows that
	// the job is done.
	numbers := make([]int, j.Parts)
	for i := range numbers {
		numbers[i] = i + 1
	}
	empty := beam.ParDo(s.Scope("every part"), &nothing{}, beam.CreateList(s, numbers))
	parts := beam.GroupByKey(s, beam.Flatten(s, rows, empty))
	beam.ParDo0(s.Scope("write"), &writePart{Output: j.Output, Format: j.Format, Parts: j.Parts}, parts)
	return p
}

// nothing gives a part no row.
type nothing struct{}

// ProcessElement implements a DoFn.
func (*nothing) ProcessElement(part int) (int, []byte) { return part, nil }
