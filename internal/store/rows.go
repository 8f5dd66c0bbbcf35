package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

// Between the domain's types and the rows that hold them.

// millis is how a time is stored: 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis).UTC()
}

// clean makes a stranger's text fit to be stored: databases refuse, or stop at,
// a NUL, and texts that are no UTF-8.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// list is how several texts stand in one column.
func list(texts []string) string {
	cleaned := make([]string, len(texts))
	for i, t := range texts {
		cleaned[i] = clean(t)
	}
	b, err := json.Marshal(cleaned)
	if err != nil {
		panic(err) // a slice of strings can always be marshalled
	}
	return string(b)
}

func listOf(column string) ([]string, error) {
	var texts []string
	if err := json.Unmarshal([]byte(column), &texts); err != nil {
		return nil, fmt.Errorf("read stored list: %w", err)
	}
	if len(texts) == 0 {
		return nil, nil
	}
	return texts, nil
}

// mapped applies f to the rows of a query.
func mapped[Row, T any](rows []Row, err error, f func(Row) T) ([]T, error) {
	if err != nil {
		return nil, err
	}
	all := make([]T, len(rows))
	for i, row := range rows {
		all[i] = f(row)
	}
	return all, nil
}

func guildOf(r db.Guild) news.Guild {
	return news.Guild{
		ID:            news.GuildID(r.ID),
		Name:          r.Name,
		Locale:        r.Locale,
		LeftAt:        timeOf(r.LeftAt),
		NoticeChannel: news.ChannelID(r.NoticeChannel),
		NoticesOff:    r.NoticesOff,
		Language:      r.Language,
	}
}

func followOf(feed db.Feed, r db.GuildFeed) news.Follow {
	return news.Follow{
		Feed:       feedOf(feed),
		FollowedAt: timeOf(r.FollowedAt),
		PausedAt:   timeOf(r.PausedAt),
		Folder:     r.Folder,
	}
}

func feedOf(r db.Feed) news.Feed {
	return news.Feed{
		ID:           news.FeedID(r.ID),
		URL:          r.Url,
		Site:         r.Site,
		Title:        r.Title,
		Language:     r.Language,
		Topic:        r.Topic,
		Bundled:      r.Bundled,
		Schedule:     r.Schedule,
		ETag:         r.Etag,
		LastModified: r.LastModified,
		BodyHash:     r.BodyHash,
		RepeatsGUIDs: r.RepeatsGuids,
		Pace:         paceOf(r),
		Move:         news.Move{To: r.MovedTo, Polls: int(r.MovedPolls), Since: timeOf(r.MovedSince)},
		Hub:          news.Hub{URL: r.Hub, Topic: r.HubTopic},
		State:        news.FeedState(r.State),
		PolledAt:     timeOf(r.PolledAt),
		TriedAt:      timeOf(r.TriedAt),
		NextPollAt:   timeOf(r.NextPollAt),
		Failures:     int(r.Failures),
		FailingSince: timeOf(r.FailingSince),
		LastError:    r.LastError,
	}
}

// paceSkip is the hours and days to be spared as bits.
func paceSkip(p news.Pace) (bits int64) {
	for i, spared := range slices.Concat(p.SkipHours[:], p.SkipDays[:]) {
		if spared {
			bits |= 1 << i
		}
	}
	return bits
}

func paceOf(r db.Feed) news.Pace {
	p := news.Pace{Interval: time.Duration(r.Pace) * time.Millisecond}
	for i := range p.SkipHours {
		p.SkipHours[i] = r.PaceSkip>>i&1 != 0
	}
	for i := range p.SkipDays {
		p.SkipDays[i] = r.PaceSkip>>(len(p.SkipHours)+i)&1 != 0
	}
	return p
}

func storyOf(r db.Story) news.Story {
	return news.Story{
		ID:           news.StoryID(r.ID),
		Feed:         news.FeedID(r.Feed),
		Identity:     r.Identity,
		URL:          r.Url,
		CanonicalURL: r.CanonicalUrl,
		Title:        r.Title,
		TitleKey:     r.TitleKey,
		Author:       r.Author,
		Lead:         r.Lead,
		Text:         r.Text,
		Teaser:       r.Teaser,
		Language:     r.Language,
		Image:        r.Image,
		PublishedAt:  timeOf(r.PublishedAt),
		UpdatedAt:    timeOf(r.UpdatedAt),
		FirstSeenAt:  timeOf(r.FirstSeenAt),
		Backlog:      r.Backlog,
		Event:        news.EventID(r.Event.Int64),
	}
}

