package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// backupRoutes are the methods about backups.
func (s *Server) backupRoutes(mux *http.ServeMux) {
	mux.Handle("GET /v1/backup", http.HandlerFunc(s.backup))
}

// wholeTrailer comes behind a backup that is whole.
const wholeTrailer = "Unseen-Whole"

// errPart is a backup that broke off.
var errPart = errors.New("api: the backup is not whole; Unseen's log says why")

// backup answers with all that is kept.
func (s *Server) backup(w http.ResponseWriter, r *http.Request) {
	if s.Service.Backup == nil {
		s.refuse(w, absent())
		return
	}
	w.Header().Set("Content-Type", "application/gzip")
	w.Header().Set("Trailer", wholeTrailer)
	if err := s.Service.Backup(r.Context(), w); err != nil {
		s.logger().Error("backing up", "err", err)
		return
	}
	w.Header().Set(wholeTrailer, "yes")
}

// Backup writes all that Unseen keeps: package backup reads it.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	resp, err := c.do(ctx, "GET", "/v1/backup", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("reading the backup: %w", err)
	}
	if resp.Trailer.Get(wholeTrailer) != "yes" {
		return errPart
	}
	return nil
}
