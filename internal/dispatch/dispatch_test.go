package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// world is a Store, Articles and Summarizer in one, that remembers what it was
// asked.
type world struct {
	story       news.Story
	subscribers []news.Subscriber
	article     news.Article
	articleErr  error
	hangs       bool // the article's server takes all the time there is
	storeErr    error

	read      []string
	requests  []news.SummaryRequest
	summarize error
	saved     []news.Prepared
}

func (w *world) StoryForPreparing(context.Context, news.StoryID) (news.Story, news.Feed, error) {
	return w.story, news.Feed{ID: 9, Title: "Handset Daily"}, nil
}

func (w *world) Subscribers(context.Context, news.FeedID) ([]news.Subscriber, error) {
	return append([]news.Subscriber(nil), w.subscribers...), nil
}

func (w *world) SavePrepared(ctx context.Context, p news.Prepared) ([]news.Delivery, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if w.storeErr != nil {
		return nil, w.storeErr
	}
	w.saved = append(w.saved, p)
	return nil, nil
}

func (w *world) ReadArticle(ctx context.Context, url string) (news.Article, error) {
	w.read = append(w.read, url)
	if w.hangs {
		<-ctx.Done()
		return news.Article{}, ctx.Err()
	}
	return w.article, w.articleErr
}

func (w *world) Summarize(_ context.Context, req news.SummaryRequest) (news.Summary, error) {
	w.requests = append(w.requests, req)
	return news.Summary{Sentences: []string{req.Text}, Words: 1, Method: news.Extractive}, w.summarize
}

func prepare(t *testing.T, w *world) error {
	t.Helper()
	d := New(Config{Store: w, Articles: w, Summarizer: w, Language: guess, MaxWords: 60, Log: slog.New(slog.DiscardHandler)})
	return d.Prepare(t.Context(), w.story.ID)
}

