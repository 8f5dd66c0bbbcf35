// Package dispatch takes a new story from the feed to the channels' doors: it
// completes the story's text, finds whom it is for, has it summarised once and
// translated once for each language, and stores one delivery for each channel.
//
// Preparing a story twice does no harm: the second time changes nothing.
package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"tidings/internal/match"
	"tidings/internal/news"
)

// Store keeps stories and who subscribes to what.
type Store interface {
	StoryForPreparing(ctx context.Context, id news.StoryID) (news.Story, news.Feed, error)
	// Subscribers returns the live subscriptions of the servers that follow a feed.
	Subscribers(ctx context.Context, feed news.FeedID) ([]news.Subscriber, error)
	// SavePrepared stores, in one transaction, what is now known of the story, the
	// event it belongs to, and a delivery and its job for each channel that has not
	// heard of the event. It returns the new deliveries.
	SavePrepared(ctx context.Context, p news.Prepared) ([]news.Delivery, error)
}

// Articles reads the page that a story links to.
type Articles interface {
	ReadArticle(ctx context.Context, url string) (news.Article, error)
}

// Summarizer makes summaries.
type Summarizer interface {
	Summarize(ctx context.Context, req news.SummaryRequest) (news.Summary, error)
}

// Translator says a summary in another language. Its error means that the post stays
// in the story's own.
type Translator interface {
	Translate(ctx context.Context, req news.TranslationRequest) (news.Translation, error)
}

// Config is what New needs, all of it but the Translator.
type Config struct {
	Store      Store
	Articles   Articles
	Summarizer Summarizer
	Translator Translator               // nil where nobody translates
	Language   func(text string) string // tells a text's language, BCP 47, "" where it cannot
	MaxWords   int                      // of a summary
	Log        *slog.Logger
}

// Dispatcher prepares stories. Use New.
type Dispatcher struct {
	Config
	queries *queryCache
}

// New returns a Dispatcher.
func New(cfg Config) *Dispatcher {
	return &Dispatcher{Config: cfg, queries: newQueryCache()}
}

