package proxy_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/unseen-mail/unseen/proxy"
)

// holder knows one load and holds it.
type holder struct{}

func (holder) Find(_ context.Context, token, _ string) (proxy.Load, error) {
	if token != "0123456789012345678901" {
		return proxy.Load{}, proxy.ErrUnknownToken
	}
	return proxy.Load{Token: token, URL: "https://track.shop.com/open?id=reader", Sender: "Shop", Pixel: true}, nil
}

func (holder) Decide(context.Context, proxy.Load, *url.URL) (proxy.Decision, error) {
	return proxy.Decision{Reason: "Shop wanted to know that you opened this mail. It was not told."}, nil
}

func (holder) Record(_ context.Context, _ proxy.Load, e proxy.Event) {
	fmt.Println(e.Outcome, e.Asked, e.Reason)
}

// A mail program opens a mail whose pixel is held: it gets a picture that shows
// nothing, and nobody is asked.
func ExampleGateway() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	g, err := proxy.NewGateway(ln, proxy.GatewayConfig{Backend: holder{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	served := make(chan error)
	go func() { served <- g.Serve(ctx) }()

	resp, err := http.Get("http://" + ln.Addr().String() + "/p/0123456789012345678901____")
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	fmt.Println(resp.Status, resp.Header.Get("Content-Type"), len(body))
	stop()
	fmt.Println(<-served)
	// Output:
	// held [] Shop wanted to know that you opened this mail. It was not told.
	// 200 OK image/gif 43
	// <nil>
}
