package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
)

// A Client speaks with the daemon. It may be used by several goroutines.
type Client struct {
	http *http.Client
}

// NewClient returns a client of the socket at a path. It connects when it is
// asked something.
func NewClient(path string) *Client {
	var d net.Dialer
	return &Client{&http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := d.DialContext(ctx, "unix", path)
			if err != nil {
				return nil, err
			}
			if uid, ok := peerUID(conn.(*net.UnixConn)); ok && uid != os.Getuid() && uid != 0 {
				// They would be told passwords.
				conn.Close()
				return nil, ErrForeign
			}
			return conn, nil
		},
		MaxIdleConns: 1,
	}}}
}

// Status says how Unseen does.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return call[Status](ctx, c, "GET", "/v1/status", nil)
}

// Accounts lists the connected accounts.
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	return call[[]Account](ctx, c, "GET", "/v1/accounts", nil)
}

// AddAccount connects an account.
func (c *Client) AddAccount(ctx context.Context, n NewAccount) (Account, error) {
	return call[Account](ctx, c, "POST", "/v1/accounts", n)
}

// RemoveAccount disconnects an account.
func (c *Client) RemoveAccount(ctx context.Context, address string) (Account, error) {
	return call[Account](ctx, c, "POST", "/v1/accounts/remove", named{address})
}

// CheckAccount tries the servers of an account.
func (c *Client) CheckAccount(ctx context.Context, r CheckRequest) ([]Step, error) {
	return call[[]Step](ctx, c, "POST", "/v1/accounts/check", r)
}

// Senders lists whose mail came through.
func (c *Client) Senders(ctx context.Context) ([]Sender, error) {
	return call[[]Sender](ctx, c, "GET", "/v1/senders", nil)
}

// Standings lists where consent stands.
func (c *Client) Standings(ctx context.Context) ([]Standing, error) {
	return call[[]Standing](ctx, c, "GET", "/v1/consent", nil)
}

// Decide writes decisions into the ledger. When it returns they are on disk
// and act on the next load.
func (c *Client) Decide(ctx context.Context, d Decision) ([]Standing, error) {
	return call[[]Standing](ctx, c, "POST", "/v1/consent", d)
}

// Verify checks the ledger.
func (c *Client) Verify(ctx context.Context) (Verification, error) {
	return c.VerifyAgainst(ctx, "")
}

// Pictures lists the choices about pictures.
func (c *Client) Pictures(ctx context.Context) ([]Picture, error) {
	return call[[]Picture](ctx, c, "GET", "/v1/pictures", nil)
}

// ShowPictures makes a choice about pictures and returns it with the key of
// the sender that was found.
func (c *Client) ShowPictures(ctx context.Context, p Picture) (Picture, error) {
	return call[Picture](ctx, c, "POST", "/v1/pictures", p)
}

// Events returns at most limit events after a number, oldest first; a negative
// number returns the newest.
func (c *Client) Events(ctx context.Context, after int64, limit int) ([]Event, error) {
	return call[[]Event](ctx, c, "GET", fmt.Sprintf("/v1/events?after=%d&limit=%d", after, limit), nil)
}

// Follow returns each event after a number, those to come too, until ctx ends.
// A negative number begins now. The last pair may carry an error.
func (c *Client) Follow(ctx context.Context, after int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		resp, err := c.do(ctx, "GET", "/v1/events/follow?after="+strconv.FormatInt(after, 10), nil)
		if err != nil {
			if ctx.Err() == nil {
				yield(Event{}, err)
			}
			return
		}
		defer resp.Body.Close()
		for lines := json.NewDecoder(resp.Body); ; {
			var e Event
			if err := lines.Decode(&e); err != nil {
				if !errors.Is(err, io.EOF) && ctx.Err() == nil {
					yield(Event{}, fmt.Errorf("following events: %w", err))
				}
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// call asks one question and reads the answer.
func call[Out any](ctx context.Context, c *Client, method, path string, in any) (Out, error) {
	var out Out
	resp, err := c.do(ctx, method, path, in)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		return out, fmt.Errorf("reading the answer of Unseen: %w", err)
	}
	return out, nil
}

// send sends a file and reads the answer.
func send[Out any](ctx context.Context, c *Client, path string, file io.Reader) (Out, error) {
	var out Out
	resp, err := c.send(ctx, "POST", path, file)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		return out, fmt.Errorf("reading the answer of Unseen: %w", err)
	}
	return out, nil
}

// do sends a request and returns the answer if it is not a refusal.
func (c *Client) do(ctx context.Context, method, path string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("writing the request: %w", err)
		}
		body = bytes.NewReader(text)
	}
	return c.send(ctx, method, path, body)
}

// send sends a request with a body and returns the answer if it is not a refusal.
func (c *Client) send(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://unseen"+path, body)
	if err != nil {
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err() // whoever ended it knows why
		}
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
			return nil, ErrNotRunning
		}
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, ErrForeign) {
			return nil, ErrForeign
		}
		return nil, fmt.Errorf("asking Unseen: %w", err)
	}
	if err := checkVersion(resp); err != nil {
		resp.Body.Close()
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	e := new(Error)
	if err := json.NewDecoder(io.LimitReader(resp.Body, MaxBody)).Decode(e); err != nil || e.Text == "" {
		return nil, fmt.Errorf("asking Unseen: it answered %s", resp.Status)
	}
	return nil, e
}
