package daemon

import (
	"net"
	"os"
)

// heldPorts are ports that the system holds for Unseen (systemd.socket(5)): they
// are open while it starts and stops, and nobody else can have them. Nil holds none.
type heldPorts map[int]*os.File

// holdPorts keeps what was handed over. Each port may be listened on again and
// again, for accounts come and go.
func holdPorts(given map[int]net.Listener) heldPorts {
	held := make(heldPorts)
	for number, ln := range given {
		if tcp, ok := ln.(*net.TCPListener); ok {
			if file, err := tcp.File(); err == nil {
				held[number] = file
			}
		}
		ln.Close() // the file is another handle of the same socket
	}
	return held
}

// listen returns a listener on a port that is held, nil if it is not.
func (h heldPorts) listen(number int) net.Listener {
	file := h[number]
	if file == nil {
		return nil
	}
	ln, err := net.FileListener(file)
	if err != nil {
		return nil
	}
	return ln
}

// close lets go of all ports. The system holds them still.
func (h heldPorts) close() {
	for _, file := range h {
		file.Close()
	}
}
