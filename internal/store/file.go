package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tidings/internal/news"
)

// file is the database file as the file system sees it. It is never opened but
// through SQLite: closing any descriptor of it would drop the locks that SQLite
// holds in this process.
type file struct {
	path string // absolute
	name string // as the person wrote it
}

// newFile checks what can be checked without opening anything.
func newFile(name string, mustExist bool) (file, error) {
	if name == "" || name == ":memory:" || strings.HasPrefix(name, "file:") {
		return file{}, news.Userf("The database needs a file, and %q names none. Give a path such as tidings.db.", name)
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return file{}, fmt.Errorf("find %s: %w", name, err)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if mustExist {
			return file{}, news.Userf("There is no database at %s. Run the bot once to make it, or give another path.", name)
		}
		if dir, err := os.Stat(filepath.Dir(path)); err != nil || !dir.IsDir() {
			return file{}, news.Userf("The database %s cannot be made: there is no directory %s. Make it, or give another path.", name, filepath.Dir(path))
		}
	case err != nil:
		return file{}, fmt.Errorf("look at %s: %w", name, err)
	case info.IsDir():
		return file{}, news.Userf("The database %s is a directory. Give the path of a file in it, such as %s.", name, filepath.Join(name, "tidings.db"))
	case !info.Mode().IsRegular():
		return file{}, news.Userf("The database %s is not an ordinary file. Give another path.", name)
	}
	return file{path: path, name: name}, nil
}

// empty reports whether there is nothing in the file yet, not even in its
// write-ahead log.
func (f file) empty() bool {
	for _, path := range []string{f.path, f.path + "-wal"} {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			return false
		}
	}
	return true
}

func (f file) dsn(path string, params url.Values) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive's letter
	}
	return (&url.URL{Scheme: "file", Path: slashed, RawQuery: params.Encode()}).String()
}

// busyMillis is how long a connection waits for another process's write to end.
const busyMillis = "10000"

func (f file) writerDSN(readOnly bool) string {
	if readOnly {
		return f.readerDSN()
	}
	return f.dsn(f.path, url.Values{
		"_txlock":       {"immediate"}, // a transaction that begins by reading must not fail when it comes to write
		"_busy_timeout": {busyMillis},
		"_foreign_keys": {"on"},
		"_journal_mode": {"wal"},
		"_synchronous":  {"normal"}, // safe in WAL; a power cut may undo the last commits, never tear one
	})
}

func (f file) readerDSN() string {
	return f.dsn(f.path, url.Values{"mode": {"ro"}, "_query_only": {"on"}, "_busy_timeout": {busyMillis}})
}

// inspectDSN reads the file and changes nothing, neither in it nor beside it.
func (f file) inspectDSN() string {
	params := url.Values{"mode": {"ro"}}
	if info, err := os.Stat(f.path + "-wal"); err != nil || info.Size() == 0 {
		// Without a write-ahead log the file says all there is to say. Opening it
		// as one that never changes keeps SQLite from making a log of its own.
		params.Set("immutable", "1")
	}
	return f.dsn(f.path, params)
}

// fileLock is the claim of one process on the database.
type fileLock struct {
	pool *sql.DB
	conn *sql.Conn
	made string // the file that was made for it, "" where it was there before
}

// lock takes the claim. It is an exclusive transaction on an empty database
// beside the real one: SQLite asks the kernel for the lock, on every system in
// that system's way, and the kernel drops it with the process. Locking the real
// file would shut out the tools that may well look at it while the bot runs.
func (f file) lock(ctx context.Context) (*fileLock, error) {
	beside := f.path + ".lock"
	pool, err := sql.Open("sqlite", f.dsn(beside, url.Values{
		"_journal_mode": {"memory"}, // no journal file: nothing is ever written
	}))
	if err != nil {
		return nil, err
	}
	l := &fileLock{pool: pool}
	if _, err := os.Lstat(beside); errors.Is(err, fs.ErrNotExist) {
		l.made = beside
	}
	if l.conn, err = pool.Conn(ctx); err == nil {
		_, err = l.conn.ExecContext(ctx, "BEGIN EXCLUSIVE")
	}
	if err != nil {
		l.release()
		if code(err) == sqlite3.SQLITE_BUSY {
			return nil, news.Userf("The database %s is in use by another Tidings process. Stop that one first, or give this one a database of its own.", f.name)
		}
		return nil, fmt.Errorf("lock %s: %w", beside, err)
	}
	return l, nil
}

func (l *fileLock) release() error {
	var err error
	if l.conn != nil {
		err = l.conn.Close()
	}
	// Closing the pool closes the connection, and with it goes the transaction.
	return errors.Join(err, l.pool.Close())
}

// discard releases the claim on what turned out to be no database of ours, and
// leaves nothing beside it that was not there before.
func (l *fileLock) discard() error {
	err := l.release()
	if l.made != "" {
		err = errors.Join(err, os.Remove(l.made))
	}
	return err
}

// code returns SQLite's primary result code, or 0.
func code(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff
}

// explain says in a person's words what keeps the database at name from being
// opened, where the person can change it.
func explain(name string, err error) error {
	var user *news.UserError
	if errors.As(err, &user) {
		return err
	}
	text := ""
	switch {
	case errors.Is(err, fs.ErrPermission), code(err) == sqlite3.SQLITE_PERM, code(err) == sqlite3.SQLITE_READONLY:
		text = "The database %s cannot be written. Give the user that runs Tidings the right to write the file and its directory."
	case code(err) == sqlite3.SQLITE_CANTOPEN:
		text = "The database %s cannot be opened. Check that the user that runs Tidings may read and write the file and its directory."
	case code(err) == sqlite3.SQLITE_NOTADB:
		text = "The file %s is not a Tidings database. Give another path, or move that file away."
	case code(err) == sqlite3.SQLITE_CORRUPT:
		text = "The database %s is damaged. Restore it from a backup, or move it away to begin anew."
	case code(err) == sqlite3.SQLITE_FULL:
		text = "There is no room left on the disk of the database %s. Make some, then start again."
	case code(err) == sqlite3.SQLITE_IOERR:
		text = "The disk of the database %s reports an error. Check the disk, then start again."
	case code(err) == sqlite3.SQLITE_BUSY:
		text = "The database %s is being written by another process. Try again when that is done."
	default:
		return err
	}
	return &news.UserError{Text: fmt.Sprintf(text, name), Err: err}
}
