package proxy

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Raster returns the media type of a picture made of points, by its octets
// alone: PNG, JPEG, GIF, WebP, BMP, ICO and AVIF, what mail programs show. What
// a server calls it does not matter. SVG is a document that can load more, so it
// is none, nor is TIFF, which only some programs show and few decode safely.
func Raster(b []byte) (mediaType string, ok bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png", true
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "image/jpeg", true
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "image/gif", true
	case len(b) >= 16 && string(b[:4]) == "RIFF" && string(b[8:14]) == "WEBPVP":
		return "image/webp", true
	case isBMP(b):
		return "image/bmp", true
	case isICO(b):
		return "image/x-icon", true
	case isAVIF(b):
		return "image/avif", true
	}
	return "", false
}

// isBMP looks beyond the two letters, which begin many an English text.
func isBMP(b []byte) bool {
	if len(b) < 26 || string(b[:2]) != "BM" || binary.LittleEndian.Uint32(b[6:]) != 0 {
		return false
	}
	return slices.Contains([]uint32{12, 40, 52, 56, 64, 108, 124}, binary.LittleEndian.Uint32(b[14:]))
}

// isICO looks at the directory and its first entry.
func isICO(b []byte) bool {
	if len(b) < 22 || !bytes.HasPrefix(b, []byte{0, 0, 1, 0}) {
		return false
	}
	n := int(binary.LittleEndian.Uint16(b[4:]))
	at := int64(binary.LittleEndian.Uint32(b[18:]))
	return n > 0 && b[9] == 0 && at >= int64(6+16*n) && at < int64(len(b))
}

// isAVIF looks for its brand in the file type box.
func isAVIF(b []byte) bool {
	if len(b) < 16 || string(b[4:8]) != "ftyp" {
		return false
	}
	size := binary.BigEndian.Uint32(b)
	if size > uint32(min(len(b), 1024)) {
		return false
	}
	for i := 8; i+4 <= int(size); i += 4 {
		if i == 12 { // the minor version is no brand
			continue
		}
		if brand := string(b[i : i+4]); brand == "avif" || brand == "avis" {
			return true
		}
	}
	return false
}
