-- The further subscriptions of a channel that matched what a delivery brings: one
-- of them takes it over when its own is removed or paused before it is sent.

-- +goose Up
ALTER TABLE delivery ADD COLUMN others text NOT NULL DEFAULT '[]'; -- a JSON array of ids
CREATE INDEX delivery_waiting ON delivery (subscription) WHERE state = 'pending';
