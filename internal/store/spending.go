package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

// SpentOn returns what was spent on the day, in UTC, by each guild; 0 is the whole
// process.
func (d *DB) SpentOn(ctx context.Context, at time.Time) (map[news.GuildID]float64, error) {
	rows, err := d.read.SpentOn(ctx, midnight(at))
	if err != nil {
		return nil, fmt.Errorf("read spending: %w", err)
	}
	spent := make(map[news.GuildID]float64, len(rows))
	for _, r := range rows {
		spent[news.GuildID(r.Guild)] = r.Amount
	}
	return spent, nil
}

// AddSpending adds to what was spent on the day, in UTC.
func (d *DB) AddSpending(ctx context.Context, at time.Time, spent map[news.GuildID]float64) error {
	for guild, amount := range spent {
		if math.IsNaN(amount) || math.IsInf(amount, 0) {
			return fmt.Errorf("add spending of guild %d: %v is no amount", guild, amount)
		}
	}
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		for guild, amount := range spent {
			err := q.AddSpending(ctx, db.AddSpendingParams{Day: midnight(at), Guild: int64(guild), Amount: amount})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("add spending: %w", err)
	}
	return nil
}

func midnight(at time.Time) int64 { return millis(at.UTC().Truncate(day)) }
