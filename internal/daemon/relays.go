package daemon

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/store"
)

// relays are the relays of all accounts, by address.
type relays struct {
	daemon *Daemon
	certs  *certificates

	// adding is held while an account is connected, which takes a while.
	adding sync.Mutex

	mu  sync.Mutex // guards what follows
	all map[string]*relay
}

// openRelays makes a relay for each account. They listen from here on, and
// answer from [relays.start] on.
func openRelays(ctx context.Context, d *Daemon) (*relays, error) {
	certs, err := openCertificates(d.cfg.Paths.Data)
	if err != nil {
		return nil, err
	}
	r := &relays{daemon: d, certs: certs, all: make(map[string]*relay)}
	accounts, err := d.core.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		if a.AddOn {
			continue
		}
		one, err := newRelay(d, certs.config(), a)
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

// add begins to relay an account that has just been kept, on the ports that
// were reserved for it.
func (r *relays) add(a store.Account, reserved listeners) (*relay, error) {
	one, err := newRelay(r.daemon, r.certs.config(), a)
	if err != nil {
		reserved.close()
		return nil, err
	}
	for _, p := range one.ports.each() {
		if p.ln = reserved[p.number]; p.ln == nil {
			p.listen()
		}
		delete(reserved, p.number)
	}
	reserved.close()
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

// listeners are ports that are held until somebody serves them.
type listeners map[int]net.Listener

// close lets go of all.
func (l listeners) close() {
	for _, ln := range l {
		ln.Close()
	}
}

// settingSlots is the setting that keeps which ports were ever given away.
const settingSlots = "account slots"

// reserve gives an account ports that no other account ever had and that are
// free now, and holds them. An account that had some keeps them.
func (r *relays) reserve(ctx context.Context, a *store.Account) (listeners, error) {
	if a.IMAPPort != 0 {
		return nil, nil
	}
	given, _, err := r.daemon.core.store.Setting(ctx, settingSlots)
	if err != nil {
		return nil, err
	}
	taken, held := make(map[int]bool), make(listeners)
	for _, word := range strings.Fields(given) {
		slot, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("reading which ports were given away: %w", err)
		}
		taken[slot] = true
	}
	slot, err := account.FreeSlot(taken, func(number int) bool {
		p := port{number: number, held: r.daemon.held}
		if !p.listen() {
			return false
		}
		held[number] = p.ln
		return true
	})
	if err == nil {
		err = r.daemon.core.store.SetSetting(ctx, settingSlots, strings.TrimSpace(given+" "+strconv.Itoa(slot)))
	}
	if err != nil {
		held.close()
		return nil, err
	}
	p := account.PortsOf(slot)
	a.IMAPPort, a.IMAPSPort, a.SMTPPort = p.IMAP, p.IMAPS, p.SMTP
	return held, nil
}
