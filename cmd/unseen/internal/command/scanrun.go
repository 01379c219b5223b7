package command

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/room"
	"github.com/unseen-mail/unseen/internal/scan"
	"github.com/unseen-mail/unseen/internal/source"
)

const (
	// inFlight is how many octets of mail are held at once, besides one mail
	// that is larger by itself.
	inFlight = 96 << 20
	// ahead is how many mails for each core may be scanned before the first of
	// them is written.
	ahead = 32
	// noteEvery is how often it is noted how far a scan came.
	noteEvery = 250 * time.Millisecond
)

// A job is a mail on its way through.
type job struct {
	mail source.Mail
	// done is closed when what follows is known.
	done chan struct{}
	// key names the mail in the state of a scan.
	key mailKey
	// known says that the mail was written earlier, passed that nothing is
	// written of it now.
	known, passed bool
	report        detect.Report
}

// run scans mails on all cores and writes what is found in the order in which they
// were read. It returns when everybody is done.
func (sc *scanner) run(ctx context.Context, mails iter.Seq[source.Mail]) error {
	cores := runtime.GOMAXPROCS(0)
	order, work := make(chan *job, ahead*cores), make(chan *job, ahead*cores)
	memory := room.New(inFlight)
	var all sync.WaitGroup
	defer all.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, memory.Close)
	all.Go(func() {
		defer close(order)
		defer close(work)
		for mail := range mails {
			j := &job{mail: mail, done: make(chan struct{})}
			if !memory.Take(len(mail.Raw)) {
				return
			}
			select {
			case order <- j:
			case <-ctx.Done():
				return
			}
			work <- j // as much room as order has
		}
	})
	for range cores {
		all.Go(func() {
			for j := range work {
				sc.scan(j)
				close(j.done)
			}
		})
	}
	return sc.writeAll(order, memory)
}

// writeAll writes what was found, in order.
func (sc *scanner) writeAll(order <-chan *job, memory *room.Room) error {
	noted := time.Now()
	for {
		j, err := sc.next(order)
		if j == nil || err != nil {
			return err
		}
		if err := sc.write(j); err != nil {
			return err
		}
		memory.Give(len(j.mail.Raw))
		if sc.state != nil && time.Since(noted) > noteEvery {
			if err := sc.checkpoint(); err != nil {
				return err
			}
			noted = time.Now()
		}
	}
}

// next waits for the next mail; nil if there is none. What was found is there
// even if the rest is not waited for.
func (sc *scanner) next(order <-chan *job) (*job, error) {
	select {
	case j, ok := <-order:
		if !ok {
			return nil, nil
		}
		select {
		case <-j.done:
			return j, nil
		default:
		}
		if err := sc.flush(); err != nil {
			return nil, err
		}
		<-j.done
		return j, nil
	default:
	}
	if err := sc.flush(); err != nil {
		return nil, err
	}
	j, ok := <-order
	if !ok {
		return nil, nil
	}
	<-j.done
	return j, nil
}

// scan looks into one mail.
func (sc *scanner) scan(j *job) {
	m := &j.mail
	if retry := new(source.RetryError); errors.As(m.Err, &retry) {
		return
	}
	sum := scan.Sum(m)
	content := scan.Fault(m.Err)
	if m.Err == nil {
		content = string(sum[:])
	}
	if m.Lasting {
		content = ""
	}
	j.key = keyOf(m.Key, content)
	j.known = sc.state.has(j.key)
	j.passed = j.known || !sc.shard.Has(sum)
	if j.passed || m.Err != nil {
		return
	}
	j.report = sc.looks.Report(m)
}
