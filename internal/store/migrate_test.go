package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"tidings/internal/news"
)

// TestMigrateWithData brings a database up to date that an earlier Tidings filled.
func TestMigrateWithData(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tidings.db")
	old, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, old, migrations(),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, statement := range []string{
		`INSERT INTO guild VALUES (1, 'Server', 'en-US', 1, 0)`,
		`INSERT INTO feed (id, url, site, title, language, topic, bundled, schedule, state, next_poll_at,
			polled_at, failures, repeats_guids, etag, last_modified, body_hash, last_error)
			VALUES (2, 'https://a.example/feed', '', 'A', 'en', '', false, '', 'active', 0, $1, 3, false, '', '', '', 'It was down.')`,
		`INSERT INTO guild_feed VALUES (1, 2, $1)`,
		`INSERT INTO subscription VALUES (3, 1, 10, 0, 7, $1, 0, '', 'x')`,
		`INSERT INTO event VALUES (4, $1, $1, 0, '', 'One', '[]')`,
		`INSERT INTO story VALUES (5, 2, 4, $1, $1, 0, 0, false, false, '', '1', '', '', '', 'One', '', '', '', '')`,
		`INSERT INTO delivery VALUES (6, 4, 5, 1, 3, 10, 0, 0, $1, 0, 'pending', '[]', '')`,
	} {
		var args []any
		if parameter.MatchString(statement) {
			args = append(args, at.UnixMilli())
		}
		if _, err := old.ExecContext(t.Context(), statement, args...); err != nil {
			t.Fatalf("%v in %s", err, statement)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}

	db, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	guild, err := db.Guild(t.Context(), 1)
	if diff := cmp.Diff(news.Guild{ID: 1, Name: "Server", Locale: "en-US"}, guild); diff != "" || err != nil {
		t.Errorf("guild: %v (-want +got)\n%s", err, diff)
	}
	health, err := db.FeedHealth(t.Context(), 1, 2, 0)
	want := news.FeedHealth{
		Follow: news.Follow{Feed: news.Feed{
			ID: 2, URL: "https://a.example/feed", Title: "A", Language: "en", State: news.FeedActive,
			PolledAt: at, TriedAt: at, Failures: 3, LastError: "It was down.",
		}, FollowedAt: at},
		Days: []int{}, Stories: 1,
	}
	if diff := cmp.Diff(want, health); diff != "" || err != nil {
		t.Errorf("health: %v (-want +got)\n%s", err, diff)
	}
	// What an earlier Tidings has read is no backlog any more.
	db.jobs = noJobs{}
	pushed := news.Poll{Feed: 2, At: at, Pushed: true, Stories: []news.Story{{Identity: "2", Title: "Two"}}}
	if n, err := db.SavePoll(t.Context(), pushed); n != 1 || err != nil {
		t.Errorf("a push = %d, %v", n, err)
	}
	var backlog int
	err = db.readers.QueryRowContext(t.Context(), `SELECT count(*) FROM story WHERE backlog`).Scan(&backlog)
	if backlog != 0 || err != nil {
		t.Errorf("%d stories are backlog, %v, want none", backlog, err)
	}
	if err := db.RemoveSubscription(t.Context(), 1, 3); err != nil {
		t.Errorf("remove the subscription of a delivery that waits: %v", err)
	}
	post, err := db.Post(t.Context(), 6)
	if err != nil || post.Delivery.Subscription != 3 || post.Story.Title != "One" {
		t.Errorf("post: %+v, %v", post, err)
	}
}

// noJobs forgets them.
type noJobs struct{}

func (noJobs) InsertTx(context.Context, *sql.Tx, ...news.Job) error { return nil }
