package daemon

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/native"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// settingDoor is the setting that keeps which add-ons are paired.
	settingDoor = "add-on door"
	// codeTime is how long a code counts, and codeTries how often one may be wrong.
	codeTime  = 10 * time.Minute
	codeTries = 5
	// mostPaired is how many add-ons are paired at most: the oldest goes.
	mostPaired = 8
	// codeLetters are those of a code: 60 bits.
	codeLetters = 12
	// doorAgain is how long a port that is taken is left alone.
	doorAgain = 5 * time.Second
)

// A door lets add-ons in over loopback HTTP that cannot start a program. Nothing
// listens until a code was asked for, and nothing does any more when nobody is paired.
type door struct {
	d *Daemon
	// knock wakes the part that listens.
	knock chan struct{}

	mu sync.Mutex // guards what follows
	doorState
	code  string
	until time.Time
	tries int
}

// A doorState is what is kept of a door.
type doorState struct {
	Port   int      `json:"port"`
	Paired []paired `json:"paired"`
}

// A paired add-on may come.
type paired struct {
	// Origin is that of its pages, and Token the SHA-256 of what it shows, in
	// hexadecimal: whoever reads the store cannot come by it.
	Origin string `json:"origin"`
	Token  string `json:"token"`
}

// openDoor remembers who is paired.
func openDoor(ctx context.Context, d *Daemon) (*door, error) {
	o := &door{d: d, knock: make(chan struct{}, 1)}
	kept, ok, err := d.core.store.Setting(ctx, settingDoor)
	if err != nil || !ok {
		return o, err
	}
	if err := json.Unmarshal([]byte(kept), &o.doorState); err != nil {
		return nil, fmt.Errorf("reading which add-ons are paired: %w", err)
	}
	return o, nil
}

// Open says whether anybody is paired, or may be.
func (o *door) Open() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.Paired) > 0 || time.Now().Before(o.until)
}

// Paired says whether a token is that of an origin.
func (o *door) pairedAs(token, origin string) bool {
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(token)))
	o.mu.Lock()
	defer o.mu.Unlock()
	found := 0
	for _, one := range o.doorState.Paired {
		found |= subtle.ConstantTimeCompare([]byte(sum), []byte(one.Token)) & subtle.ConstantTimeCompare([]byte(origin), []byte(one.Origin))
	}
	return found == 1
}

// pair gives an add-on that brings the code a token. The code counts once.
func (o *door) pair(ctx context.Context, code, origin string) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.code == "" || time.Now().After(o.until) {
		return "", native.ErrCode
	}
	if subtle.ConstantTimeCompare([]byte(plainCode(code)), []byte(plainCode(o.code))) != 1 {
		if o.tries++; o.tries >= codeTries {
			o.code, o.until = "", time.Time{}
			o.wake()
		}
		return "", native.ErrCode
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	token := base64.RawURLEncoding.EncodeToString(secret)
	now := doorState{Port: o.Port}
	for _, one := range o.doorState.Paired {
		if one.Origin != origin {
			now.Paired = append(now.Paired, one)
		}
	}
	now.Paired = append(now.Paired, paired{Origin: origin, Token: fmt.Sprintf("%x", sha256.Sum256([]byte(token)))})
	now.Paired = now.Paired[max(0, len(now.Paired)-mostPaired):]
	if err := o.keep(ctx, now); err != nil {
		return "", err
	}
	o.code, o.until = "", time.Time{}
	return token, nil
}

// keep keeps who is paired. The caller holds mu.
func (o *door) keep(ctx context.Context, now doorState) error {
	text, err := json.Marshal(now)
	if err == nil {
		err = o.d.core.store.SetSetting(ctx, settingDoor, string(text))
	}
	if err == nil {
		o.doorState = now
	}
	return err
}

// plainCode is a code without what people put between its letters.
func plainCode(code string) string {
	return strings.ToUpper(strings.Join(strings.FieldsFunc(code, func(r rune) bool { return r == '-' || r == ' ' }), ""))
}

