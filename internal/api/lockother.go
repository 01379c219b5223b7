//go:build !unix

package api

import "os"

// lockFile opens the file; that the socket answers is all there is to go by.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