// guess takes every text for Klingon but the empty one.
func guess(text string) string {
	if text == "\n" {
		return ""
	}
	return "tlh"
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Qapla' batlh je! ", 30)
	for name, test := range map[string]struct{ feed, text, want string }{
		"the feed says nothing":           {"", "Qapla'", "tlh"},
		"the feed says so":                {"de", "Qapla'", "de"},
		"the feed is wrong":               {"de", long, "tlh"},
		"the feed says it more precisely": {"tlh-QO", long, "tlh-QO"},
	} {
		w := &world{story: news.Story{ID: 1, Title: "nuqneH", Text: test.text, Language: test.feed, FirstSeenAt: noon}}
		if err := prepare(t, w); err != nil {
			t.Fatal(err)
		}
		if got := w.saved[0].Story.Language; got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func subscriber(id news.SubscriptionID, query string, created time.Time) news.Subscriber {
	return news.Subscriber{Subscription: news.Subscription{ID: id, Query: query, CreatedAt: created}}
}

func matched(w *world) map[news.SubscriptionID][]string {
	got := map[news.SubscriptionID][]string{}
	for _, p := range w.saved {
		for _, m := range p.Matches {
			got[m.Subscription.ID] = m.Terms
		}
	}
	return got
}

func TestMatchesTitleLeadAndText(t *testing.T) {
	t.Parallel()
	w := &world{
		story: news.Story{
			ID: 1, Title: "Xiaomi will sell phones in the US", Lead: "No date is set.",
			Text: "Patent disputes are a worry.", FirstSeenAt: noon,
		},
		subscribers: []news.Subscriber{
			subscriber(1, `xiaomi (us OR "united states") -rumor`, noon.Add(-time.Hour)),
			subscriber(2, "date", noon.Add(-time.Hour)),
			subscriber(3, "patent", noon.Add(-time.Hour)),
			subscriber(4, "nokia", noon.Add(-time.Hour)),
			subscriber(5, "xiaomi -patent", noon.Add(-time.Hour)),
		},
	}
	if err := prepare(t, w); err != nil {
		t.Fatal(err)
	}
	want := map[news.SubscriptionID][]string{1: {"xiaomi", "us"}, 2: {"date"}, 3: {"patent"}}
	if diff := cmp.Diff(want, matched(w)); diff != "" {
		t.Errorf("matches (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"xiaomi", "us", "date", "patent"}, w.requests[0].Query); diff != "" {
		t.Errorf("terms that the summary is asked about (-want +got):\n%s", diff)
	}
}

func TestJoiningDoesNotFlood(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		story    news.Story
		created  time.Time
		followed time.Time
		want     bool
	}{
		"new story, older subscription": {
			story: news.Story{FirstSeenAt: noon}, created: noon.Add(-time.Second), want: true},
		"new story, younger subscription": {
			story: news.Story{FirstSeenAt: noon}, created: noon.Add(time.Second)},
		"new story of a feed followed since": {
			story: news.Story{FirstSeenAt: noon}, created: noon.Add(-time.Hour), followed: noon.Add(time.Second)},
		"backlog, published before the subscription": {
			story:   news.Story{FirstSeenAt: noon, Backlog: true, PublishedAt: noon.Add(-2 * time.Hour)},
			created: noon.Add(-time.Hour)},
		"backlog, published since the subscription": {
			story:   news.Story{FirstSeenAt: noon, Backlog: true, PublishedAt: noon.Add(-time.Minute)},
			created: noon.Add(-time.Hour), want: true},
		"backlog, published before the feed was followed": {
			story:   news.Story{FirstSeenAt: noon, Backlog: true, PublishedAt: noon.Add(-time.Minute)},
			created: noon.Add(-time.Hour), followed: noon.Add(-time.Second)},
		"backlog without a date": {
			story: news.Story{FirstSeenAt: noon, Backlog: true}, created: noon.Add(-time.Hour)},
		"backlog dated in the future": {
			story:   news.Story{FirstSeenAt: noon, Backlog: true, PublishedAt: noon.Add(time.Hour)},
			created: noon.Add(-time.Hour)},
		"late story with an old date": {
			story: news.Story{FirstSeenAt: noon, PublishedAt: noon.Add(-72 * time.Hour)}, created: noon.Add(-time.Hour), want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.story.ID, test.story.Title = 1, "Xiaomi again"
			s := subscriber(1, "xiaomi", test.created)
			s.FollowedAt = test.followed
			w := &world{story: test.story, subscribers: []news.Subscriber{s}}
			if err := prepare(t, w); err != nil {
				t.Fatal(err)
			}
			if got := len(matched(w)) == 1; got != test.want {
				t.Errorf("matched: %v, want %v", got, test.want)
			}
		})
	}
}

func TestTeaserIsCompletedForSomebodyOnly(t *testing.T) {
	t.Parallel()
	teaser := news.Story{ID: 1, Title: "Phones", Lead: "Short.", Text: "Short.", URL: "https://example.com/a", Teaser: true, FirstSeenAt: noon}
	somebody := []news.Subscriber{subscriber(1, "customer", noon.Add(-time.Hour))}
	for name, test := range map[string]struct {
		subscribers []news.Subscriber
		article     news.Article
		err         error
		wantRead    int
		wantText    string
		wantMatch   bool
		wantReason  news.Reason
	}{
		"nobody subscribes":  {article: news.Article{Text: "Customer service comes first."}, wantText: "Short."},
		"article is read":    {subscribers: somebody, article: news.Article{Text: "Customer service comes first."}, wantRead: 1, wantText: "Customer service comes first.", wantMatch: true},
		"article is shorter": {subscribers: somebody, article: news.Article{Text: "Log"}, wantRead: 1, wantText: "Short.", wantReason: news.NoArticle},
		"page of links":      {subscribers: somebody, err: fmt.Errorf("read: %w", news.ErrNoArticle), wantRead: 1, wantText: "Short.", wantReason: news.NoArticle},
		"article fails":      {subscribers: somebody, err: errors.New("no answer"), wantRead: 1, wantText: "Short.", wantReason: news.Unreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{story: teaser, subscribers: test.subscribers, article: test.article, articleErr: test.err}
			if err := prepare(t, w); err != nil {
				t.Fatal(err)
			}
			if len(w.read) != test.wantRead {
				t.Errorf("pages read: %v", w.read)
			}
			if got := w.saved[0].Story.Text; got != test.wantText {
				t.Errorf("text %q, want %q", got, test.wantText)
			}
			if got := w.saved[0].Summary; got.Reason != test.wantReason || (got.Method == news.FeedText) != (got.Reason != "") {
				t.Errorf("%s because %q, want %q", got.Method, got.Reason, test.wantReason)
			}
			if got := len(matched(w)) == 1; got != test.wantMatch {
				t.Errorf("matched: %v, want %v", got, test.wantMatch)
			}
			if w.requests[0].Unread == test.wantMatch {
				t.Errorf("unread: %v, though matched is %v", w.requests[0].Unread, test.wantMatch)
			}
		})
	}
}

