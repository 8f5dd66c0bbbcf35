package feeds

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tidings/internal/news"
)

// FollowTopic has a guild follow all feeds of a topic. It returns how many it did
// not follow before, and how many it did; of these, paused ones stay paused. The
// feeds are not read first: they are well known, and their next polls show how they
// are. A topic that is not there, or of which more feeds are new to the guild than
// it has room for, is a *news.UserError, and the guild then follows none of them. An
// error of the store ends it midway: added feeds stay followed.
func (a *Adder) FollowTopic(ctx context.Context, guild news.GuildID, topic string) (added, known int, err error) {
	t, err := a.topic(topic)
	if err != nil {
		return 0, 0, err
	}
	followed, err := a.followed(ctx, guild)
	if err != nil {
		return 0, 0, err
	}
	var wanted []news.Feed
	for _, f := range t.Feeds {
		if followed.urls[f.URL] {
			known++
			continue
		}
		// It may be followed under an address that it has moved to.
		switch stored, err := a.Store.FeedByURL(ctx, f.URL); {
		case err == nil && followed.ids[stored.ID]:
			known++
		case err == nil, errors.Is(err, news.ErrNotFound):
			wanted = append(wanted, f)
		default:
			return 0, 0, fmt.Errorf("look for feed %s of topic %s: %w", f.URL, t.Name, err)
		}
	}
	if room := a.MaxFeeds - len(followed.ids); a.MaxFeeds > 0 && len(wanted) > room {
		return 0, 0, tooMany(t.Title, len(wanted), room)
	}
	for _, f := range wanted {
		if f.Schedule == "" {
			f.Schedule = a.Schedules[f.URL]
		}
		feed, err := a.Store.AddFeed(ctx, f)
		if err != nil {
			return added, known, fmt.Errorf("add feed %s of topic %s: %w", f.URL, t.Name, err)
		}
		if followed.ids[feed.ID] { // two of the topic's addresses lead to it
			known++
			continue
		}
		if err := a.Store.FollowFeed(ctx, guild, feed.ID, ""); err != nil {
			return added, known, fmt.Errorf("follow feed %s of topic %s: %w", f.URL, t.Name, err)
		}
		followed.ids[feed.ID] = true
		added++
	}
	return added, known, nil
}

func (a *Adder) topic(name string) (news.Topic, error) {
	var names []string
	for _, t := range a.Topics {
		if strings.EqualFold(t.Name, strings.TrimSpace(name)) {
			return t, nil
		}
		names = append(names, t.Name)
	}
	if len(names) == 0 {
		return news.Topic{}, news.Userf("There are no topics to follow here. `/feeds add` takes the address of a site or a feed.")
	}
	return news.Topic{}, news.Userf("There is no topic of that name. Choose one of these: %s.", strings.Join(names, ", "))
}

// following is what a guild follows.
type following struct {
	ids  map[news.FeedID]bool
	urls map[string]bool
}

func (a *Adder) followed(ctx context.Context, guild news.GuildID) (following, error) {
	list, err := a.Store.FollowedFeeds(ctx, guild)
	if err != nil {
		return following{}, fmt.Errorf("list followed feeds: %w", err)
	}
	f := following{ids: make(map[news.FeedID]bool, len(list)), urls: make(map[string]bool, len(list))}
	for _, feed := range list {
		f.ids[feed.ID], f.urls[feed.URL] = true, true
	}
	return f, nil
}
