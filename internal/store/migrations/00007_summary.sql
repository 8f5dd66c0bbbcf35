-- A summary is of a story, and not of its event: what one outlet says must not stand
-- under another one's name.

-- +goose Up
CREATE TABLE summary (
    story     bigint NOT NULL PRIMARY KEY REFERENCES story (id),
    words     bigint NOT NULL,
    method    text   NOT NULL,
    sentences text   NOT NULL -- a JSON array
);
INSERT INTO summary (story, words, method, sentences)
SELECT story.id, event.words, event.method, event.sentences
FROM story JOIN event ON event.id = story.event;
ALTER TABLE event DROP COLUMN words;
ALTER TABLE event DROP COLUMN method;
ALTER TABLE event DROP COLUMN sentences;