// Prepare makes a story ready and stores its deliveries.
func (d *Dispatcher) Prepare(ctx context.Context, id news.StoryID) error {
	story, feed, err := d.Store.StoryForPreparing(ctx, id)
	if err != nil {
		return fmt.Errorf("load story %d: %w", id, err)
	}
	if story.Event != 0 {
		return nil // a process that was killed just after it had finished
	}
	subscribers, err := d.Store.Subscribers(ctx, feed.ID)
	if err != nil {
		return fmt.Errorf("load subscribers of feed %d: %w", feed.ID, err)
	}
	subscribers = slices.DeleteFunc(subscribers, func(s news.Subscriber) bool {
		return !story.NewsSince(later(s.CreatedAt, s.FollowedAt))
	})
	// A page is fetched only for somebody: a feed's backlog of thirty old stories
	// is nobody's news, and its publisher need not serve it.
	without := news.Reason("")
	if story.Teaser && len(subscribers) > 0 {
		story, without = d.complete(ctx, story)
	}
	story.Language = d.language(story)
	matches := d.match(ctx, story, subscribers)
	summary, err := d.Summarizer.Summarize(ctx, news.SummaryRequest{
		Title: story.Title, Text: story.Text, Lead: story.Lead,
		Query: termsOf(matches), MaxWords: d.MaxWords, Unread: len(matches) == 0, For: guildsOf(matches, ""),
	})
	if err != nil {
		return fmt.Errorf("summarize story %d: %w", id, err)
	}
	if without != "" && summary.Method != news.Model {
		summary.Reason = without
		if summary.Method == news.Extractive {
			summary.Method = news.FeedText // the teaser was all the text there is
		}
	}
	deliveries, err := d.Store.SavePrepared(ctx, news.Prepared{
		Story: story, Summary: summary, Translations: d.translate(ctx, story, summary, matches), Matches: matches,
	})
	if err != nil {
		return fmt.Errorf("save story %d with %d matches: %w", id, len(matches), err)
	}
	level := slog.LevelDebug
	if len(deliveries) > 0 {
		level = slog.LevelInfo
	}
	d.Log.Log(ctx, level, "story prepared", "story", id, "title", story.Title, "outlet", feed.Title,
		"matches", len(matches), "deliveries", len(deliveries))
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// enoughToTell is how much text, in bytes, proves a feed's word on its language wrong.
const enoughToTell = 300

// language returns the story's language. Feeds carry the tag of the software that
// makes them: a text that is long enough, and clearly in another language, counts for
// more.
func (d *Dispatcher) language(s news.Story) string {
	told := d.Language(s.Title + "\n" + s.Text)
	if s.Language == "" || told != "" && told != primary(s.Language) && len(s.Text) >= enoughToTell {
		return told
	}
	return s.Language
}

// articleTimeout leaves some of a job's time to the story itself: a page's server,
// or the line of those who wait for it, may take all the time there is.
const articleTimeout = 40 * time.Second

// complete reads the article behind a teaser. Where that fails the story goes on
// with what the feed says of it, and the reason: late or short beats lost.
func (d *Dispatcher) complete(ctx context.Context, story news.Story) (news.Story, news.Reason) {
	reading, cancel := context.WithTimeout(ctx, articleTimeout)
	defer cancel()
	article, err := d.Articles.ReadArticle(reading, story.URL)
	if err != nil {
		d.Log.InfoContext(ctx, "article not read, using the feed's own text", "story", story.ID, "url", story.URL, "error", err)
		if errors.Is(err, news.ErrNoArticle) {
			return story, news.NoArticle
		}
		return story, news.Unreadable
	}
	without := news.NoArticle
	// A login wall or a page of links gives less than the teaser does.
	if len(article.Text) > len(story.Text) {
		story.Text, without = article.Text, ""
	}
	if story.Image == "" {
		story.Image = article.Image
	}
	if story.Language == "" {
		story.Language = article.Language
	}
	return story, without
}

// match returns what the story is for.
func (d *Dispatcher) match(ctx context.Context, story news.Story, subscribers []news.Subscriber) []news.Match {
	if len(subscribers) == 0 {
		return nil
	}
	text := match.Prepare(story.Title, story.Lead, story.Text)
	var matches []news.Match
	for _, s := range subscribers {
		query, err := d.queries.compile(s.Query)
		if err != nil {
			// It was checked when the subscription was made, so a rule has changed since.
			d.Log.ErrorContext(ctx, "a stored query no longer compiles", "subscription", s.ID, "query", s.Query, "error", err)
			continue
		}
		if result, ok := query.Eval(text); ok {
			matches = append(matches, news.Match{Subscription: s.Subscription, Terms: result.Terms, Language: s.Language})
		}
	}
	return matches
}

// translateTimeout bounds all translations of a story together.
const translateTimeout = 20 * time.Second

// translate says the summary in the languages that the matches' servers want. One
// that cannot be had is told of in the log, and by the post itself.
func (d *Dispatcher) translate(ctx context.Context, story news.Story, summary news.Summary, matches []news.Match) []news.Translation {
	if d.Translator == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, translateTimeout)
	defer cancel()
	var (
		wg           sync.WaitGroup
		mu           sync.Mutex
		translations []news.Translation
	)
	asked := map[string]bool{"": true, primary(story.Language): true}
	for _, m := range matches {
		if asked[primary(m.Language)] {
			continue
		}
		asked[primary(m.Language)] = true
		wg.Go(func() {
			t, err := d.Translator.Translate(ctx, news.TranslationRequest{
				Title: story.Title, Sentences: summary.Sentences, From: story.Language, To: m.Language, For: guildsOf(matches, m.Language),
			})
			if err != nil {
				d.Log.WarnContext(ctx, "no translation, the post stays in the story's language", "story", story.ID, "to", m.Language, "error", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			translations = append(translations, t)
		})
	}
	wg.Wait()
	return translations
}

// primary is the language of a tag without its region: "pt" of "pt-BR".
func primary(tag string) string {
	language, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return language
}

// guildsOf returns the servers of the matches that want a language, each once; "" is
// any.
func guildsOf(matches []news.Match, language string) []news.GuildID {
	var guilds []news.GuildID
	seen := make(map[news.GuildID]bool, len(matches))
	for _, m := range matches {
		if guild := m.Subscription.Guild; !seen[guild] && (language == "" || primary(m.Language) == primary(language)) {
			seen[guild] = true
			guilds = append(guilds, guild)
		}
	}
	return guilds
}

// maxTerms bounds what the summary is asked to speak of: a summary of sixty words
// cannot serve more.
const maxTerms = 20

// termsOf returns the matches' terms, each once, in order.
func termsOf(matches []news.Match) []string {
	var terms []string
	for _, m := range matches {
		for _, term := range m.Terms {
			if len(terms) == maxTerms {
				return terms
			}
			if !slices.Contains(terms, term) {
				terms = append(terms, term)
			}
		}
	}
	return terms
}
