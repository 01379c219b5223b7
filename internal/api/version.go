package api

import (
	"fmt"
	"net/http"
)

// Version is that of the control API. It grows only when a face of the version
// before would misunderstand an answer; what is merely added does not change it.
const Version = 1

// versionField names the version in each answer.
const versionField = "Unseen-Api"

// A VersionError says that the Unseen that runs speaks another version of the
// control API.
type VersionError struct {
	// Theirs is the version that was answered.
	Theirs string
}

// Error returns the sentence.
func (e *VersionError) Error() string {
	return fmt.Sprintf("the Unseen that runs speaks version %q of the control API, and this program version %d", e.Theirs, Version)
}

// stamped names the version in each answer.
func stamped(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(versionField, fmt.Sprint(Version))
		next.ServeHTTP(w, r)
	})
}

// checkVersion says that an answer is of another version. One without a version is
// of the first.
func checkVersion(resp *http.Response) error {
	if v := resp.Header.Get(versionField); v != "" && v != fmt.Sprint(Version) {
		return &VersionError{Theirs: v}
	}
	return nil
}
