package study

import (
	"crypto/md5"
	"encoding/binary"
	"slices"
	"strconv"
)

// figure makes a figure of shares: num of one, den of the other.
func (f *figures) figure(k figureKey, num, den map[string]*share, weights map[string][]uint8) Figure {
	out := Figure{Part: k.part, Figure: k.figure}
	nums, dens := make([]int64, f.replicates), make([]int64, f.replicates)
	for sender, s := range num {
		out.Num += s.num
		if s.num == 0 {
			continue
		}
		for b, w := range weights[sender] {
			nums[b] += int64(w) * s.num
		}
	}
	for sender, s := range den {
		if s.den == 0 {
			continue
		}
		out.Den += s.den
		out.Senders++
		for b, w := range weights[sender] {
			dens[b] += int64(w) * s.den
		}
	}
	if out.Den > 0 {
		rate := float64(out.Num) / float64(out.Den)
		out.Rate = &rate
	}
	var rates []float64
	for b := range nums {
		if dens[b] > 0 {
			rates = append(rates, float64(nums[b])/float64(dens[b]))
		}
	}
	if n := len(rates); n > 0 {
		slices.Sort(rates)
		out.Low, out.High = &rates[n*25/1000], &rates[n-1-n*25/1000]
	}
	return out
}

// weights draws how often each sender stands in each replicate: numbers of Poisson's
// law with mean 1, made of the hash of seed, replicate and sender, so that they can be
// made again in any language and in any order.
func (f *figures) weights() map[string][]uint8 {
	out := make(map[string][]uint8)
	for _, by := range f.shares {
		for sender := range by {
			if out[sender] != nil {
				continue
			}
			list := make([]uint8, f.replicates)
			for b := range list {
				list[b] = poisson(f.seed + "|" + strconv.Itoa(b) + "|" + sender)
			}
			out[sender] = list
		}
	}
	return out
}

// poisson is the number of a text: the hash's first 32 bits, looked up in Poisson's
// distribution. The hash is no secret and guards nothing.
func poisson(s string) uint8 {
	h := md5.Sum([]byte(s))
	u := binary.BigEndian.Uint32(h[:4])
	for n, limit := range poissonLimits {
		if u < limit {
			return uint8(n)
		}
	}
	return uint8(len(poissonLimits))
}

// poissonLimits are the distribution function of Poisson's law with mean 1, in units of
// 2^-32, up to where nothing is left.
var poissonLimits = [...]uint32{1580030168, 3160060337, 3950075421, 4213413783, 4279248373, 4292415291, 4294609777, 4294923276, 4294962463, 4294966817}

// number writes a number as in the table of figures.
func number(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', 17, 64)
}
