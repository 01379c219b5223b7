package signal

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"
)

// symbols are those that pairs are counted of: the letters without their case,
// any digit, and the edge of a word.
const (
	digitSymbol = 26
	edgeSymbol  = 27
	symbols     = 28
)

// Pairs say how surprising it is, in bits, that a symbol follows another in texts
// that people write.
type Pairs [symbols][symbols]float32

//go:embed pairs.tsv
var pairsFile string

// pairs returns the embedded table. It is learned from the words of this
// repository: "go run ./internal/learnpairs".
var pairs = sync.OnceValue(func() *Pairs {
	p, err := ReadPairs(strings.NewReader(pairsFile))
	if err != nil {
		// The table is part of the program, and a test reads it. Without it only
		// what changes between letters and digits would count as random.
		return new(Pairs)
	}
	return p
})

// symbolOf returns the symbol of an octet, edgeSymbol for what is no letter or
// digit.
func symbolOf(c byte) int {
	switch {
	case c >= 'a' && c <= 'z':
		return int(c - 'a')
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= '0' && c <= '9':
		return digitSymbol
	}
	return edgeSymbol
}

// Learn counts the pairs of a text and returns how surprising each is. A pair
// that is never seen counts as half of one.
func Learn(texts ...string) *Pairs {
	var seen [symbols][symbols]float64
	for _, text := range texts {
		last := edgeSymbol
		for i := range len(text) {
			next := symbolOf(text[i])
			if last != edgeSymbol || next != edgeSymbol {
				seen[last][next]++
			}
			last = next
		}
	}
	var out Pairs
	for a := range seen {
		sum := 0.0
		for b := range seen[a] {
			seen[a][b] += 0.5
			sum += seen[a][b]
		}
		for b := range seen[a] {
			out[a][b] = float32(-math.Log2(seen[a][b] / sum))
		}
	}
	return &out
}

// Write writes the table as [ReadPairs] reads it: a row for each symbol, with a
// cell in tenths of a bit for each that may follow.
func (p *Pairs) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	for _, row := range p {
		for b, bits := range row {
			if b > 0 {
				out.WriteByte('\t')
			}
			fmt.Fprintf(out, "%.0f", bits*10)
		}
		out.WriteByte('\n')
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing pairs: %w", err)
	}
	return nil
}

// ReadPairs reads a table. Lines that begin with "#" are passed over.
func ReadPairs(r io.Reader) (*Pairs, error) {
	var p Pairs
	a, lines := 0, bufio.NewScanner(r)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		cells := strings.Split(lines.Text(), "\t")
		if a == symbols || len(cells) != symbols {
			return nil, fmt.Errorf("reading pairs: row %d has %d cells", a+1, len(cells))
		}
		for b, cell := range cells {
			tenths, err := strconv.Atoi(cell)
			if err != nil {
				return nil, fmt.Errorf("reading pairs: row %d: %w", a+1, err)
			}
			p[a][b] = float32(tenths) / 10
		}
		a++
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading pairs: %w", err)
	}
	if a != symbols {
		return nil, fmt.Errorf("reading pairs: %d rows", a)
	}
	return &p, nil
}

// surprise returns how many bits a symbol of a text of letters and digits
// surprises by, on average. Words have about four, random text about seven.
func (p *Pairs) surprise(s string) float32 {
	sum, last := float32(0), edgeSymbol
	for i := range len(s) {
		next := symbolOf(s[i])
		sum += p[last][next]
		last = next
	}
	return sum / float32(max(len(s), 1))
}
