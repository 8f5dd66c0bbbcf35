package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tidings/config"
	"tidings/feeds"
	"tidings/internal/discordsim"
	"tidings/internal/match"
	"tidings/internal/news"
)

// broad matches nearly every story in the languages of the corpus.
const broad = `the OR a OR of OR to OR in OR for OR on OR de OR la OR en OR el OR und OR der OR die OR w OR na OR i OR le OR et OR is OR with OR new`

// publisher serves the corpus as a proxy, each feed under a host of its own, so
// that no name is resolved and no address but this one's is dialled. Everything
// else that the bot asks for, such as the articles that the feeds link to, is
// refused.
type publisher struct {
	mu     sync.Mutex
	bodies map[string][]byte // by host; empty feeds until open
	open   bool
}

const emptyFeed = `<rss version="2.0"><channel><title>Nothing yet</title></channel></rss>`

func (p *publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	body, known := p.bodies[r.URL.Host]
	open := p.open
	p.mu.Unlock()
	if !known || r.Method != http.MethodGet || r.URL.Path != "/feed" {
		http.Error(w, "not here", http.StatusNotFound)
		return
	}
	if !open {
		body = []byte(emptyFeed)
	}
	w.Header().Set("Cache-Control", "max-age=0")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// TestRealFeedsArePostedOnce polls every real feed of the corpus through the whole
// bot and looks for every matching item among the posts.
func TestRealFeedsArePostedOnce(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("TIDINGS_CORPUS")
	if dir == "" {
		t.Skip("TIDINGS_CORPUS names no folder of real feeds")
	}
	if underRace {
		t.Skip("2,500 posts take too long under the race detector; CI runs this test without it")
	}
	files, err := filepath.Glob(filepath.Join(dir, "feeds", "real", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no feeds in %s: %v", dir, err)
	}
	pub := &publisher{bodies: make(map[string][]byte)}
	var bundle []news.Feed
	for i, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		host := fmt.Sprintf("feed%d.example.com", i)
		pub.bodies[host] = body
		bundle = append(bundle, news.Feed{URL: "http://" + host + "/feed", Title: filepath.Base(file), Bundled: true})
	}
	proxy := httptest.NewServer(pub)
	t.Cleanup(proxy.Close)

	sim := discordsim.New(discordsim.Config{Token: "t0ken", Limits: discordsim.Limits{Off: true}})
	guild := sim.AddGuild(discordsim.GuildSpec{Name: "Corpus"})
	channel := sim.AddChannel(guild.ID, discordsim.ChannelSpec{Name: "all"})
	if err := sim.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close(context.Background()) })

	cfg := config.Default()
	cfg.Discord.Token, cfg.Discord.APIURL = "t0ken", sim.APIURL()
	cfg.Database.Path = filepath.Join(t.TempDir(), "tidings.db")
	cfg.Poll.Schedule = "@every 1s"
	cfg.Fetch.Proxy = proxy.URL
	cfg.Fetch.HostPause = 0 // the publishers are one proxy of this process
	app := &application{cfg: cfg, log: slog.New(slog.DiscardHandler), bundle: bundle}
	if err := app.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.stop(); err != nil {
			t.Error(err)
		}
	})
	reply, err := sim.RunCommand(t.Context(), discordsim.CommandRun{
		ChannelID: channel.ID, Name: "subscribe", Options: map[string]any{"query": broad, "channel": channel.ID},
	})
	if err != nil || !strings.Contains(reply.Message.Content, "Watching") {
		t.Fatalf("subscribe: %q, %v", reply.Message.Content, err)
	}

	// Each feed is first seen empty, so that what follows is news and no backlog.
	all := awaitFeeds(t, app, func(f news.Feed) bool { return f.Polled() })
	pub.mu.Lock()
	pub.open = true
	pub.mu.Unlock()
	want, unread := expectedPosts(t, pub, all)
	all = awaitFeeds(t, app, func(f news.Feed) bool {
		// Of a document that was cut off no hash is kept, but its site.
		return f.BodyHash != hashOfEmpty(all) || f.LastError != "" || f.Site != ""
	})
	checkUnread(t, all, unread)
	awaitIdle(t, app)
	checkPosts(t, sim.Messages(channel.ID), storedStories(t, app), want)
}

// hashOfEmpty is the hash that the store keeps of the empty feed.
func hashOfEmpty(all []news.Feed) string { return all[0].BodyHash }

