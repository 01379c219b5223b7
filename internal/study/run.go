package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/room"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

const (
	// partMessages and partRows are how much a part holds at most, about.
	partMessages = 4096
	partRows     = 60_000
	// partAfter is how long rows may wait for others before they are written.
	partAfter = 20 * time.Second
	// inFlight is how many octets of mail are held at once, besides one larger mail.
	inFlight = 96 << 20
	// ahead is how many mails for each core may wait.
	ahead = 32
)

// A Run says how a study is run. The zero value but for Catalogue and Tool is enough.
type Run struct {
	// Catalogue is what verdicts go by, Tool the version of the program.
	Catalogue *catalogue.Catalogue
	Tool      string
	// Mail says how mail is read. Its Known is the study's own.
	Mail source.Config
	// Own returns the mails that came through the Unseen that runs here, for the source
	// [OwnPath]. Nil is a source that cannot be reached.
	Own OwnMails
	// Shard and Of say which part of all mails is looked into, from 1; zero is all.
	Shard, Of uint64
	// Told hears of what could not be read, one call at a time. Nil is nobody.
	Told func(Source, source.Mail)
	// Passed hears of each mail that was dealt with, one call at a time. Nil is nobody.
	Passed func(octets int)

	// part is how many mails a part holds at most; zero means partMessages.
	part int
	// step is called at each step of a run, on the goroutine that keeps what was found,
	// which waits for it. Nil is nobody. Tests end a run there.
	step func(step)
}

// A step is a moment between two things that a run does to what lies on disk.
type step string

// The steps of a run: a mail was taken in, a part's files are written but not counted,
// and a part counts.
const (
	stepMail    step = "mail"
	stepWritten step = "written"
	stepNoted   step = "noted"
)

// at passes a step.
func (r *Run) at(s step) {
	if r.step != nil {
		r.step(s)
	}
}

// A Tally is what a run came to.
type Tally struct {
	// Mails were looked into, Known were known from before, Damaged could not be looked
	// into and have a row that says so; References counts rows.
	Mails, Known, Damaged, References int
	// Unreached counts sources that could not be read to their end.
	Unreached int
}

// Run looks into all mail that was not looked into yet. What is done when it ends, by an
// error too, stays done.
func (s *Study) Run(ctx context.Context, r Run) (Tally, error) {
	return s.run(ctx, r, s.Protocol.Sources)
}

// run runs over some sources.
func (s *Study) run(ctx context.Context, r Run, sources []Source) (Tally, error) {
	if s.Protocol.Closed {
		return Tally{}, fmt.Errorf("running the study: %w", ErrClosed)
	}
	own, err := readRules(s.dir, r.Catalogue)
	if err != nil {
		return Tally{}, err
	}
	o := &observer{names: s.names, seeds: s.seeds, rules: own, tool: r.Tool,
		judge: &detect.Judge{Catalogue: r.Catalogue, Aliases: own.alias}}
	w := &worker{study: s, run: r, observer: o, fresh: make(map[string]bool), begun: time.Now()}
	if err := w.all(ctx, sources); err != nil {
		return w.tally, err
	}
	return w.tally, ctx.Err()
}

// A worker is one run over the mail of a study.
type worker struct {
	study    *Study
	run      Run
	observer *observer
	tally    Tally
	// keys, fresh and records are of the part that is being filled; copies are for
	// comparing, and mended are rows of faults that are over.
	keys    []string
	mended  []string
	fresh   map[string]bool
	records []Record
	copies  []stored
	rows    int
	begun   time.Time
}

// A job is a mail on its way.
type job struct {
	source *Source
	mail   source.Mail
	// own is a mail of the Unseen that runs here, in the place of its octets.
	own *api.StudyMail
	// place names where it is, key it.
	place, key string
	// fault is the row that said why it could not be looked into, "" for none.
	fault string
	// known says that there is nothing to do, passed that it is of another shard.
	known, passed bool
	record        Record
	err           error
	done          chan struct{}
}

// size is how much memory it takes, in octets.
func (j *job) size() int {
	if j.own != nil {
		return ownSize(j.own)
	}
	return len(j.mail.Raw)
}

// all looks into mail on all cores and takes what is found in the order of reading.
func (w *worker) all(ctx context.Context, sources []Source) (err error) {
	cores := runtime.GOMAXPROCS(0)
	order, work := make(chan *job, ahead*cores), make(chan *job, ahead*cores)
	memory := room.New(inFlight)
	var busy sync.WaitGroup
	defer busy.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, memory.Close)
	busy.Go(func() {
		defer close(order)
		defer close(work)
		w.read(ctx, sources, memory, func(j *job) bool {
			select {
			case order <- j:
			case <-ctx.Done():
				return false
			}
			work <- j // as much room as order has
			return true
		})
	})
	for range cores {
		busy.Go(func() {
			for j := range work {
				w.look(j)
				close(j.done)
			}
		})
	}
	for j := range order {
		<-j.done
		if err := w.take(j); err != nil {
			return err
		}
		memory.Give(j.size())
	}
	return w.flush()
}

