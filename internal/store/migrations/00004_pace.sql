-- How often a feed asks to be read. An unchanged document is not read again, so
-- what it asked for is kept: pace is the interval in milliseconds, pace_skip a bit
-- for each hour of the day (0 to 23) and day of the week (24 for Sunday to 30) to
-- be spared, in UTC.

-- +goose Up
ALTER TABLE feed ADD COLUMN pace bigint NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN pace_skip bigint NOT NULL DEFAULT 0;
