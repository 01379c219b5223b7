package proxy

import (
	"image/gif"
	"strings"
	"testing"
)

func TestRaster(t *testing.T) {
	bmp := "BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00"
	ico := "\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00\x01\x00\x20\x00\x04\x00\x00\x00\x16\x00\x00\x00data"
	for _, c := range []struct{ name, body, want string }{
		{"PNG", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"},
		{"JPEG", "\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"},
		{"GIF", transparent, "image/gif"},
		{"GIF of 1987", "GIF87a\x01\x00\x01\x00", "image/gif"},
		{"WebP", "RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00", "image/webp"},
		{"BMP", bmp, "image/bmp"},
		{"ICO", ico, "image/x-icon"},
		{"AVIF", "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", "image/avif"},
		{"AVIF by compatible brand", "\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif", "image/avif"},

		{"HEIC, which few programs show", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", ""},
		{"brand only as minor version", "\x00\x00\x00\x14ftypmp42avifmp42", ""},
		{"brand outside the box", "\x00\x00\x00\x10ftypmp42\x00\x00\x00\x00avif", ""},
		{"box longer than the file", " 000ftypavif0000avif", ""},
		{"box without a length", "\x00\x00\x00\x00ftypavif\x00\x00\x00\x00", ""},
		{"SVG", `<svg xmlns="http://www.w3.org/2000/svg"/>`, ""},
		{"SVG after a declaration", `<?xml version="1.0"?><svg/>`, ""},
		{"HTML", "<!DOCTYPE html><img src=x>", ""},
		{"WAV in RIFF", "RIFF\x24\x00\x00\x00WAVEfmt \x10\x00", ""},
		{"English that begins with BM", "BMW announces a car that drives itself home", ""},
		{"icon that points outside", strings.Replace(ico, "\x16", "\xf0", 1), ""},
		{"TIFF", "II*\x00\x08\x00\x00\x00", ""},
		{"PDF", "%PDF-1.7", ""},
		{"script", "alert(1)", ""},
		{"blank before GIF", " " + transparent, ""},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := Raster([]byte(c.body))
			if got != c.want || ok != (c.want != "") {
				t.Errorf("Raster = %q, %v; want %q", got, ok, c.want)
			}
		})
	}
}

func TestTransparent(t *testing.T) {
	if len(transparent) != 43 {
		t.Errorf("%d octets; want 43", len(transparent))
	}
	pic, err := gif.Decode(strings.NewReader(transparent))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, alpha := pic.At(0, 0).RGBA(); pic.Bounds().Dx() != 1 || pic.Bounds().Dy() != 1 || alpha != 0 {
		t.Errorf("%v, alpha %d; want one point that shows nothing", pic.Bounds(), alpha)
	}
}

// FuzzRaster checks that nothing a document begins with is taken for a picture.
func FuzzRaster(f *testing.F) {
	f.Add([]byte(transparent))
	f.Add([]byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf"))
	f.Add([]byte("<svg/>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		mediaType, ok := Raster(b)
		if ok != strings.HasPrefix(mediaType, "image/") {
			t.Fatalf("%q, %v", mediaType, ok)
		}
		if ok && (b[0] == '<' || b[0] == ' ' || b[0] == '{') {
			t.Fatalf("%q was taken for %s", b[:min(len(b), 20)], mediaType)
		}
	})
}
