package daemon

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/proxy/localcert"
)

// relays are the relays of all accounts, by address.
type relays struct {
	daemon *Daemon
	leaf   *localcert.Leaf

	mu  sync.Mutex // guards what follows
	all map[string]*relay
}

// openRelays makes a relay for each account. They listen from here on, and
// answer from [relays.start] on.
func openRelays(ctx context.Context, d *Daemon) (*relays, error) {
	leaf, err := localcert.Load(d.cfg.Paths.Data, time.Now())
	if err != nil {
		return nil, err
	}
	r := &relays{daemon: d, leaf: leaf, all: make(map[string]*relay)}
	accounts, err := d.core.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		one, err := newRelay(d, leaf.Config(), a)
		if err != nil {
			r.stop()
			return nil, fmt.Errorf("preparing the account %s: %w", a.Address, err)
		}
		one.listen()
		r.all[a.Address] = one
	}
	return r, nil
}

// start lets all relays answer.
func (r *relays) start() {
	for _, one := range r.list() {
		one.start()
	}
}

// stop ends all relays and waits for them.
func (r *relays) stop() {
	var work sync.WaitGroup
	for _, one := range r.list() {
		work.Go(one.stop)
	}
	work.Wait()
}

// list returns the relays in the order of their accounts.
func (r *relays) list() []*relay {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*relay, 0, len(r.all))
	for _, one := range r.all {
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b *relay) int { return cmp.Compare(a.account.ID, b.account.ID) })
	return list
}

// get returns the relay of an address, nil if there is none.
func (r *relays) get(address string) *relay {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all[address]
}

// add begins to relay an account that has just been kept.
func (r *relays) add(a store.Account) (*relay, error) {
	one, err := newRelay(r.daemon, r.leaf.Config(), a)
	if err != nil {
		return nil, err
	}
	if old := r.drop(a.Address); old != nil {
		old.stop()
	}
	one.listen()
	one.start()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all[a.Address] = one
	return one, nil
}

// drop takes a relay out and returns it, nil if there is none.
func (r *relays) drop(address string) *relay {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := r.all[address]
	delete(r.all, address)
	return one
}

// choosePorts gives an account ports that no other account has and that are
// free now. An account that had some keeps them.
func (r *relays) choosePorts(a *store.Account) error {
	if a.IMAPPort != 0 {
		return nil
	}
	taken := make(map[int]bool)
	for _, one := range r.list() {
		taken[one.account.IMAPPort-account.PortsOf(0).IMAP] = true
	}
	slot, err := account.FreeSlot(taken, account.Free)
	if err != nil {
		return err
	}
	p := account.PortsOf(slot)
	a.IMAPPort, a.IMAPSPort, a.SMTPPort = p.IMAP, p.IMAPS, p.SMTP
	return nil
}
