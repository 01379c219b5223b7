package room_test

import (
	"testing"
	"testing/synctest"

	"github.com/unseen-mail/unseen/internal/room"
)

// Who finds no room waits until some is given back; who wants more than there is gets in
// alone; nobody waits for a room that is closed.
func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := room.New(10)
		if !r.Take(25) {
			t.Fatal("more than there is does not get in alone")
		}
		in := make(chan bool, 2)
		go func() { in <- r.Take(6) }()
		synctest.Wait()
		if len(in) > 0 {
			t.Error("somebody got in where nothing was left")
		}
		r.Give(25)
		if !<-in {
			t.Error("what was given back is not there")
		}
		go func() { in <- r.Take(6) }()
		synctest.Wait()
		r.Close()
		if <-in {
			t.Error("a closed room let somebody in")
		}
	})
}