// addOnPair gives out a code, which counts once and for a while.
func (d *Daemon) addOnPair(ctx context.Context) (api.AddOnCode, error) {
	o := d.door
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.Port == 0 {
		// A port for good: add-ons remember it.
		ln, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return api.AddOnCode{}, d.refusal(api.CodeFailed, words.DoorShut, words.DoorShutHint)
		}
		port := ln.Addr().(*net.TCPAddr).Port
		ln.Close()
		if err := o.keep(ctx, doorState{Port: port, Paired: o.doorState.Paired}); err != nil {
			return api.AddOnCode{}, d.explainStore(err)
		}
	}
	letters := base32.StdEncoding.EncodeToString(random(8))[:codeLetters] // RFC 4648, section 6
	o.code = fmt.Sprintf("%d-%s-%s-%s", o.Port, letters[:4], letters[4:8], letters[8:])
	o.until, o.tries = time.Now().Add(codeTime), 0
	o.wake()
	return api.AddOnCode{Code: api.Secret(o.code), Until: o.until.UTC()}, nil
}

// random are so many octets that nobody can guess.
func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// addOnUnpair lets nobody in any more.
func (d *Daemon) addOnUnpair(ctx context.Context) (api.AddOnUnpaired, error) {
	o := d.door
	o.mu.Lock()
	defer o.mu.Unlock()
	out := api.AddOnUnpaired{Was: len(o.doorState.Paired)}
	if err := o.keep(ctx, doorState{}); err != nil {
		return out, d.explainStore(err)
	}
	o.code, o.until = "", time.Time{}
	o.wake()
	return out, nil
}

// wake has the part that listens look again.
func (o *door) wake() {
	select {
	case o.knock <- struct{}{}:
	default:
	}
}

// port is where to listen, 0 for nowhere, and for how long at most.
func (o *door) port() (int, time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch wait := time.Until(o.until); {
	case len(o.doorState.Paired) > 0:
		return o.Port, 24 * time.Hour
	case wait > 0:
		return o.Port, wait
	}
	return 0, 24 * time.Hour
}

// serve listens while it is asked for, until ctx ends.
func (o *door) serve(ctx context.Context) error {
	for ctx.Err() == nil {
		port, most := o.port()
		var err error
		if port != 0 {
			if err = o.listen(ctx, port, most); err != nil {
				o.d.cfg.Logger.Warn("the port for add-ons is taken", "err", err)
				most = doorAgain
			}
		}
		if port == 0 || err != nil {
			select {
			case <-ctx.Done():
			case <-o.knock:
			case <-time.After(most):
			}
		}
	}
	return nil
}

// listen answers on a port until it is woken, the time is over, or ctx ends.
func (o *door) listen(ctx context.Context, port int, most time.Duration) error {
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	ln, err := net.Listen("tcp4", addr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	server := &http.Server{
		Handler: &native.Door{Addr: addr, Host: &native.Host{Client: o.d.Client(), Words: o.d.cfg.Words}, Pairings: doorPairings{o}},
		// A stream of news ends with the door.
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	ended := make(chan struct{})
	o.d.work.Go(func() {
		defer close(ended)
		for {
			select {
			case <-ctx.Done():
			case <-o.knock:
				if now, _ := o.port(); now == port {
					continue
				}
			}
			server.Close()
			return
		}
	})
	// Another user can take the port while nobody listens, and hear what an add-on shows:
	// with that they are let in nowhere.
	err = server.Serve(&ownListener{ln, "", func() {
		o.d.cfg.Logger.Info("a program of another user, or one that has gone, was turned away", "part", "door")
	}})
	cancel()
	<-ended
	if err == http.ErrServerClosed {
		return nil
	}
	return err
}

// doorPairings are what the door of package native asks.
type doorPairings struct{ *door }

// Pair implements [native.Pairings].
func (p doorPairings) Pair(ctx context.Context, code, origin string) (string, error) {
	return p.pair(ctx, code, origin)
}

// Paired implements [native.Pairings].
func (p doorPairings) Paired(token, origin string) bool { return p.pairedAs(token, origin) }
