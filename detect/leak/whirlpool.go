package leak

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

// A whirl is the table of Whirlpool's round: the S-box and the diffusion matrix
// in one, for each column, and the round constants.
type whirl struct {
	column [8][256]uint64
	round  [10]uint64
}

// whirlTable makes the table from the small boxes of the specification (ISO/IEC
// 10118-3:2004, hash function 7).
var whirlTable = sync.OnceValue(func() *whirl {
	const e, r = "\x01\x0b\x09\x0c\x0d\x06\x0f\x03\x0e\x08\x07\x04\x0a\x02\x05\x00", "\x07\x0c\x0b\x0d\x0e\x04\x09\x0f\x06\x03\x08\x0a\x02\x05\x01\x00"
	var inverse [16]byte
	for i := range 16 {
		inverse[e[i]] = byte(i)
	}
	t := new(whirl)
	var box [256]byte
	for x := range 256 {
		u, l := e[x>>4], inverse[x&15]
		m := r[u^l]
		box[x] = e[u^m]<<4 | inverse[l^m]
	}
	for x := range 256 {
		v := uint64(0)
		for _, factor := range []byte{1, 1, 4, 1, 8, 5, 2, 9} {
			v = v<<8 | uint64(times(box[x], factor))
		}
		for col := range t.column {
			t.column[col][x] = bits.RotateLeft64(v, -8*col)
		}
	}
	for i := range t.round {
		t.round[i] = binary.BigEndian.Uint64(box[8*i:])
	}
	return t
})

// times multiplies in the field of 256 elements with the polynomial 0x11d.
func times(a, b byte) byte {
	product := byte(0)
	for ; b > 0; b >>= 1 {
		if b&1 != 0 {
			product ^= a
		}
		carry := a >> 7
		a = a<<1 ^ carry*0x1d
	}
	return product
}

// mix is one round without its key.
func (t *whirl) mix(in *[8]uint64) (out [8]uint64) {
	for i := range out {
		for col := range 8 {
			out[i] ^= t.column[col][byte(in[(i-col)&7]>>(56-8*col))]
		}
	}
	return out
}

// whirlpool returns the Whirlpool digest.
func whirlpool(data []byte) []byte {
	t := whirlTable()
	msg := append(append(make([]byte, 0, len(data)+128), data...), 0x80)
	for len(msg)%64 != 32 {
		msg = append(msg, 0)
	}
	// The length takes 256 bits; no text here is so long as to need more than
	// the last 64.
	msg = append(msg, make([]byte, 24)...)
	msg = binary.BigEndian.AppendUint64(msg, uint64(len(data))*8)
	var hash [8]uint64
	for ; len(msg) > 0; msg = msg[64:] {
		var block, state [8]uint64
		key := hash
		for i := range block {
			block[i] = binary.BigEndian.Uint64(msg[8*i:])
			state[i] = block[i] ^ key[i]
		}
		for _, constant := range t.round {
			key = t.mix(&key)
			key[0] ^= constant
			state = t.mix(&state)
			for i := range state {
				state[i] ^= key[i]
			}
		}
		for i := range hash {
			hash[i] ^= state[i] ^ block[i]
		}
	}
	var out []byte
	for _, word := range hash {
		out = binary.BigEndian.AppendUint64(out, word)
	}
	return out
}