func awaitFeeds(t *testing.T, app *application, ready func(news.Feed) bool) []news.Feed {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for {
		all, err := app.store.Feeds(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(all, func(f news.Feed) bool { return !ready(f) }); i < 0 {
			return all
		} else if time.Now().After(deadline) {
			t.Fatalf("feed %s was not polled: %+v", all[i].Title, all[i])
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// awaitIdle waits until every story is prepared and every delivery sent.
func awaitIdle(t *testing.T, app *application) {
	t.Helper()
	deadline := time.Now().Add(15 * time.Minute)
	for {
		var waiting int
		err := app.store.Writer().QueryRowContext(t.Context(),
			`SELECT count(*) FROM river_job WHERE kind IN ('prepare_story', 'deliver') AND finalized_at IS NULL`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
		if waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d jobs still wait", waiting)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// expectedItem is an item that the subscription matches.
type expectedItem struct{ feed, title, url string }

// expectedPosts reads the corpus as a second opinion: which items match, and which
// feeds cannot be read.
func expectedPosts(t *testing.T, pub *publisher, all []news.Feed) (want []expectedItem, unread map[string]bool) {
	t.Helper()
	query, err := match.Compile(broad)
	if err != nil {
		t.Fatal(err)
	}
	unread = make(map[string]bool)
	for _, f := range all {
		host := strings.TrimSuffix(strings.TrimPrefix(f.URL, "http://"), "/feed")
		doc, err := feeds.Parse(pub.bodies[host], feeds.ParseOptions{URL: f.URL})
		if err != nil {
			unread[f.Title] = true
			continue
		}
		for _, item := range doc.Items {
			if _, ok := query.Match(item.Title, item.Summary, item.Content); ok {
				want = append(want, expectedItem{f.Title, item.Title, item.Link})
			}
		}
	}
	return want, unread
}

// checkUnread compares which feeds could not be read, and wants a reason for each.
func checkUnread(t *testing.T, all []news.Feed, unread map[string]bool) {
	t.Helper()
	for _, f := range all {
		if (f.LastError != "") != unread[f.Title] {
			t.Errorf("%s: reported %q, but could be read: %v", f.Title, f.LastError, !unread[f.Title])
		}
		if f.LastError != "" {
			t.Logf("%s: %s", f.Title, f.LastError)
		}
	}
}

// storedStory is a story as the database has it.
type storedStory struct {
	item  expectedItem
	event int64
}

func storedStories(t *testing.T, app *application) map[string]storedStory {
	t.Helper()
	rows, err := app.store.Writer().QueryContext(t.Context(),
		`SELECT story.id, feed.title, story.title, story.url, story.event FROM story JOIN feed ON feed.id = story.feed`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := make(map[string]storedStory)
	for rows.Next() {
		var id string
		var s storedStory
		if err := rows.Scan(&id, &s.item.feed, &s.item.title, &s.item.url, &s.event); err != nil {
			t.Fatal(err)
		}
		all[id] = s
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// checkPosts wants each event posted at most once, and each matching item's event
// posted. A post tells its story by its Longer button.
func checkPosts(t *testing.T, posts []discordsim.Message, stories map[string]storedStory, want []expectedItem) {
	t.Helper()
	posted := make(map[int64]int)
	for _, m := range posts {
		button, ok := m.Button("Longer")
		if !ok {
			t.Fatalf("a post without its button: %+v", m)
		}
		story, ok := stories[strings.TrimPrefix(button.CustomID, "longer:")]
		if !ok {
			t.Fatalf("a post of an unknown story: %s", button.CustomID)
		}
		posted[story.event]++
	}
	for event, n := range posted {
		if n > 1 {
			t.Errorf("event %d was posted %d times", event, n)
		}
	}
	events := make(map[expectedItem][]int64)
	for _, s := range stories {
		// The story of an item without a title has one all the same, made of its text.
		untitled := expectedItem{feed: s.item.feed, url: s.item.url}
		events[s.item] = append(events[s.item], s.event)
		events[untitled] = append(events[untitled], s.event)
	}
	for _, item := range want {
		if len(events[item]) == 0 {
			t.Errorf("%s: %q (%s) was not stored", item.feed, item.title, item.url)
		} else if !slices.ContainsFunc(events[item], func(event int64) bool { return posted[event] > 0 }) {
			t.Errorf("%s: %q (%s) was not posted", item.feed, item.title, item.url)
		}
	}
	t.Logf("%d matching items, %d stories, %d posts", len(want), len(stories), len(posts))
	if len(want) == 0 || len(posts) == 0 {
		t.Error("nothing was matched or nothing was posted")
	}
}