func TestSlowArticleLeavesTimeForItsStory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			story:       news.Story{ID: 1, Title: "Phones", Text: "Short.", URL: "https://example.com/a", Teaser: true, FirstSeenAt: noon},
			subscribers: []news.Subscriber{subscriber(1, "phones", noon)},
			hangs:       true,
		}
		d := New(Config{Store: w, Articles: w, Summarizer: w, Language: guess, MaxWords: 60, Log: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second) // what a job has
		defer cancel()
		if err := d.Prepare(ctx, w.story.ID); err != nil {
			t.Fatal(err)
		}
		if len(matched(w)) != 1 {
			t.Error("the story was lost with its article")
		}
	})
}

func TestPreparedStoryIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := &world{story: news.Story{ID: 1, Event: 5, FirstSeenAt: noon}, subscribers: []news.Subscriber{subscriber(1, "phones", noon)}}
	if err := prepare(t, w); err != nil {
		t.Fatal(err)
	}
	if len(w.saved) != 0 || len(w.requests) != 0 {
		t.Error("a prepared story was prepared again")
	}
}

func TestStoreFaultIsReturned(t *testing.T) {
	t.Parallel()
	fault := errors.New("disk is full")
	w := &world{story: news.Story{ID: 1, FirstSeenAt: noon}, storeErr: fault}
	if err := prepare(t, w); !errors.Is(err, fault) {
		t.Errorf("got %v, want the store's error", err)
	}
	w = &world{story: news.Story{ID: 1, FirstSeenAt: noon}, summarize: fault}
	if err := prepare(t, w); !errors.Is(err, fault) {
		t.Errorf("got %v, want the summariser's error", err)
	}
}

func TestQueryThatNoLongerCompilesHidesNoOther(t *testing.T) {
	t.Parallel()
	w := &world{
		story:       news.Story{ID: 1, Title: "Phones", FirstSeenAt: noon},
		subscribers: []news.Subscriber{subscriber(1, "phones AND (", noon), subscriber(2, "phones", noon)},
	}
	if err := prepare(t, w); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[news.SubscriptionID][]string{2: {"phones"}}, matched(w)); diff != "" {
		t.Errorf("matches (-want +got):\n%s", diff)
	}
}

// translator says what it was asked, but no Klingon.
type translator struct {
	mu    sync.Mutex
	asked []news.TranslationRequest
}

func (tr *translator) Translate(_ context.Context, r news.TranslationRequest) (news.Translation, error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.asked = append(tr.asked, r)
	if r.To == "tlh" {
		return news.Translation{}, errors.New("no such language")
	}
	return news.Translation{Language: r.To, Title: r.To + " " + r.Title, Sentences: r.Sentences}, nil
}

func TestTranslatesOnceForEachLanguage(t *testing.T) {
	t.Parallel()
	wanting := func(id news.SubscriptionID, guild news.GuildID, language string) news.Subscriber {
		s := subscriber(id, "xiaomi", noon.Add(-time.Hour))
		s.Guild, s.Language = guild, language
		return s
	}
	w := &world{
		story: news.Story{ID: 1, Title: "Xiaomi in Denver", Text: "An office.", Language: "en-US", FirstSeenAt: noon},
		subscribers: []news.Subscriber{
			wanting(1, 10, "de"), wanting(2, 10, "de"), wanting(3, 11, "de"),
			wanting(4, 12, "tlh"), wanting(5, 13, "en"), wanting(6, 14, ""),
		},
	}
	tr := &translator{}
	d := New(Config{Store: w, Articles: w, Summarizer: w, Translator: tr, Language: guess, MaxWords: 60, Log: slog.New(slog.DiscardHandler)})
	if err := d.Prepare(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	want := []news.Translation{{Language: "de", Title: "de Xiaomi in Denver", Sentences: []string{"An office."}}}
	if diff := cmp.Diff(want, w.saved[0].Translations); diff != "" {
		t.Errorf("translations (-want +got):\n%s", diff)
	}
	if len(tr.asked) != 2 {
		t.Errorf("asked %d times, want once for German and once for Klingon", len(tr.asked))
	}
	for _, r := range tr.asked {
		if r.To == "de" && !cmp.Equal(r.For, []news.GuildID{10, 11}) {
			t.Errorf("the German one is for %v", r.For)
		}
	}
	if got := w.requests[0].For; !cmp.Equal(got, []news.GuildID{10, 11, 12, 13, 14}) {
		t.Errorf("the summary is for %v", got)
	}
}
