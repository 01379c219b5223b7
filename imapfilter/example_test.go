package imapfilter_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter"
)

// A Planner that changes nothing makes a relay that changes nothing.
type nothing struct{}

func (nothing) Known(context.Context, imapfilter.Place) (*message.Overlay, error)    { return nil, nil }
func (nothing) Copied(context.Context, []imapfilter.Place, []imapfilter.Place) error { return nil }
func (nothing) Begin(imapfilter.Place) imapfilter.Planning                           { return nothing{} }
func (nothing) Appended(context.Context, []byte) ([]*message.Overlay, error)         { return nil, nil }
func (nothing) Restore(_ context.Context, raw []byte) ([]byte, error)                { return raw, nil }
func (nothing) Header([]byte)                                                        {}
func (nothing) Leaf(*message.Part) message.Editor                                    { return nil }
func (nothing) End(*message.Layout, bool)                                            {}
func (nothing) Place(imapfilter.Place)                                               {}

func ExampleServer() {
	relay, err := imapfilter.New(imapfilter.Config{
		Planner:  nothing{},
		Upstream: imapfilter.Upstream{Host: "imap.example.org"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // a program would wait for a signal
	fmt.Println(relay.Serve(ctx, ln, imapfilter.ModePlain))
	// Output: <nil>
}

func ExampleNew() {
	_, err := imapfilter.New(imapfilter.Config{
		Planner:  nothing{},
		Upstream: imapfilter.Upstream{Host: "imap.example.org", TLS: &tls.Config{InsecureSkipVerify: true}},
	})
	fmt.Println(err)
	// Output: imapfilter: an upstream certificate must be verified
}
