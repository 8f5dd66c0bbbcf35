package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

// The full-text index: everything that only SQLite understands of searching.

const (
	// maxIndexed bounds how many bytes of a lead are indexed. Some feeds put
	// whole articles there, and indexing those makes storing ten times slower.
	maxIndexed = 4 << 10
	// maxFound bounds how many matches a search sorts.
	maxFound = 2000
)

// indexer puts stories into the index, within one transaction.
type indexer struct {
	words func(string) []string
	stmt  *sql.Stmt
}

func (d *DB) newIndexer(ctx context.Context, tx *sql.Tx) (*indexer, error) {
	stmt, err := tx.PrepareContext(ctx, `INSERT OR REPLACE INTO story_words (rowid, title, lead) VALUES ($1, $2, $3)`)
	if err != nil {
		return nil, fmt.Errorf("prepare the index: %w", err)
	}
	return &indexer{words: d.words, stmt: stmt}, nil
}

func (x *indexer) close() { x.stmt.Close() }

// put indexes a story, in place of what was indexed of it before.
func (x *indexer) put(ctx context.Context, s news.Story) error {
	title := indexed(x.words(head(s.Title, maxIndexed)))
	lead := indexed(x.words(head(s.Lead, maxIndexed)))
	if _, err := x.stmt.ExecContext(ctx, int64(s.ID), title, lead); err != nil {
		return fmt.Errorf("index story %d: %w", s.ID, err)
	}
	return nil
}

// head returns at most n bytes of s, and never part of a character.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// indexed joins words so that the tokenizer, which divides at white space only,
// finds the same ones again.
func indexed(words []string) string { return strings.Join(words, " ") }

// ftsQuery renders a query in FTS5's language. Whatever the words are, they are
// words in it, never syntax.
func ftsQuery(e *news.Expr) (string, error) {
	var b strings.Builder
	if e == nil {
		return "", errors.New("no query")
	}
	if err := writeFTS(&b, *e); err != nil {
		return "", err
	}
	return b.String(), nil
}

func writeFTS(b *strings.Builder, e news.Expr) error {
	switch e.Op {
	case news.OpPhrase:
		text := clean(strings.Join(e.Words, " "))
		if strings.TrimSpace(text) == "" {
			return errors.New("a phrase without words")
		}
		b.WriteString(`"` + strings.ReplaceAll(text, `"`, `""`) + `"`)
		return nil
	case news.OpOr:
		return writeFTSList(b, e.Args, " OR ")
	case news.OpAnd:
		var found, absent []news.Expr
		for _, arg := range e.Args {
			if arg.Op != news.OpNot {
				found = append(found, arg)
			} else if len(arg.Args) == 1 {
				absent = append(absent, arg.Args[0])
			} else {
				return fmt.Errorf("a not of %d parts", len(arg.Args))
			}
		}
		if len(absent) == 0 {
			return writeFTSList(b, found, " AND ")
		}
		// FTS5's NOT takes what is found on its left, what is absent on its right.
		b.WriteByte('(')
		if err := writeFTSList(b, found, " AND "); err != nil {
			return err
		}
		b.WriteString(" NOT ")
		if err := writeFTSList(b, absent, " OR "); err != nil {
			return err
		}
		b.WriteByte(')')
		return nil
	}
	return fmt.Errorf("%q stands where something to be found must", e.Op)
}

func writeFTSList(b *strings.Builder, args []news.Expr, between string) error {
	if len(args) == 0 {
		return errors.New("nothing to be found")
	}
	b.WriteByte('(')
	for i, arg := range args {
		if i > 0 {
			b.WriteString(between)
		}
		if err := writeFTS(b, arg); err != nil {
			return err
		}
	}
	b.WriteByte(')')
	return nil
}

// An event is shown by the first of its stories that matches. Taking min(id)
// makes SQLite take story_at from the same row, which is a promise of its own.
const searchSQL = `
SELECT id FROM (
    SELECT min(id) AS id, story_at FROM (
        SELECT story.id, story.event, story.story_at
        FROM story_words
        CROSS JOIN story ON story.id = story_words.rowid
        CROSS JOIN guild_feed ON guild_feed.guild = $2 AND guild_feed.feed = story.feed
        WHERE story_words MATCH $1 AND story.event IS NOT NULL
        ORDER BY story_words.rowid DESC
        LIMIT $3
    )
    GROUP BY event
)
ORDER BY story_at DESC, id DESC
LIMIT $4 OFFSET $5`

const countSQL = `
SELECT count(DISTINCT story.event)
FROM story_words
CROSS JOIN story ON story.id = story_words.rowid
CROSS JOIN guild_feed ON guild_feed.guild = $2 AND guild_feed.feed = story.feed
WHERE story_words MATCH $1 AND story.story_at >= $3`

// briefSQL is db.Brief for the events that have a story which matches.
const briefSQL = `
SELECT min(story.id) AS id, count(DISTINCT story.feed) AS outlets
FROM (
    SELECT DISTINCT event FROM (
        SELECT told.event
        FROM story_words
        CROSS JOIN story AS told ON told.id = story_words.rowid
        CROSS JOIN guild_feed AS own ON own.guild = $2 AND own.feed = told.feed AND own.paused_at = 0
        WHERE story_words MATCH $1 AND told.story_at >= $3 AND told.event IS NOT NULL
        ORDER BY story_words.rowid DESC
        LIMIT $4
    )
) AS lately
CROSS JOIN story ON story.event = lately.event
CROSS JOIN guild_feed ON guild_feed.guild = $2 AND guild_feed.feed = story.feed AND guild_feed.paused_at = 0
GROUP BY story.event
ORDER BY outlets DESC, max(story.story_at) DESC, id DESC
LIMIT $5`

// searchIndex returns one page of the stories that match, one an event.
func (d *DB) searchIndex(ctx context.Context, guild news.GuildID, query *news.Expr, size, start int32) ([]int64, error) {
	match, err := ftsQuery(query)
	if err != nil {
		return nil, err
	}
	rows, err := d.readers.QueryContext(ctx, searchSQL, match, int64(guild), maxFound, size, start)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var stories []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		stories = append(stories, id)
	}
	return stories, rows.Err()
}

func (d *DB) countIndex(ctx context.Context, guild news.GuildID, query *news.Expr, since time.Time) (int, error) {
	match, err := ftsQuery(query)
	if err != nil {
		return 0, err
	}
	var n int
	err = d.readers.QueryRowContext(ctx, countSQL, match, int64(guild), millis(since)).Scan(&n)
	return n, err
}

func (d *DB) briefIndex(ctx context.Context, guild news.GuildID, query *news.Expr, since time.Time, size int32) ([]db.BriefRow, error) {
	match, err := ftsQuery(query)
	if err != nil {
		return nil, err
	}
	rows, err := d.readers.QueryContext(ctx, briefSQL, match, int64(guild), millis(since), maxFound, size)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var told []db.BriefRow
	for rows.Next() {
		var row db.BriefRow
		if err := rows.Scan(&row.ID, &row.Outlets); err != nil {
			return nil, err
		}
		told = append(told, row)
	}
	return told, rows.Err()
}
