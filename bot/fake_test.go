package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tidings/internal/match"
	"tidings/internal/news"
)

// memory is a Store, FeedAdder, Summarizer and ArticleReader in memory. What it
// keeps of feeds, notices and settings is in fake_feeds_test.go.
type memory struct {
	mu       sync.Mutex
	nextID   int64
	guilds   map[news.GuildID]*news.Guild
	subs     []news.Subscription
	feeds    []news.Feed // all there are; followed says which are
	follow   map[news.FeedID]bool
	maxFeeds int // that may be followed; 0 for no bound
	paused   map[news.FeedID]time.Time
	health   map[news.FeedID]news.FeedHealth // what is known of a feed beside itself
	posts    map[news.DeliveryID]news.Post
	notes    map[news.NoticeID]news.Notice
	failed   map[news.NoticeID]string // why
	mute     string                   // why the chosen channel takes no notices
	news     []news.Headline
	others   map[news.StoryID][]news.Headline // further stories of a story's event
	asked    []news.SummaryRequest

	// hooks, all optional
	onSubscriptions func(context.Context) error
	onJoin          func(context.Context, news.Guild) error
	joins           map[news.GuildID]int // how often each was stored
	onArticle       func(context.Context, string) (news.Article, error)
	addFeed         func(string) (news.Feed, error)
	followTopic     func(string) (added, known int, err error)
	importFeeds     func(ctx context.Context, url string, progress func(done, total int)) ([]news.Imported, error)
	poll            func(*news.Feed) // changes the feed as a poll does
	polls           int
	sentErr         error // of DeliverySent
	onSummarize     func(news.SummaryRequest) (news.Summary, error)
	onBrief         func(since time.Time, limit int) error
}

func newMemory() *memory {
	return &memory{
		nextID: 1000,
		guilds: map[news.GuildID]*news.Guild{},
		joins:  map[news.GuildID]int{},
		follow: map[news.FeedID]bool{},
		paused: map[news.FeedID]time.Time{},
		health: map[news.FeedID]news.FeedHealth{},
		notes:  map[news.NoticeID]news.Notice{},
		failed: map[news.NoticeID]string{},
		posts:  map[news.DeliveryID]news.Post{},
	}
}

func (m *memory) id() int64 { m.nextID++; return m.nextID }

func (m *memory) JoinGuild(ctx context.Context, g news.Guild) error {
	if m.onJoin != nil {
		if err := m.onJoin(ctx, g); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if old := m.guilds[g.ID]; old != nil { // what the server chose stays
		g.NoticeChannel, g.NoticesOff, g.Language = old.NoticeChannel, old.NoticesOff, old.Language
	}
	m.guilds[g.ID] = &g
	m.joins[g.ID]++
	return nil
}

func (m *memory) LeaveGuild(_ context.Context, id news.GuildID, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if g := m.guilds[id]; g != nil {
		g.LeftAt = at
	}
	return nil
}

func (m *memory) Guilds(context.Context) ([]news.Guild, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []news.Guild
	for _, g := range m.guilds {
		if g.LeftAt.IsZero() {
			out = append(out, *g)
		}
	}
	return out, nil
}

func (m *memory) guild(id news.GuildID) (news.Guild, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if g := m.guilds[id]; g != nil {
		return *g, true
	}
	return news.Guild{}, false
}

// joined is how often a server was stored.
func (m *memory) joined(id news.GuildID) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.joins[id]
}

func (m *memory) Subscribe(_ context.Context, s news.Subscription) (news.Subscription, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.guilds[s.Guild] == nil {
		return news.Subscription{}, errors.New("FOREIGN KEY constraint failed")
	}
	s.ID, s.CreatedAt = news.SubscriptionID(m.id()), time.Now()
	m.subs = append(m.subs, s)
	return s, nil
}

