package store

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// How plans are gathered.
const (
	// groupWait is how long a plan waits for others.
	groupWait = 200 * time.Millisecond
	// groupPlans and groupSize end the waiting: plans, and octets of them.
	groupPlans = 256
	groupSize  = 4 << 20
	// groupRoom is how many groups may wait for a disk that is slow or
	// refuses; then SavePlan waits, or fails.
	groupRoom = 8
	// groupEvents is how many events may wait.
	groupEvents = 20000
	// groupRetry is how long a group that the disk refused waits.
	groupRetry = 5 * time.Second
)

// A batch is what is written at once.
type batch struct {
	plans   []*Plan
	places  []located
	events  []Event
	touched map[[32]byte]int64
	passed  map[countKey]int
	byPlace map[Place]int64
	byID    map[int64]*Plan
	byHead  map[[32]byte][]*Plan
	tokens  map[tokenKey]Reference
	loads   map[loadKey][]Reference
	hosts   map[loadKey][]*Plan
	size    int
}

// located is a place and the plan there.
type located struct {
	at Place
	id int64
}

func newBatch() *batch {
	return &batch{
		touched: make(map[[32]byte]int64),
		passed:  make(map[countKey]int),
		byPlace: make(map[Place]int64),
		byID:    make(map[int64]*Plan),
		byHead:  make(map[[32]byte][]*Plan),
		tokens:  make(map[tokenKey]Reference),
		loads:   make(map[loadKey][]Reference),
		hosts:   make(map[loadKey][]*Plan),
	}
}

func (b *batch) empty() bool {
	return len(b.plans)+len(b.places)+len(b.events)+len(b.touched)+len(b.passed) == 0
}

// full says that a batch need not wait for more.
func (b *batch) full(times int) bool {
	return len(b.plans)+len(b.places)/4+len(b.events)/4 >= times*groupPlans || b.size >= times*groupSize
}

// A group is what is gathered, and what is being written.
type group struct {
	// flushing is held while a batch is written.
	flushing sync.Mutex
	// nudge ends the waiting; stop ends the goroutine that waits.
	nudge chan struct{}
	stop  chan struct{}
	wait  sync.WaitGroup

	// mu guards what follows.
	mu sync.Mutex
	// in is what is gathered, out what is being written, or was refused.
	in, out *batch
	// refused says that the disk did not take the last group.
	refused bool
	// waiting says that a goroutine waits to write; closed that none may begin.
	waiting, closed bool
	// nextID is that of the next plan.
	nextID int64
	// accounts are those that plans may belong to. A plan of no account
	// would make the disk refuse its whole group.
	accounts map[int64]bool
	// alias leads from plans that equal another to that one.
	alias map[int64]int64
	// tokens and loads are where both go.
	tokens, loads shelf
	// unsummed is how many events are in no hour; again says that hours are to be
	// summed again.
	unsummed int64
	again    bool
}

func (g *group) init() {
	g.nudge = make(chan struct{}, 1)
	g.stop = make(chan struct{})
	g.in = newBatch()
	g.alias = make(map[int64]int64)
	g.accounts = make(map[int64]bool)
}

// knowAccount lets plans belong to an account.
func (g *group) knowAccount(id int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.accounts[id] = true
}

// addPlan gathers a plan and its place.
func (g *group) addPlan(at Place, p *Plan) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.ID = p.Completes; p.ID == 0 {
		p.ID = g.nextID
		g.nextID++
	}
	b := g.in
	b.plans = append(b.plans, p)
	b.byID[p.ID] = p
	b.byHead[p.Header] = append(b.byHead[p.Header], p)
	b.size += len(p.Body)
	for i, token := range p.Tokens {
		if token != "" {
			b.tokens[keyOf(token)] = Reference{p, i}
		}
	}
	b.addLoads(p)
	g.place(at, p.ID)
	return p.ID
}

// addPlace gathers a place.
func (g *group) addPlace(at Place, id int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.place(at, id)
}

// place gathers a place, unless there is a plan at it.
func (g *group) place(at Place, id int64) {
	if at.UID == 0 {
		return
	}
	if _, taken := g.in.byPlace[at]; taken {
		return
	}
	g.in.byPlace[at] = id
	g.in.places = append(g.in.places, located{at, id})
}

// addEvent gathers an event. When the disk has refused for so long that there
// is no room left, the event is lost: a diary must not use up the memory.
func (g *group) addEvent(e Event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.in.events) >= groupEvents {
		return
	}
	g.in.events = append(g.in.events, e)
}

// pass counts a message that went by.
func (g *group) pass(key countKey) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.in.passed[key]++
}

// touch notes that a copy was shown.
func (g *group) touch(key [32]byte, at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.in.touched[key] = at.UnixMilli()
}

// each goes through what is pending, the older first.
func (g *group) each(f func(*batch) (done bool)) {
	for _, b := range [...]*batch{g.out, g.in} {
		if b != nil && f(b) {
			return
		}
	}
}

