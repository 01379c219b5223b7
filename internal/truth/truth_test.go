package truth_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/truth"
)

// header is the first line of a file of labels.
const header = "file\tmessage_sha256\tsection\tordinal\toffset\tvector\thost\turl_sha256\t" +
	"sender\tdate\tlanguage\tlabel\tcertainty\treason\thalf\n"

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":       "",
		"another table": "file\tsource\n",
		"few cells":     header + "real/0001.eml\tabc\n",
		"no ordinal":    header + "f\tm\t1\tfirst\t0\timg src\th\tu\ts\td\tl\tshared\tsure\tr\ttune\n",
		"no offset":     header + "f\tm\t1\t0\tfar\timg src\th\tu\ts\td\tl\tshared\tsure\tr\ttune\n",
		"empty line":    header + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			if rows, err := truth.Read(strings.NewReader(text)); err == nil {
				t.Errorf("%d rows were read", len(rows))
			}
		})
	}
	if _, err := truth.Read(strings.NewReader("x")); !errors.Is(err, truth.ErrFormat) {
		t.Errorf("the error is %v", err)
	}
}

func TestReadSaysWhere(t *testing.T) {
	good := "f\tm\t1\t0\t0\timg src\th\tu\ts\td\tl\tshared\tsure\tr\ttune\n"
	_, err := truth.Read(strings.NewReader(header + good + good + "x\n"))
	if err == nil || !strings.Contains(err.Error(), "line 4") {
		t.Errorf("the error is %v", err)
	}
}

func TestReadNone(t *testing.T) {
	if rows, err := truth.Read(strings.NewReader(header)); err != nil || len(rows) != 0 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// What is written is read again.
func TestWriteThenRead(t *testing.T) {
	cell := rapid.StringMatching(`[a-z0-9 .,:äß-]{0,20}`)
	rapid.Check(t, func(t *rapid.T) {
		var rows []truth.Row
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			rows = append(rows, truth.Row{File: cell.Draw(t, "file"), MessageSHA256: cell.Draw(t, "mail"), Section: cell.Draw(t, "section"),
				Ordinal: rapid.Int().Draw(t, "ordinal"), Offset: rapid.Int().Draw(t, "offset"),
				Vector: reference.Vector(cell.Draw(t, "vector")), Host: cell.Draw(t, "host"), URLSHA256: cell.Draw(t, "url"),
				Sender: cell.Draw(t, "sender"), Date: cell.Draw(t, "date"), Language: cell.Draw(t, "language"), Label: cell.Draw(t, "label"),
				Certainty: cell.Draw(t, "certainty"), Reason: cell.Draw(t, "reason"), Half: cell.Draw(t, "half")})
		}
		var b bytes.Buffer
		if err := truth.Write(&b, rows); err != nil {
			t.Fatal(err)
		}
		got, err := truth.Read(&b)
		if err != nil || len(got) != len(rows) || len(rows) > 0 && !reflect.DeepEqual(got, rows) {
			t.Fatalf("%v, %v instead of %v", got, err, rows)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(header + "f\tm\t1\t0\t0\timg src\th\tu\ts\td\tl\tshared\tsure\tr\ttune\n")
	f.Add(header)
	f.Add("\t\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := truth.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := truth.Write(&b, rows); err != nil {
			t.Fatal(err)
		}
		again, err := truth.Read(&b)
		if err != nil || len(again) != len(rows) {
			t.Fatalf("%d rows became %d, %v", len(rows), len(again), err)
		}
	})
}