func (m *memory) Subscriptions(ctx context.Context, g news.GuildID) ([]news.Subscription, error) {
	if m.onSubscriptions != nil {
		if err := m.onSubscriptions(ctx); err != nil {
			return nil, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []news.Subscription
	for _, s := range m.subs {
		if s.Guild == g {
			out = append(out, s)
		}
	}
	return out, nil
}

func (m *memory) Subscription(_ context.Context, g news.GuildID, id news.SubscriptionID) (news.Subscription, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.subs {
		if s.Guild == g && s.ID == id {
			return s, nil
		}
	}
	return news.Subscription{}, news.ErrNotFound
}

func (m *memory) change(g news.GuildID, id news.SubscriptionID, do func(*news.Subscription)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.subs {
		if m.subs[i].Guild == g && m.subs[i].ID == id {
			do(&m.subs[i])
			return nil
		}
	}
	return news.ErrNotFound
}

func (m *memory) PauseSubscription(_ context.Context, g news.GuildID, id news.SubscriptionID, reason string) error {
	return m.change(g, id, func(s *news.Subscription) { s.PausedAt, s.PauseReason = time.Now(), reason })
}

func (m *memory) ResumeSubscription(_ context.Context, g news.GuildID, id news.SubscriptionID) error {
	return m.change(g, id, func(s *news.Subscription) { s.PausedAt, s.PauseReason = time.Time{}, "" })
}

func (m *memory) RemoveSubscription(_ context.Context, g news.GuildID, id news.SubscriptionID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subs = slices.DeleteFunc(m.subs, func(s news.Subscription) bool { return s.Guild == g && s.ID == id })
	return nil
}

func (m *memory) PauseChannel(_ context.Context, c news.ChannelID, reason string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.subs {
		if m.subs[i].Channel == c && !m.subs[i].Paused() {
			m.subs[i].PausedAt, m.subs[i].PauseReason = time.Now(), reason
		}
	}
	return nil
}

func (m *memory) FollowedFeeds(context.Context, news.GuildID) ([]news.Follow, error) {
	var out []news.Follow
	for _, f := range m.some(func(f news.Feed) bool { return m.follow[f.ID] }) {
		out = append(out, news.Follow{Feed: f, PausedAt: m.paused[f.ID]})
	}
	return out, nil
}

func (m *memory) UnfollowedBundle(context.Context, news.GuildID) ([]news.Feed, error) {
	return m.some(func(f news.Feed) bool { return f.Bundled && !m.follow[f.ID] }), nil
}

func (m *memory) some(want func(news.Feed) bool) []news.Feed {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []news.Feed
	for _, f := range m.feeds {
		if want(f) {
			out = append(out, f)
		}
	}
	return out
}

// room refuses what MaxFeeds does not leave room for. The caller holds mu.
func (m *memory) room(wanted int) error {
	n := 0
	for _, followed := range m.follow {
		if followed {
			n++
		}
	}
	if m.maxFeeds > 0 && n+wanted > m.maxFeeds {
		return news.Userf("This server follows %d feeds, and that is as many as it may. `/feeds remove` makes room.", n)
	}
	return nil
}

func (m *memory) FollowKnown(_ context.Context, _ news.GuildID, id news.FeedID) (known bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.followOne(id)
}

// followOne has the server follow a feed, or ends a pause of it. The caller holds mu.
func (m *memory) followOne(id news.FeedID) (known bool, err error) {
	if m.follow[id] {
		known = m.paused[id].IsZero()
		delete(m.paused, id)
		return known, nil
	}
	if err := m.room(1); err != nil {
		return false, err
	}
	m.follow[id] = true
	return false, nil
}

func (m *memory) UnfollowFeed(_ context.Context, _ news.GuildID, id news.FeedID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.follow[id] {
		return fmt.Errorf("unfollow feed %v: %w", id, news.ErrNotFound)
	}
	delete(m.follow, id)
	return nil
}

// bundle follows the bundle, or ends that. The caller holds mu.
func (m *memory) bundle(follow bool) int {
	n := 0
	for _, f := range m.feeds {
		if f.Bundled && m.follow[f.ID] != follow {
			m.follow[f.ID] = follow
			n++
		}
	}
	return n
}

func (m *memory) FollowBundle(context.Context, news.GuildID) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	missing := 0
	for _, f := range m.feeds {
		if f.Bundled && !m.follow[f.ID] {
			missing++
		}
	}
	if err := m.room(missing); err != nil {
		return 0, err
	}
	return m.bundle(true), nil
}

func (m *memory) UnfollowBundle(context.Context, news.GuildID) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.bundle(false), nil
}