// at returns the plan at a place: its ID, and itself if it is pending.
func (g *group) at(at Place) (id int64, p *Plan) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.each(func(b *batch) bool {
		id = b.byPlace[at]
		return id != 0
	})
	return g.find(id)
}

// plan returns the ID under which a plan is stored, and the plan if it is pending.
func (g *group) plan(id int64) (int64, *Plan) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.find(id)
}

func (g *group) find(id int64) (int64, *Plan) {
	if other, ok := g.alias[id]; ok {
		id = other
	}
	var p *Plan
	g.each(func(b *batch) bool {
		p = b.byID[id]
		return p != nil
	})
	return id, p
}

func (g *group) byHeader(account int64, header [32]byte) []*Plan {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []*Plan
	g.each(func(b *batch) bool {
		for _, p := range b.byHead[header] {
			if account == 0 || p.Account == account {
				list = append(list, p)
			}
		}
		return false
	})
	return list
}

func (g *group) token(key tokenKey) (*Plan, int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var r Reference
	g.each(func(b *batch) bool {
		r = b.tokens[key]
		return r.Plan != nil
	})
	return r.Plan, r.Number
}

func (g *group) lastBucket() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.tokens.bucket
}

// flushLater makes sure that what is pending is written soon. The goroutine
// that it may start ends when nothing is pending: an idle store does nothing.
func (s *Store) flushLater() {
	g := &s.group
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.in.full(1) {
		select {
		case g.nudge <- struct{}{}:
		default:
		}
	}
	if !g.waiting && !g.closed {
		g.waiting = true
		g.wait.Go(s.flushSoon)
	}
}

// flushSoon writes groups until nothing is left to write.
func (s *Store) flushSoon() {
	g := &s.group
	for wait := groupWait; ; {
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-g.nudge:
		case <-g.stop:
			t.Stop()
			return // Close writes the rest
		}
		t.Stop()
		// The group belongs to nobody's request, so no context ends it.
		wait = groupWait
		if err := s.flushOnce(context.Background()); err != nil {
			s.complain(err)
			wait = groupRetry
			continue
		}
		s.recovered()
		if s.sumSome(context.Background()) {
			wait = 0 // but what came meanwhile goes first
			continue
		}
		g.mu.Lock()
		if g.in.empty() && !g.due() {
			g.waiting = false
			g.mu.Unlock()
			return
		}
		g.mu.Unlock()
	}
}

// complain logs that the disk refuses, once for each time it begins to.
func (s *Store) complain(err error) {
	s.group.mu.Lock()
	defer s.group.mu.Unlock()
	if !s.group.refused {
		s.group.refused = true
		s.log.Error("what is new could not be written; it is kept and tried again every few seconds", "error", err)
	}
}

// recovered logs that the disk takes what it refused.
func (s *Store) recovered() {
	s.group.mu.Lock()
	defer s.group.mu.Unlock()
	if s.group.refused {
		s.group.refused = false
		s.log.Info("what could not be written is written")
	}
}

// room makes the caller wait for a disk that is slow, and returns what is wrong
// with one that refuses.
func (s *Store) room(ctx context.Context, account int64) error {
	g := &s.group
	g.mu.Lock()
	full, closed, known := g.in.full(groupRoom), g.closed, g.accounts[account]
	g.mu.Unlock()
	switch {
	case closed:
		return errClosed
	case !known:
		return fmt.Errorf("there is no account %d", account)
	case full:
		return s.Flush(ctx)
	}
	return nil
}

// Flush writes everything that is pending.
func (s *Store) Flush(ctx context.Context) error {
	for {
		s.group.mu.Lock()
		done := s.group.in.empty() && s.group.out == nil
		s.group.mu.Unlock()
		if done {
			return nil
		}
		if err := s.flushOnce(ctx); err != nil {
			return fmt.Errorf("writing what is pending: %w", err)
		}
	}
}

// flushOnce writes one batch; one that was refused comes first.
func (s *Store) flushOnce(ctx context.Context) error {
	g := &s.group
	g.flushing.Lock()
	defer g.flushing.Unlock()
	g.mu.Lock()
	if g.out == nil {
		if g.in.empty() {
			g.mu.Unlock()
			return nil
		}
		g.out, g.in = g.in, newBatch()
	}
	b := g.out
	c := commit{pack: s.opt.Pack, tokens: g.tokens, loads: g.loads, alias: make(map[int64]int64), known: g.alias}
	g.mu.Unlock()
	// A group that was begun is written, or every look-up would see it and no
	// disk.
	if err := s.commit(context.WithoutCancel(ctx), b, &c); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.out, g.tokens, g.loads = nil, c.tokens, c.loads
	g.unsummed += int64(len(b.events))
	for from, to := range c.alias {
		g.alias[from] = to
	}
	return nil
}

// closeGroup writes what is pending and ends the waiting.
func (s *Store) closeGroup() error {
	g := &s.group
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return nil
	}
	g.closed = true
	close(g.stop)
	g.mu.Unlock()
	g.wait.Wait()
	return s.Flush(context.Background())
}
