package tray

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// Names of the notification service (Desktop Notifications Specification 1.2).
const (
	notifyName = "org.freedesktop.Notifications"
	notifyPath = dbus.ObjectPath("/org/freedesktop/Notifications")
	// shown is for how many milliseconds a notice stays.
	shown = int32(10_000)
)

// A notifier shows notices, one at a time: a new one takes the place of the last.
type notifier struct {
	bus  *dbus.Conn
	last uint32
}

// listen returns the keys of actions that are pressed on notices of this bus.
func (n *notifier) listen() (<-chan string, error) {
	if err := n.bus.AddMatchSignal(dbus.WithMatchInterface(notifyName), dbus.WithMatchMember("ActionInvoked")); err != nil {
		return nil, fmt.Errorf("listening for answers to notices: %w", err)
	}
	signals, keys := make(chan *dbus.Signal, 8), make(chan string, 8)
	n.bus.Signal(signals)
	go func() {
		// It ends with the bus, which closes signals.
		defer close(keys)
		for s := range signals {
			if s.Name != notifyName+".ActionInvoked" || len(s.Body) != 2 {
				continue
			}
			if key, ok := s.Body[1].(string); ok {
				keys <- key
			}
		}
	}()
	return keys, nil
}

// show puts a sentence before the reader, with actions as pairs of key and text. The
// sentence is Unseen's own: servers read markup in it.
func (n *notifier) show(ctx context.Context, text string, actions ...string) error {
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant("io.github.unseen_mail.Unseen"), "urgency": dbus.MakeVariant(byte(0))}
	call := n.bus.Object(notifyName, notifyPath).CallWithContext(ctx, notifyName+".Notify", 0,
		"Unseen", n.last, "io.github.unseen_mail.Unseen", "Unseen", text, actions, hints, shown)
	if err := call.Store(&n.last); err != nil {
		return fmt.Errorf("showing a notice: %w", err)
	}
	return nil
}
