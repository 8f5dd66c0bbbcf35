-- How feeds are doing, and who is told; hubs that tell of news; summaries in other
-- languages, and what is spent on them.

-- +goose Up
ALTER TABLE guild ADD COLUMN notice_channel bigint NOT NULL DEFAULT 0;
ALTER TABLE guild ADD COLUMN notices_off boolean NOT NULL DEFAULT false;
ALTER TABLE guild ADD COLUMN language text NOT NULL DEFAULT '';

ALTER TABLE guild_feed ADD COLUMN paused_at bigint NOT NULL DEFAULT 0;
ALTER TABLE guild_feed ADD COLUMN folder text NOT NULL DEFAULT '';

ALTER TABLE feed ADD COLUMN tried_at bigint NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN failing_since bigint NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN hub text NOT NULL DEFAULT '';
ALTER TABLE feed ADD COLUMN hub_topic text NOT NULL DEFAULT '';
ALTER TABLE feed ADD COLUMN answered_at bigint NOT NULL DEFAULT 0; -- its server last said anything, be it an error
ALTER TABLE feed ADD COLUMN backlog_due boolean NOT NULL DEFAULT true; -- what the next poll brings may be old
UPDATE feed SET tried_at = polled_at, answered_at = polled_at, backlog_due = (polled_at = 0);
CREATE INDEX feed_answered ON feed (answered_at);

CREATE INDEX story_seen ON story (feed, first_seen_at);

-- A notice is held while its guild has as many others open as it can bear.
CREATE TABLE notice (
    id          bigint  NOT NULL PRIMARY KEY,
    guild       bigint  NOT NULL REFERENCES guild (id),
    feed        bigint  NOT NULL REFERENCES feed (id),
    channel     bigint  NOT NULL,
    message     bigint  NOT NULL,
    since       bigint  NOT NULL, -- the first failure of which it tells
    created_at  bigint  NOT NULL,
    tried_at    bigint  NOT NULL,
    resolved_at bigint  NOT NULL,
    held        boolean NOT NULL,
    last_error  text    NOT NULL
);
CREATE UNIQUE INDEX notice_open ON notice (guild, feed) WHERE resolved_at = 0;
CREATE INDEX notice_feed ON notice (feed, guild);

-- Why the last notice for a channel could not be sent there. A row is gone when one
-- was, or when somebody chooses the channel again.
CREATE TABLE notice_trouble (
    guild     bigint NOT NULL REFERENCES guild (id),
    channel   bigint NOT NULL,
    failed_at bigint NOT NULL,
    reason    text   NOT NULL,
    PRIMARY KEY (guild, channel)
);

-- A lease without a callback is none: it remembers when the hub was last asked.
CREATE TABLE hub_lease (
    feed     bigint NOT NULL PRIMARY KEY REFERENCES feed (id),
    hub      text   NOT NULL,
    topic    text   NOT NULL,
    callback text   NOT NULL,
    secret   text   NOT NULL,
    asked_at bigint NOT NULL,
    until_at bigint NOT NULL
);

CREATE TABLE translation (
    story     bigint NOT NULL REFERENCES story (id),
    language  text   NOT NULL,
    title     text   NOT NULL,
    sentences text   NOT NULL, -- a JSON array
    PRIMARY KEY (story, language)
);

-- day is the milliseconds of its midnight in UTC. Guild 0 is the whole process.
CREATE TABLE spending (
    day    bigint           NOT NULL,
    guild  bigint           NOT NULL,
    amount double precision NOT NULL,
    PRIMARY KEY (day, guild)
);