func (m *memory) AddFeed(_ context.Context, _ news.GuildID, url string) (f news.Feed, known bool, err error) {
	if f, err = m.addFeed(url); err != nil {
		return news.Feed{}, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if known, err = m.followOne(f.ID); err != nil {
		return news.Feed{}, false, err
	}
	if !slices.ContainsFunc(m.feeds, func(g news.Feed) bool { return g.ID == f.ID }) {
		m.feeds = append(m.feeds, f)
	}
	return f, known, nil
}

func (m *memory) page(keep func(news.Headline) bool, limit, offset int) []news.Headline {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []news.Headline
	for _, h := range m.news {
		if keep(h) {
			out = append(out, h)
		}
	}
	out = out[min(offset, len(out)):]
	return out[:min(limit, len(out))]
}

func (m *memory) Latest(_ context.Context, _ news.GuildID, feed news.FeedID, limit, offset int) ([]news.Headline, error) {
	return m.page(func(h news.Headline) bool { return feed == 0 || h.Feed.ID == feed }, limit, offset), nil
}

// Search finds the headlines whose title has the query's first word.
func (m *memory) Search(_ context.Context, _ news.GuildID, q *news.Expr, limit, offset int) ([]news.Headline, error) {
	for len(q.Words) == 0 {
		q = &q.Args[0]
	}
	query, err := match.Compile(q.Words[0])
	if err != nil {
		return nil, err
	}
	return m.page(func(h news.Headline) bool { _, ok := query.Match(h.Story.Title); return ok }, limit, offset), nil
}

// Brief keeps the order of the news.
func (m *memory) Brief(_ context.Context, _ news.GuildID, q *news.Expr, since time.Time, limit int) ([]news.Headline, error) {
	if m.onBrief != nil {
		if err := m.onBrief(since, limit); err != nil {
			return nil, err
		}
	}
	matches := func(string) bool { return true }
	if q != nil {
		query, err := match.Compile(strings.Join(q.Words, " "))
		if err != nil {
			return nil, err
		}
		matches = func(title string) bool { _, ok := query.Match(title); return ok }
	}
	return m.page(func(h news.Headline) bool { return !h.Story.Time().Before(since) && matches(h.Story.Title) }, limit, 0), nil
}

func (m *memory) EventStories(ctx context.Context, _ news.GuildID, id news.StoryID, limit int) (stories []news.Story, feeds []news.Feed, err error) {
	own, err := m.Story(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	stories, feeds = append(stories, own), append(feeds, news.Feed{Title: "Own"})
	for _, h := range m.others[id] {
		stories, feeds = append(stories, h.Story), append(feeds, h.Feed)
	}
	return stories[:min(limit, len(stories))], feeds[:min(limit, len(feeds))], nil
}

func (m *memory) CountMatches(ctx context.Context, g news.GuildID, q *news.Expr, _ time.Time) (int, error) {
	found, err := m.Search(ctx, g, q, 1000, 0)
	return len(found), err
}

func (m *memory) Story(_ context.Context, id news.StoryID) (news.Story, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.posts {
		if p.Story.ID == id {
			return p.Story, nil
		}
	}
	return news.Story{}, news.ErrNotFound
}

func (m *memory) Post(_ context.Context, id news.DeliveryID) (news.Post, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.posts[id]
	if !ok {
		return news.Post{}, news.ErrNotFound
	}
	return p, nil
}

func (m *memory) delivery(id news.DeliveryID, do func(*news.Delivery)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.posts[id]
	if !ok {
		return news.ErrNotFound
	}
	do(&p.Delivery)
	m.posts[id] = p
	return nil
}

func (m *memory) DeliveryTried(_ context.Context, id news.DeliveryID, at time.Time) error {
	return m.delivery(id, func(d *news.Delivery) { d.TriedAt = at })
}

func (m *memory) DeliverySent(_ context.Context, id news.DeliveryID, message news.MessageID, _ time.Time) error {
	if m.sentErr != nil {
		return m.sentErr
	}
	return m.delivery(id, func(d *news.Delivery) { d.State, d.Message = news.DeliverySent, message })
}

func (m *memory) DeliveryFailed(_ context.Context, id news.DeliveryID, reason string) error {
	return m.delivery(id, func(d *news.Delivery) { d.State, d.LastError = news.DeliveryFailed, reason })
}

func (m *memory) Summarize(_ context.Context, r news.SummaryRequest) (news.Summary, error) {
	m.mu.Lock()
	m.asked = append(m.asked, r)
	m.mu.Unlock()
	if m.onSummarize != nil {
		return m.onSummarize(r)
	}
	if r.Text == "" {
		return news.Summary{}, nil
	}
	q := news.Summary{Method: news.Extractive}
	for start, i := 0, 0; i < len(r.Text); i++ {
		if r.Text[i] == '.' {
			q.Sentences = append(q.Sentences, r.Text[start:i+1])
			start = i + 2
		}
	}
	return q, nil
}

func (m *memory) ReadArticle(ctx context.Context, url string) (news.Article, error) {
	return m.onArticle(ctx, url)
}
