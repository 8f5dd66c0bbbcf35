package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
	"tidings/internal/store"
)

// holdEnv makes the test binary a process that holds a database exclusively.
const holdEnv = "TIDINGS_STORE_TEST_HOLD"

func TestMain(m *testing.M) {
	if path := os.Getenv(holdEnv); path != "" {
		hold(path)
		return
	}
	os.Exit(m.Run())
}

func hold(path string) {
	db, err := store.Open(context.Background(), store.Options{Path: path, Exclusive: true})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin) // until the test ends, or kills this process
	db.Close()
}

func TestExclusive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tidings.db")
	for _, end := range []string{"killed", "closed"} {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		holder := exec.CommandContext(t.Context(), self)
		holder.Env = append(os.Environ(), holdEnv+"="+path)
		stdin, err := holder.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := holder.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := holder.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held\n" {
			t.Fatalf("the other process says %q, %v", line, err)
		}

		_, err = store.Open(t.Context(), store.Options{Path: path, Exclusive: true})
		if user := wantUserError(t, "second bot", err); !strings.Contains(user.Text, path+" is in use by another Tidings process") {
			t.Errorf("second bot: %q", user.Text)
		}
		tool, err := store.Open(t.Context(), store.Options{Path: path})
		if err != nil {
			t.Fatalf("a tool beside the bot: %v", err)
		}
		if err := tool.JoinGuild(t.Context(), news.Guild{ID: 1}); err != nil {
			t.Errorf("a tool writes beside the bot: %v", err)
		}
		if err := tool.Close(); err != nil {
			t.Error(err)
		}

		if end == "killed" {
			if err := holder.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		} else {
			stdin.Close()
		}
		holder.Wait()
		next, err := store.Open(t.Context(), store.Options{Path: path, Exclusive: true})
		if err != nil {
			t.Fatalf("after the other was %s: %v", end, err)
		}
		_, err = store.Open(t.Context(), store.Options{Path: path, Exclusive: true})
		wantUserError(t, "second bot in one process", err)
		if err := next.Close(); err != nil {
			t.Error(err)
		}
	}
}

// snapshot returns what is in every file of a directory.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(b)
	}
	return files
}

