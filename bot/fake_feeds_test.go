package bot

import (
	"context"
	"time"

	"tidings/internal/news"
)

func (m *memory) FeedHealth(_ context.Context, _ news.GuildID, id news.FeedID, days int) (news.FeedHealth, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.followed(id)
	if !ok {
		return news.FeedHealth{}, news.ErrNotFound
	}
	h := m.health[id]
	f.Folder = h.Follow.Folder
	h.Follow = f
	if h.Days == nil {
		h.Days = make([]int, days)
	}
	return h, nil
}

// followed returns a feed as the server follows it. The caller holds mu.
func (m *memory) followed(id news.FeedID) (news.Follow, bool) {
	for _, f := range m.feeds {
		if f.ID == id {
			return news.Follow{Feed: f, PausedAt: m.paused[id]}, m.follow[id]
		}
	}
	return news.Follow{}, false
}

func (m *memory) PauseFeed(_ context.Context, _ news.GuildID, id news.FeedID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.paused[id] = time.Now()
	m.resolve(id)
	return nil
}

func (m *memory) ResumeFeed(_ context.Context, _ news.GuildID, id news.FeedID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.paused, id)
	return nil
}

// resolve ends a feed's notices, as the store does. The caller holds mu.
func (m *memory) resolve(id news.FeedID) {
	for key, n := range m.notes {
		if n.Feed.ID == id && n.ResolvedAt.IsZero() {
			n.ResolvedAt = time.Now()
			m.notes[key] = n
		}
	}
}

// Poll lets the hook change the feed.
func (m *memory) Poll(_ context.Context, id news.FeedID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.polls++
	for i := range m.feeds {
		if m.feeds[i].ID == id && m.poll != nil {
			m.poll(&m.feeds[i])
		}
	}
	return nil
}

func (m *memory) Notice(_ context.Context, id news.NoticeID) (news.Notice, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, ok := m.notes[id]
	if !ok {
		return news.Notice{}, news.ErrNotFound
	}
	feed := n.Feed.ID
	if n.Feed, ok = m.followed(feed); !ok {
		n.Removed = true
	}
	return n, nil
}

func (m *memory) notice(id news.NoticeID, do func(*news.Notice)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, ok := m.notes[id]
	if !ok {
		return news.ErrNotFound
	}
	do(&n)
	m.notes[id] = n
	return nil
}

func (m *memory) NoticeTried(_ context.Context, id news.NoticeID, at time.Time) error {
	return m.notice(id, func(n *news.Notice) { n.TriedAt = at })
}

func (m *memory) NoticeSent(_ context.Context, id news.NoticeID, message news.MessageID, _ time.Time) error {
	if m.sentErr != nil {
		return m.sentErr
	}
	return m.notice(id, func(n *news.Notice) { n.Message = message })
}

func (m *memory) NoticeFailed(_ context.Context, id news.NoticeID, reason string) error {
	return m.notice(id, func(n *news.Notice) { n.ResolvedAt, m.failed[id] = time.Now(), reason })
}

func (m *memory) Guild(_ context.Context, id news.GuildID) (news.Guild, error) {
	if g, ok := m.guild(id); ok {
		return g, nil
	}
	return news.Guild{}, news.ErrNotFound
}

func (m *memory) SetNotices(_ context.Context, id news.GuildID, channel news.ChannelID, off bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.guilds[id].NoticeChannel, m.guilds[id].NoticesOff = channel, off
	return nil
}

func (m *memory) NoticeTrouble(context.Context, news.GuildID) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mute, nil
}

func (m *memory) SetLanguage(_ context.Context, id news.GuildID, language string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.guilds[id].Language = language
	return nil
}

func (m *memory) FollowTopic(_ context.Context, _ news.GuildID, topic string) (added, known int, err error) {
	return m.followTopic(topic)
}

func (m *memory) ImportFeeds(ctx context.Context, _ news.GuildID, url string, progress func(done, total int)) ([]news.Imported, error) {
	return m.importFeeds(ctx, url, progress)
}

func (m *memory) ExportFeeds(context.Context, news.GuildID) ([]byte, error) {
	return []byte("<opml/>"), nil
}