// read hands out the mails of sources.
func (w *worker) read(ctx context.Context, sources []Source, memory *room.Room, give func(*job) bool) {
	for i := range sources {
		at := &sources[i]
		if at.Path == OwnPath {
			if !w.readOwn(ctx, at, memory, give) {
				return
			}
			continue
		}
		cfg := w.run.Mail
		cfg.Known = func(place string) bool {
			known, err := w.study.state.has(w.place(at, place))
			return err == nil && known
		}
		for mail := range cfg.Mails(ctx, []string{at.Path}) {
			if !memory.Take(len(mail.Raw)) {
				return
			}
			j := &job{source: at, mail: mail, place: w.place(at, mail.Key), done: make(chan struct{})}
			if !give(j) {
				return
			}
		}
	}
}

// place names where a mail is.
func (w *worker) place(at *Source, key string) string {
	return w.observer.names.name("place", at.Holder, key)
}

// look looks into one mail.
func (w *worker) look(j *job) {
	if retry := new(source.RetryError); errors.As(j.mail.Err, &retry) {
		return
	}
	if skip := new(source.SkipError); errors.As(j.mail.Err, &skip) {
		return
	}
	if j.mail.Err != nil {
		j.record = w.observer.failure(j.source.Holder, j.mail.Key, faultWord(j.mail.Err))
		j.key = j.record.Message.MsgKey
		j.known, j.err = w.study.state.has(j.key)
		return
	}
	if j.own != nil {
		j.key = w.observer.ownKey(j.source.Holder, j.own.ID)
	} else {
		j.key = w.observer.keyOf(j.source.Holder, j.mail.Raw)
	}
	if j.passed = !inShard(j.key, w.run.Shard, w.run.Of); j.passed {
		return
	}
	if j.known, j.err = w.study.state.has(j.key); j.known || j.err != nil {
		return
	}
	if j.own != nil {
		j.record = w.observer.observeOwn(j.source, j.own)
		return
	}
	fault := w.observer.failureKey(j.source.Holder, j.mail.Key)
	if was, err := w.study.state.has(fault); err != nil {
		j.err = err
		return
	} else if was {
		j.fault = fault
	}
	j.record = w.observer.observe(seen{holder: j.source.Holder, own: j.source.Recipients, raw: j.mail.Raw})
}

// inShard says whether a mail is of a shard, by its key.
func inShard(key string, shard, of uint64) bool {
	if of == 0 {
		return true
	}
	sum := uint64(0)
	for i := range min(15, len(key)) {
		sum = sum<<4 | uint64(hexDigit(key[i]))
	}
	return sum%of == shard-1
}

// hexDigit is the value of a digit.
func hexDigit(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// take takes in what was found in a mail.
func (w *worker) take(j *job) error {
	if w.run.Passed != nil {
		w.run.Passed(j.size())
	}
	switch {
	case j.err != nil:
		return j.err
	case j.mail.Err != nil && j.key == "":
		if retry := new(source.RetryError); errors.As(j.mail.Err, &retry) {
			w.tally.Unreached++
		}
		w.tell(j)
		return nil
	case j.passed:
		return nil
	case j.mail.Err != nil && !j.known:
		w.tell(j)
		w.tally.Damaged++
	}
	if j.mail.Lasting {
		// Where it is now, so that it is not asked for again.
		w.keys = append(w.keys, j.place)
	}
	if j.known || w.fresh[j.key] {
		w.tally.Known++
		return nil
	}
	w.fresh[j.key] = true
	w.keys = append(w.keys, j.key)
	if j.mail.Err == nil {
		w.tally.Mails++
	}
	if j.fault != "" {
		w.mended = append(w.mended, j.fault)
	}
	w.records = append(w.records, j.record)
	w.rows += len(j.record.Observations)
	w.tally.References += len(j.record.Observations)
	if m := &j.record.Message; w.study.Protocol.Seeded && m.CampaignKey != nil && j.own == nil {
		w.copies = append(w.copies, stored{m.MsgKey, *m.CampaignKey, j.source.Holder, recipientIn(j), j.mail.Raw})
	}
	w.run.at(stepMail)
	if len(w.records) >= cmp.Or(w.run.part, partMessages) || w.rows >= partRows || time.Since(w.begun) > partAfter {
		return w.flush()
	}
	return nil
}

// tell says what could not be read.
func (w *worker) tell(j *job) {
	if w.run.Told != nil {
		w.run.Told(*j.source, j.mail)
	}
}

// flush writes a part and takes it into the state.
func (w *worker) flush() error {
	w.begun = time.Now()
	if len(w.keys) == 0 {
		return nil
	}
	var p part
	if len(w.records) > 0 {
		name, err := w.study.nextPart()
		if err != nil {
			return err
		}
		if p, err = w.study.writePart(name, w.records); err != nil {
			return err
		}
		w.run.at(stepWritten)
	}
	if err := w.study.state.commit(p, w.keys, w.mended, w.copies); err != nil {
		return err
	}
	w.run.at(stepNoted)
	clear(w.fresh)
	w.keys, w.mended, w.records, w.copies, w.rows = nil, nil, nil, nil, 0
	return nil
}

// nextPart names the part after the last one.
func (s *Study) nextPart() (string, error) {
	parts, err := s.state.parts()
	if err != nil {
		return "", err
	}
	last := 0
	if len(parts) > 0 {
		if last, err = strconv.Atoi(parts[len(parts)-1].Name); err != nil {
			return "", fmt.Errorf("naming a part: %w: %s", ErrDamaged, parts[len(parts)-1].Name)
		}
	}
	return fmt.Sprintf("%06d", last+1), nil
}

// recipientIn is to whom a copy came.
func recipientIn(j *job) string {
	if len(j.source.Recipients) == 1 {
		return j.source.Recipients[0]
	}
	return ""
}
