-- What both databases share. Rules of this schema:
--   ids are made by the application and rise with time; Discord's are its own
--   times are milliseconds since 1970, UTC; 0 for none
--   nothing is NULL but a reference to a row that does not exist yet
--   a row's small columns come first: SQLite reads a long row only as far as needed

-- +goose Up
CREATE TABLE guild (
    id        bigint NOT NULL PRIMARY KEY,
    name      text   NOT NULL,
    locale    text   NOT NULL,
    joined_at bigint NOT NULL,
    left_at   bigint NOT NULL
);

CREATE TABLE feed (
    id            bigint  NOT NULL PRIMARY KEY,
    url           text    NOT NULL UNIQUE,
    site          text    NOT NULL,
    title         text    NOT NULL,
    language      text    NOT NULL,
    topic         text    NOT NULL,
    bundled       boolean NOT NULL,
    schedule      text    NOT NULL,
    state         text    NOT NULL,
    next_poll_at  bigint  NOT NULL,
    polled_at     bigint  NOT NULL,
    failures      bigint  NOT NULL,
    repeats_guids boolean NOT NULL,
    etag          text    NOT NULL,
    last_modified text    NOT NULL,
    body_hash     text    NOT NULL,
    last_error    text    NOT NULL
);
CREATE INDEX feed_due ON feed (schedule, state, next_poll_at);

CREATE TABLE guild_feed (
    guild       bigint NOT NULL REFERENCES guild (id),
    feed        bigint NOT NULL REFERENCES feed (id),
    followed_at bigint NOT NULL,
    PRIMARY KEY (guild, feed)
);
CREATE INDEX guild_feed_feed ON guild_feed (feed);

CREATE TABLE event (
    id        bigint NOT NULL PRIMARY KEY,
    first_at  bigint NOT NULL,
    last_at   bigint NOT NULL,
    words     bigint NOT NULL,
    method    text   NOT NULL,
    headline  text   NOT NULL,
    sentences text   NOT NULL -- a JSON array
);

CREATE TABLE story (
    id            bigint  NOT NULL PRIMARY KEY,
    feed          bigint  NOT NULL REFERENCES feed (id),
    event         bigint  REFERENCES event (id), -- NULL until the story is prepared
    story_at      bigint  NOT NULL, -- news.Story.Time, by which lists are sorted
    first_seen_at bigint  NOT NULL,
    published_at  bigint  NOT NULL,
    updated_at    bigint  NOT NULL,
    backlog       boolean NOT NULL,
    teaser        boolean NOT NULL,
    language      text    NOT NULL,
    identity      text    NOT NULL,
    title_key     text    NOT NULL,
    canonical_url text    NOT NULL,
    url           text    NOT NULL,
    title         text    NOT NULL,
    author        text    NOT NULL,
    image         text    NOT NULL,
    lead          text    NOT NULL,
    text          text    NOT NULL,
    UNIQUE (feed, identity)
);
CREATE INDEX story_latest ON story (feed, story_at, id);
CREATE INDEX story_event ON story (event, id);
CREATE INDEX story_canonical ON story (canonical_url, first_seen_at) WHERE canonical_url <> '';
CREATE INDEX story_title ON story (title_key, first_seen_at) WHERE title_key <> '';

CREATE TABLE subscription (
    id           bigint NOT NULL PRIMARY KEY,
    guild        bigint NOT NULL REFERENCES guild (id),
    channel      bigint NOT NULL,
    role         bigint NOT NULL,
    created_by   bigint NOT NULL,
    created_at   bigint NOT NULL,
    paused_at    bigint NOT NULL,
    pause_reason text   NOT NULL,
    query        text   NOT NULL,
    UNIQUE (guild, channel, query)
);
CREATE INDEX subscription_channel ON subscription (channel);

-- A delivery outlives its subscription: it is also the record that the channel
-- heard of the event. So it does not refer to one by key.
CREATE TABLE delivery (
    id           bigint NOT NULL PRIMARY KEY,
    event        bigint NOT NULL REFERENCES event (id),
    story        bigint NOT NULL REFERENCES story (id),
    guild        bigint NOT NULL REFERENCES guild (id),
    subscription bigint NOT NULL,
    channel      bigint NOT NULL,
    role         bigint NOT NULL,
    message      bigint NOT NULL,
    created_at   bigint NOT NULL,
    tried_at     bigint NOT NULL,
    state        text   NOT NULL,
    matched      text   NOT NULL, -- a JSON array
    last_error   text   NOT NULL,
    UNIQUE (channel, event)
);
CREATE INDEX delivery_event ON delivery (event);
CREATE INDEX delivery_pending ON delivery (id) WHERE state = 'pending';