// cleanStory returns s with every text fit to be stored and its times as exact
// as they will be read.
func cleanStory(s news.Story) news.Story {
	for _, text := range []*string{
		&s.Identity, &s.URL, &s.CanonicalURL, &s.Title, &s.TitleKey,
		&s.Author, &s.Lead, &s.Text, &s.Language, &s.Image,
	} {
		*text = clean(*text)
	}
	for _, t := range []*time.Time{&s.PublishedAt, &s.UpdatedAt, &s.FirstSeenAt} {
		*t = timeOf(millis(*t))
	}
	return s
}

func storyParams(s news.Story) db.InsertStoryParams {
	return db.InsertStoryParams{
		ID:           int64(s.ID),
		Feed:         int64(s.Feed),
		StoryAt:      millis(s.Time()),
		FirstSeenAt:  millis(s.FirstSeenAt),
		PublishedAt:  millis(s.PublishedAt),
		UpdatedAt:    millis(s.UpdatedAt),
		Backlog:      s.Backlog,
		Teaser:       s.Teaser,
		Language:     s.Language,
		Identity:     s.Identity,
		TitleKey:     s.TitleKey,
		CanonicalUrl: s.CanonicalURL,
		Url:          s.URL,
		Title:        s.Title,
		Author:       s.Author,
		Image:        s.Image,
		Lead:         s.Lead,
		Text:         s.Text,
	}
}

func summaryOf(r db.Summary) (news.Summary, error) {
	sentences, err := listOf(r.Sentences)
	if err != nil {
		return news.Summary{}, fmt.Errorf("summary of story %d: %w", r.Story, err)
	}
	return news.Summary{Sentences: sentences, Words: int(r.Words), Method: news.Method(r.Method), Reason: news.Reason(r.Reason)}, nil
}

func subscriptionOf(r db.Subscription) news.Subscription {
	return news.Subscription{
		ID:          news.SubscriptionID(r.ID),
		Guild:       news.GuildID(r.Guild),
		Channel:     news.ChannelID(r.Channel),
		Role:        news.RoleID(r.Role),
		Query:       r.Query,
		CreatedBy:   news.UserID(r.CreatedBy),
		CreatedAt:   timeOf(r.CreatedAt),
		PausedAt:    timeOf(r.PausedAt),
		PauseReason: r.PauseReason,
	}
}

func deliveryOf(r db.Delivery) (news.Delivery, error) {
	matched, err := listOf(r.Matched)
	if err != nil {
		return news.Delivery{}, fmt.Errorf("terms of delivery %d: %w", r.ID, err)
	}
	return news.Delivery{
		ID:           news.DeliveryID(r.ID),
		Event:        news.EventID(r.Event),
		Story:        news.StoryID(r.Story),
		Subscription: news.SubscriptionID(r.Subscription),
		Guild:        news.GuildID(r.Guild),
		Channel:      news.ChannelID(r.Channel),
		Role:         news.RoleID(r.Role),
		Matched:      matched,
		State:        news.DeliveryState(r.State),
		Message:      news.MessageID(r.Message),
		CreatedAt:    timeOf(r.CreatedAt),
		TriedAt:      timeOf(r.TriedAt),
		LastError:    r.LastError,
	}, nil
}

func deliveryParams(d news.Delivery, others []news.SubscriptionID) db.InsertDeliveryParams {
	return db.InsertDeliveryParams{
		ID:           int64(d.ID),
		Event:        int64(d.Event),
		Story:        int64(d.Story),
		Guild:        int64(d.Guild),
		Subscription: int64(d.Subscription),
		Channel:      int64(d.Channel),
		Role:         int64(d.Role),
		CreatedAt:    millis(d.CreatedAt),
		Matched:      list(d.Matched),
		Others:       idList(others),
	}
}

// idList is how several ids stand in one column.
func idList[ID ~int64](ids []ID) string {
	if len(ids) == 0 {
		return "[]"
	}
	b, err := json.Marshal(ids)
	if err != nil {
		panic(err) // a slice of numbers can always be marshalled
	}
	return string(b)
}

func idListOf[ID ~int64](column string) (ids []ID, err error) {
	if err := json.Unmarshal([]byte(column), &ids); err != nil {
		return nil, fmt.Errorf("read stored ids: %w", err)
	}
	return ids, nil
}

// eventRef is a story's reference to an event.
func eventRef(id news.EventID) sql.NullInt64 {
	return sql.NullInt64{Int64: int64(id), Valid: id != 0}
}

// union returns a with those of b that it lacks.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}
