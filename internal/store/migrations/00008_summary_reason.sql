-- Why a summary is the feed's own text, or why there is none.

-- +goose Up
ALTER TABLE summary ADD COLUMN reason text NOT NULL DEFAULT '';