func execAll(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

const fromTheFuture = `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`

func TestNewerDatabaseIsRefusedUntouched(t *testing.T) {
	t.Parallel()
	refuse := func(t *testing.T, dir string) {
		t.Helper()
		path := filepath.Join(dir, "tidings.db")
		before := snapshot(t, dir)
		for _, opts := range []store.Options{{Path: path}, {Path: path, Exclusive: true}, {Path: path, ReadOnly: true}} {
			_, err := store.Open(t.Context(), opts)
			if user := wantUserError(t, "newer database", err); !strings.Contains(user.Text, "newer Tidings") || !strings.Contains(user.Text, "9999") {
				t.Errorf("newer database: %q", user.Text)
			}
		}
		after := snapshot(t, dir)
		delete(after, "tidings.db-shm") // SQLite's shared memory holds no data
		delete(before, "tidings.db-shm")
		if diff := cmp.Diff(before, after); diff != "" {
			t.Error("the files changed")
		}
	}
	t.Run("closed", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		path := filepath.Join(dir, "tidings.db")
		db, err := store.Open(t.Context(), store.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		execAll(t, path, fromTheFuture)
		if files := snapshot(t, dir); len(files) != 1 && len(files) != 2 { // the second is the lock
			t.Fatalf("%d files are left behind", len(files))
		}
		refuse(t, dir)
	})
	t.Run("killed", func(t *testing.T) {
		t.Parallel()
		// What a killed process leaves: the newer version stands in the log only.
		running := t.TempDir()
		path := filepath.Join(running, "tidings.db")
		db := openSQLite(t, store.Options{Path: path})
		if _, err := db.Writer().ExecContext(t.Context(), fromTheFuture); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		for name, content := range snapshot(t, running) {
			if name == "tidings.db" || name == "tidings.db-wal" {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		refuse(t, dir)
	})
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("notes.txt"), []byte(strings.Repeat("No database at all. ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	execAll(t, in("other.db"), `CREATE TABLE bookmarks (url text)`)
	execAll(t, in("old.db"), `CREATE TABLE goose_db_version (version_id bigint, is_applied boolean)`,
		`INSERT INTO goose_db_version VALUES (1, true)`)
	if err := os.WriteFile(in("empty.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		opts store.Options
		want string
	}{
		{"no path", store.Options{}, "needs a file"},
		{"memory", store.Options{Path: ":memory:"}, "needs a file"},
		{"an address", store.Options{Path: "file:x?mode=memory"}, "needs a file"},
		{"a directory", store.Options{Path: dir}, "is a directory"},
		{"no directory", store.Options{Path: in("missing/tidings.db")}, "there is no directory " + in("missing")},
		{"no directory, exclusively", store.Options{Path: in("missing/tidings.db"), Exclusive: true}, "there is no directory"},
		{"a device", store.Options{Path: os.DevNull}, "not an ordinary file"},
		{"a text", store.Options{Path: in("notes.txt")}, "not a Tidings database"},
		{"a text, exclusively", store.Options{Path: in("notes.txt"), Exclusive: true}, "not a Tidings database"},
		{"another program's, exclusively", store.Options{Path: in("other.db"), Exclusive: true}, "belongs to another program"},
		{"another program's", store.Options{Path: in("other.db")}, "belongs to another program"},
		{"an older one, to be read", store.Options{Path: in("old.db"), ReadOnly: true}, "older Tidings (its tables are at version 1 of "},
		{"an empty one, to be read", store.Options{Path: in("empty.db"), ReadOnly: true}, "older Tidings"},
		{"nothing to read", store.Options{Path: in("none.db"), ReadOnly: true}, "There is no database at"},
	} {
		before := snapshot(t, dir)
		_, err := store.Open(t.Context(), c.opts)
		if user := wantUserError(t, c.name, err); !strings.Contains(user.Text, c.want) {
			t.Errorf("%s: %q, want %q in it", c.name, user.Text, c.want)
		}
		if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
			t.Errorf("%s: the refusal changed files (-want +got):\n%s", c.name, diff)
		}
	}
	if _, err := store.Open(t.Context(), store.Options{Path: in("x.db"), Exclusive: true, ReadOnly: true}); err == nil {
		t.Error("exclusive and read-only at once was accepted")
	}

	if os.Geteuid() == 0 {
		t.Log("root may write everywhere: permissions are not tested")
		return
	}
	locked := in("locked")
	if err := os.Mkdir(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	for _, exclusive := range []bool{false, true} {
		_, err := store.Open(t.Context(), store.Options{Path: filepath.Join(locked, "tidings.db"), Exclusive: exclusive})
		wantUserError(t, "no permission", err)
	}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "with space & ?odd#name%41.db")
	b := &bench{t: t, ctx: t.Context(), clock: &clock{now: start}, jobs: &recorder{}}
	b.DB = openSQLite(t, store.Options{Path: path, Jobs: b.jobs, Migrate: recorderTable})
	b.feed("a", b.guild(1))
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the file is elsewhere: %v", err)
	}
	ro := openSQLite(t, store.Options{Path: path, ReadOnly: true})
	if feeds, err := ro.Feeds(t.Context()); err != nil || len(feeds) != 1 {
		t.Errorf("Feeds = %v, %v", feeds, err)
	}
	if err := ro.JoinGuild(t.Context(), news.Guild{ID: 2}); err == nil {
		t.Error("a read-only store wrote")
	}
}

func TestReopen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tidings.db")
	for i := range 3 {
		db, err := store.Open(t.Context(), store.Options{Path: path, Exclusive: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.JoinGuild(t.Context(), news.Guild{ID: news.GuildID(i + 1)}); err != nil {
			t.Error(err)
		}
		if c, err := db.Counts(t.Context()); err != nil || c.Guilds != i+1 {
			t.Errorf("counts %+v, %v, want %d guilds", c, err, i+1)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestOtherMigrationFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	path := filepath.Join(t.TempDir(), "tidings.db")
	_, err := store.Open(t.Context(), store.Options{
		Path: path, Exclusive: true,
		Migrate: func(context.Context, *sql.DB) error { return broken },
	})
	if !errors.Is(err, broken) {
		t.Fatalf("Open = %v, want the migration's error", err)
	}
	db, err := store.Open(t.Context(), store.Options{Path: path, Exclusive: true})
	if err != nil {
		t.Fatalf("the failed Open left something open: %v", err)
	}
	db.Close()
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	b := newBench(t, openSQLite)
	f := b.feed("a", b.guild(1))
	limit := func(pages string) {
		t.Helper()
		_, err := b.Writer().ExecContext(b.ctx, "PRAGMA max_page_count = "+pages)
		b.must(err)
	}
	limit("1") // SQLite takes it as "no more than there are"
	var stories []news.Story
	for i := range 200 {
		s := item(fmt.Sprint(i), fmt.Sprint("Title ", i))
		s.Text = strings.Repeat("A long text. ", 500)
		stories = append(stories, s)
	}
	p := news.Poll{Feed: f.ID, At: start, ETag: `"e"`, Stories: stories}
	_, err := b.SavePoll(b.ctx, p)
	if err == nil || !strings.Contains(err.Error(), "full") || !strings.Contains(err.Error(), f.ID.String()) {
		t.Fatalf("SavePoll on a full disk = %v", err)
	}
	if got, err := b.Feed(b.ctx, f.ID); err != nil || got.ETag != "" {
		t.Errorf("the feed changed: %+v, %v", got, err)
	}
	limit("1000000")
	if n, err := b.SavePoll(b.ctx, p); err != nil || n != len(stories) {
		t.Errorf("SavePoll with room again = %d, %v", n, err)
	}
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, openSQLite)
	f := b.feed("a", b.guild(1))
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	if _, err := b.SavePoll(ctx, news.Poll{Feed: f.ID, At: start, Stories: []news.Story{item("1", "One")}}); !errors.Is(err, context.Canceled) {
		t.Errorf("SavePoll = %v, want context.Canceled", err)
	}
	// The writer is free again.
	ctx, cancel = context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if n, err := b.SavePoll(ctx, news.Poll{Feed: f.ID, At: start, Stories: []news.Story{item("1", "One")}}); err != nil || n != 1 {
		t.Errorf("SavePoll after = %d, %v", n, err)
	}
}
