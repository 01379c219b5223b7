package signal_test

import (
	"testing"

	"github.com/unseen-mail/unseen/detect/signal"
)

func TestDecode(t *testing.T) {
	for _, tt := range []struct{ name, token, want string }{
		{"base64", "YW5uYUBleGFtcGxlLm9yZw==", "anna@example.org"},
		{"base64 for addresses", "YW5uYT9-fkBleGFtcGxlLm9yZw", "anna?~~@example.org"},
		{"hexadecimal", "616e6e61406578616d706c652e6f7267", "anna@example.org"},
		{"base32", "mfxg4yjaorugs3th", "anna thing"},
		{"escapes", "anna%40example.org", "anna@example.org"},
		{"base64 in escapes", "YW5uYUBleGFtcGxlLm9yZw%3D%3D", "anna@example.org"},
		{"JSON", "ew0KICJpZCI6IDcNCn0", "{\r\n \"id\": 7\r\n}"},
		{"at random", "aSfkLwI7vMkxU38v7qTVXw", ""},
		{"a hash", "49a0c90095e44249bfdeccf0e0ea5b92", ""},
		{"too short", "YWI", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := signal.Decode(tt.token); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
