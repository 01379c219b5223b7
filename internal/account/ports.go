package account

// Ports are the ports of one account on this machine.
type Ports struct {
	// IMAP speaks STARTTLS, IMAPS is TLS from the first octet, SMTP speaks
	// STARTTLS.
	IMAP, IMAPS, SMTP int
}

// slots is how many accounts have ports: 1143 to 1242 and so on never meet.
const slots = 100

// PortsOf returns the ports of a slot.
func PortsOf(slot int) Ports {
	return Ports{IMAP: 1143 + slot, IMAPS: 1993 + slot, SMTP: 1587 + slot}
}

// FreeSlot returns the first slot that no account has and whose ports are all
// free, by asking free for each.
func FreeSlot(taken map[int]bool, free func(port int) bool) (int, error) {
	for slot := range slots {
		p := PortsOf(slot)
		if !taken[slot] && free(p.IMAP) && free(p.IMAPS) && free(p.SMTP) {
			return slot, nil
		}
	}
	return 0, wrong(ErrPorts, "all ports from 1143 to %d are taken", 1143+slots-1)
}
