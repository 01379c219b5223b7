package truth_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/unseen-mail/unseen/internal/truth"
)

// pairs adds the first two letters as the copies of one mailing.
func pairs(t *testing.T, shared string) {
	t.Helper()
	one, two := letters()[0], letters()[1]
	write(t, one.raw(), shared, "mail", "pairs", "shop.u1.eml")
	write(t, two.raw(), shared, "mail", "pairs", "shop.u2.eml")
	write(t, "pair\tkind\tper_recipient\thidden\turl_u1\turl_u2\n"+
		"shop\timg\t0\t0\thttps://shop.example/logo.png\thttps://shop.example/logo.png\n"+
		"shop\timg\t1\t1\thttps://count.example/o/q8Zr2LxV0aBc9TnE4kWm.gif\thttps://count.example/o/m1Yp7KdS3fGh5RuJ6tQo.gif\n"+
		"shop\tlink\t0\t0\thttps://shop.example/\thttps://shop.example/\n"+
		"shop\tlink\t1\t0\thttps://shop.example/none?u=1\thttps://shop.example/none?u=2\n",
		shared, "mail", "pairs", "truth.tsv")
}

func TestAlone(t *testing.T) {
	shared := corpus(t, letters()...)
	pairs(t, shared)
	c := truth.Corpus{Root: filepath.Join(shared, "mail")}
	twins, err := c.Twins()
	if err != nil || len(twins) != 4 || !twins[1].Differs || twins[0].Differs || twins[3].Kind != "link" {
		t.Fatalf("the pairs are %+v, %v", twins, err)
	}
	got, err := truth.Alone(c, judge(t))
	if err != nil {
		t.Fatal(err)
	}
	img, link := got[0], got[1]
	if img.Kind != "img" || img.Score.Hit != 2 || img.Score.Right != 2 || img.Absent != 0 {
		t.Errorf("pictures: %+v", img)
	}
	// The last link does not stand in the mails.
	if link.Kind != "link" || link.Score.N() != 4 || link.Score.Missed != 2 || link.Absent != 2 {
		t.Errorf("links: %+v", link)
	}
	var b bytes.Buffer
	if err := truth.WriteAlone(&b, got); err != nil {
		t.Fatal(err)
	}
	with(t, b.String(), "img       4    2      0       0  1.000", "link      4")
}

func TestAloneWithoutCopy(t *testing.T) {
	shared := corpus(t, letters()...)
	write(t, "gone\timg\t1\t1\thttps://a.example/1\thttps://a.example/2\n", shared, "mail", "pairs", "truth.tsv")
	if _, err := truth.Alone(truth.Corpus{Root: filepath.Join(shared, "mail")}, judge(t)); err == nil {
		t.Error("a copy that is not there was scanned")
	}
}
