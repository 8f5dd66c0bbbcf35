-- Feeds move. moved_to is where a feed's address leads for the last moved_polls
-- polls, since moved_since. former_url is the addresses that feeds had, by which
-- lists and configuration files may still name them.

-- +goose Up
ALTER TABLE feed ADD COLUMN moved_to text NOT NULL DEFAULT '';
ALTER TABLE feed ADD COLUMN moved_polls bigint NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN moved_since bigint NOT NULL DEFAULT 0;

CREATE TABLE former_url (
    url  text   NOT NULL PRIMARY KEY,
    feed bigint NOT NULL REFERENCES feed (id)
);
CREATE INDEX former_url_feed ON former_url (feed);
