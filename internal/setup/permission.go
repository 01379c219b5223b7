package setup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	_ "modernc.org/sqlite" // the driver of Thunderbird's databases
)

// allowed is the number for what may be loaded (nsIPermissionManager).
const allowed = 1

// ErrNew is a profile that Thunderbird never opened.
var ErrNew = errors.New("setup: the profile was never opened")

// permissions opens Thunderbird's database of permissions. It is made at the first
// start, in a form that only Thunderbird knows: it is not made here.
func permissions(profile string) (*sql.DB, error) {
	path := filepath.Join(profile, permissionName)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNew, err)
	}
	return sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(2000)&mode=rw")
}

// permit lets pictures of origins be shown. Each change that found the origin
// permitted already says so in Old.
func permit(ctx context.Context, profile string, list []Change) error {
	db, err := permissions(profile)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, c := range list {
		if c.Old != nil {
			continue
		}
		_, err := db.ExecContext(ctx, `INSERT INTO moz_perms (origin, type, permission, expireType, expireTime, modificationTime)
			VALUES (?, ?, ?, 0, 0, CAST(strftime('%s','now') AS INTEGER) * 1000)`, c.Key, c.New, allowed)
		if err != nil {
			return fmt.Errorf("permitting pictures: %w", err)
		}
	}
	return nil
}

// permittedNow notes in each change whether something is permitted before it is
// made.
func permittedNow(ctx context.Context, profile string, list []Change) error {
	db, err := permissions(profile)
	if err != nil {
		return err
	}
	defer db.Close()
	for i := range list {
		c := &list[i]
		if c.File != permissionName {
			continue
		}
		var number string
		err := db.QueryRowContext(ctx, `SELECT permission FROM moz_perms WHERE origin = ? AND type = ?`, c.Key, c.New).Scan(&number)
		switch {
		case err == nil:
			c.Old = &number
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("reading permissions: %w", err)
		}
	}
	return nil
}

// needed leaves out what is permitted already: it is no change.
func needed(list []Change) []Change {
	return slices.DeleteFunc(list, func(c Change) bool {
		return c.File == permissionName && c.Old != nil && *c.Old == strconv.Itoa(allowed)
	})
}

// unpermit takes permissions back that are still as they were given.
func unpermit(ctx context.Context, profile string, list []Change) (left []Change, err error) {
	db, err := permissions(profile)
	if errors.Is(err, ErrNew) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer db.Close()
	for _, c := range list {
		if c.Old != nil {
			continue // it was there before us
		}
		done, err := db.ExecContext(ctx, `DELETE FROM moz_perms WHERE origin = ? AND type = ? AND permission = ? AND expireType = 0`, c.Key, c.New, allowed)
		if err != nil {
			return left, fmt.Errorf("taking permission back: %w", err)
		}
		if n, _ := done.RowsAffected(); n > 0 {
			continue
		}
		var number int
		if db.QueryRowContext(ctx, `SELECT permission FROM moz_perms WHERE origin = ? AND type = ?`, c.Key, c.New).Scan(&number) == nil {
			left = append(left, c)
		}
	}
	return left, nil
}
