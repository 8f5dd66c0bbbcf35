package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"

	"tidings/internal/news"
)

//go:embed migrations
var migrationFiles embed.FS

// migrations returns the statements that make the tables: the ones that all
// databases share, and SQLite's own, which are numbered in one row.
func migrations() fs.FS {
	shared, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the path is a constant
	}
	own, err := fs.Sub(shared, "sqlite")
	if err != nil {
		panic(err)
	}
	return layers{shared, own}
}

// layers is several file systems as one.
type layers []fs.FS

func (l layers) Open(name string) (f fs.File, err error) {
	for _, layer := range l {
		if f, err = layer.Open(name); err == nil {
			return f, nil
		}
	}
	return nil, err
}

func (l layers) ReadDir(name string) ([]fs.DirEntry, error) {
	var all []fs.DirEntry
	for _, layer := range l {
		entries, err := fs.ReadDir(layer, name)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all, nil
}

// checkVersion refuses a database that this program must not write to: a newer
// Tidings', or another program's. When it must be current, it refuses an older
// one too.
func checkVersion(ctx context.Context, f file, mustBeCurrent bool) error {
	version, err := versionOf(ctx, f)
	if err != nil {
		return err
	}
	known, err := knownVersion()
	switch {
	case err != nil:
		return err
	case version > known:
		return news.Userf("The database %s was written by a newer Tidings (its tables are at version %d, this one knows %d). Run the newer Tidings, or restore the backup from before the update.",
			f.name, version, known)
	case version < known && mustBeCurrent:
		return news.Userf("The database %s was written by an older Tidings (its tables are at version %d of %d). Start the bot once: it brings them up to date.",
			f.name, version, known)
	}
	return nil
}

// knownVersion is the version of the tables that this program makes.
func knownVersion() (int64, error) {
	names, err := fs.Glob(migrations(), "*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	var latest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", name, err)
		}
		latest = max(latest, version)
	}
	return latest, nil
}

// versionOf reads the version of the tables without changing anything; it is 0
// where there are none yet.
func versionOf(ctx context.Context, f file) (version int64, err error) {
	if f.empty() {
		return 0, nil
	}
	pool, err := openPool(ctx, f.inspectDSN(), 1)
	if err != nil {
		return 0, fmt.Errorf("open %s to look at its version: %w", f.path, err)
	}
	defer pool.Close()

	var tables, ours int
	err = pool.QueryRowContext(ctx, `SELECT count(*), count(CASE WHEN name = $1 THEN 1 END) FROM sqlite_master`,
		goose.DefaultTablename).Scan(&tables, &ours)
	if err != nil {
		return 0, fmt.Errorf("read the tables of %s: %w", f.path, err)
	}
	if ours == 0 {
		if tables > 0 {
			return 0, news.Userf("The database %s belongs to another program. Give a path of its own to Tidings.", f.name)
		}
		return 0, nil
	}
	err = pool.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename+` WHERE is_applied`).Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("read the version of %s: %w", f.path, err)
	}
	return version, nil
}

// migrate brings the tables up to date. The bot may be at work on the file of a
// store that is not exclusive: only when there is something to do, take its lock.
func (d *DB) migrate(ctx context.Context, f file, others func(context.Context, *sql.DB) error) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, d.writer, migrations(),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return fmt.Errorf("read the version of %s: %w", f.path, err)
	}
	if pending {
		if d.lock == nil {
			lock, err := f.lock(ctx)
			if err != nil {
				return err
			}
			defer lock.release()
		}
		results, err := provider.Up(ctx)
		if err != nil {
			return fmt.Errorf("migrate %s: %w", f.path, err)
		}
		for _, r := range results {
			d.log.InfoContext(ctx, "brought the database up to date", "version", r.Source.Version, "took", r.Duration)
		}
	}
	if others != nil {
		if err := others(ctx, d.writer); err != nil {
			return fmt.Errorf("migrate other tables of %s: %w", f.path, err)
		}
	}
	return nil
}
