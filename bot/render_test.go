package bot

import (
	"encoding/json"
	"math"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
)

// xiaomi is the post of the documentation.
func xiaomi() news.Post {
	seen := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	return news.Post{
		Delivery: news.Delivery{
			ID: 77, Event: 5, Story: 42, Subscription: 9, Guild: 100, Channel: 200,
			Matched: []string{"xiaomi", "us"}, State: news.DeliveryPending,
		},
		Story: news.Story{
			ID: 42, URL: "https://android.example/xiaomi-us", Title: "Xiaomi will sell phones in the US, but sets no date",
			Text:  "Smartphones for the US are part of Xiaomi's strategy. There is no concrete date. The company wants customer service in place first.",
			Image: "https://android.example/mi.jpg", PublishedAt: seen, FirstSeenAt: seen,
		},
		Feed: news.Feed{ID: 3, Title: "Android Headlines", Site: "https://android.example/", URL: "https://android.example/feed"},
		Summary: news.Summary{Method: news.Extractive, Words: 20, Sentences: []string{
			"Smartphones for the US are part of Xiaomi's strategy, Hugo Barra said at the Code Conference, but there is no concrete date.",
			"The company wants customer service in place first; patent disputes are its other worry.",
		}},
		Also:     []string{"Gadget Weekly", "Handset Daily"},
		AlsoURLs: []string{"https://gadget.example/1", "https://handset.example/2"},
	}
}

func TestRenderPost(t *testing.T) {
	t.Parallel()
	post := xiaomi()
	post.Delivery.Role = 555
	got := renderPost(post)
	want := &discordgo.MessageSend{
		Content: "<@&555>",
		Embeds: []*discordgo.MessageEmbed{{
			Type:   discordgo.EmbedTypeRich,
			Author: &discordgo.MessageEmbedAuthor{Name: "Android Headlines"},
			Title:  "Xiaomi will sell phones in the US, but sets no date",
			URL:    "https://android.example/xiaomi-us",
			Color:  colour("Android Headlines"),
			Description: "Smartphones for the US are part of Xiaomi's strategy, Hugo Barra said at the Code Conference, but there is no concrete date. " +
				"The company wants customer service in place first; patent disputes are its other worry.\n" +
				"**Also in** [Gadget Weekly](https://gadget.example/1) · [Handset Daily](https://handset.example/2)\n" +
				"-# xiaomi, us · extract · <t:1777888800:R>",
			Thumbnail: &discordgo.MessageEmbedThumbnail{URL: "https://android.example/mi.jpg"},
		}},
		Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "Read", Style: discordgo.LinkButton, URL: "https://android.example/xiaomi-us"},
			discordgo.Button{Label: "Longer", Style: discordgo.SecondaryButton, CustomID: "longer:42"},
			discordgo.Button{Label: "Not for us", Style: discordgo.SecondaryButton, CustomID: "notforus:77"},
		}}},
		AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}, Roles: []string{"555"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

// A missing picture, author, date, summary or address leaves no hole.
func TestRenderPostWithLittle(t *testing.T) {
	t.Parallel()
	got := renderPost(news.Post{Delivery: news.Delivery{ID: 1}, Story: news.Story{ID: 2, Title: "Only a title"}})
	e := got.Embeds[0]
	if e.Title != "Only a title" || e.Description != "" || e.Author != nil || e.Thumbnail != nil || e.URL != "" {
		t.Errorf("embed = %+v, want a title alone", e)
	}
	if n := len(got.Components[0].(discordgo.ActionsRow).Components); n != 2 {
		t.Errorf("%d buttons, want 2: nothing to read", n)
	}
	encoded, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(encoded), `"allowed_mentions":{"parse":[],`) {
		t.Errorf("mentions are not forbidden: %s", encoded)
	}
}

// The small print says why a post has the feed's words, or none.
func TestRenderPostSaysWhy(t *testing.T) {
	t.Parallel()
	said := []string{"The bridge is closed."}
	for _, test := range []struct {
		summary news.Summary
		want    string
	}{
		{news.Summary{Method: news.FeedText, Sentences: said}, "feed text"},
		{news.Summary{Method: news.FeedText, Sentences: said, Reason: news.Unreadable}, "feed text: its page could not be read"},
		{news.Summary{Method: news.FeedText, Sentences: said, Reason: news.NoArticle}, "feed text: no article to condense"},
		{news.Summary{Reason: news.TooLong}, "no summary: its sentences are too long"},
		{news.Summary{Method: news.Extractive, Sentences: said}, "extract"},
		{news.Summary{Method: news.FeedText, Sentences: said, Reason: "of a later version"}, "feed text"},
	} {
		post := xiaomi()
		post.Summary = test.summary
		if got := postEmbed(post).Description; !strings.HasSuffix(got, "-# xiaomi, us · "+test.want+" · <t:1777888800:R>") {
			t.Errorf("%+v: %q", test.summary, got)
		}
	}
}

func TestEscape(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"plain":                   {"Xiaomi, in the US", "Xiaomi, in the US"},
		"format":                  {"*a* _b_ ~~c~~ ||d|| `e`", `\*a\* \_b\_ \~\~c\~\~ \|\|d\|\| ` + "\\`e\\`"},
		"everyone":                {"@everyone and @here", "@\u200beveryone and @\u200bhere"},
		"mention":                 {"<@1> <@&2> <#3> </a:4> <:b:5>", `\<@` + "\u200b" + `1\> \<@` + "\u200b" + `&2\> \<#3\> \</a:4\> \<:b:5\>`},
		"masked link":             {"[bank](https://evil.example)", `\[bank\](https\://evil.example)`},
		"heading":                 {"# loud", `\# loud`},
		"quote":                   {"> said", `\> said`},
		"list":                    {"- one", `\- one`},
		"small print":             {"-# tiny", `\-# tiny`},
		"numbered":                {"2026. A year", `2026\. A year`},
		"escape of an escape":     {`\*a\*`, `\\\*a\\\*`},
		"line breaks":             {"a\n# b\r\n- c\u2028d", "a # b - c d"},
		"control and bidi":        {"a\x00b\u202ec\u2066d\u200fe\ufefff", "abcdef"},
		"hidden letters":          {"a\u200bb\u00adc\u3164d\u2800e", "abcde"},
		"emoji of several points": {"👨‍👩‍👧 go", "👨‍👩‍👧 go"},
		"zalgo":                   {"z" + strings.Repeat("\u0300", 50) + "a", "z" + strings.Repeat("\u0300", maxMarks) + "a"},
		"broken bytes":            {"a\xff\xc3b", "ab"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := markdown(test.in, 1000); got != test.want {
				t.Errorf("markdown(%q)\n got %q\nwant %q", test.in, got, test.want)
			}
		})
	}
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in    string
		limit int
		want  string
	}{
		{"fits", 4, "fits"},
		{"one two three", 9, "one two…"},
		{"one two three", 8, "one two…"},
		{"one two, three", 10, "one two…"},
		{"Donaudampfschifffahrt", 10, "Donaudamp…"},
		{"a Donaudampfschifffahrt", 12, "a Donaudamp…"},
		{"日本語の見出しです", 5, "日本語の…"},
		{"👨‍👩‍👧👨‍👩‍👧", 12, "👨‍👩‍👧…"}, // 8 units each
		{"ab", 1, "…"},
		{"ab", 0, ""},
	}
	for _, test := range tests {
		if got := truncate(test.in, test.limit, runeWidth); got != test.want {
			t.Errorf("truncate(%q, %d) = %q, want %q", test.in, test.limit, got, test.want)
		}
	}
}

func TestSafeURL(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"https://a.example/x?y=1#z":                 "https://a.example/x?y=1#z",
		" http://a.example ":                        "http://a.example",
		"HTTPS://A.example/":                        "https://a.example/",
		"https://münchen.example/straße":            "https://xn--mnchen-3ya.example/stra%C3%9Fe",
		"https://a.example/b_(c)*d":                 "https://a.example/b%5F%28c%29%2Ad",
		"https://a.example/?q=a b\"<>":              "https://a.example/?q=a%20b%22%3C%3E",
		"https://a.example/?q=100%":                 "https://a.example/?q=100%25",
		"https://a.example:8443/":                   "https://a.example:8443/",
		"http://[2001:db8::1]:80/a[1]":              "http://[2001:db8::1]:80/a%5B1%5D",
		"":                                          "",
		"/relative":                                 "",
		"javascript:alert(1)":                       "",
		"data:text/html,x":                          "",
		"https://bank.example@evil.example/":        "",
		"https:///nohost":                           "",
		"https:opaque":                              "",
		"https://a.example/" + long("x", maxURL):    "",
		"https://a b.example/":                      "",
		"https://a.example/\x00":                    "",
		"https://user:password@private.example/x":   "",
		"ftp://a.example/":                          "",
		"https://" + strings.Repeat("a", 64) + ".b": "",
	}
	for in, want := range tests {
		if got := safeURL(in, maxURL); got != want {
			t.Errorf("safeURL(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLinkTextPromisesNoOtherAddress(t *testing.T) {
	t.Parallel()
	const target = "https://www.outlet.example/story"
	tests := map[string]string{
		"A headline":                      "A headline",
		"https://bank.example/login":      "A story at outlet.example",
		"bank.example":                    "A story at outlet.example",
		"www.bank.example":                "A story at outlet.example",
		"bank。example":                    "A story at outlet.example",
		"outlet.example":                  "outlet.example",
		"www.outlet.example/story":        "www.outlet.example/story",
		"Log in at https://bank.example!": "Log in at bank.example!",
		"":                                "A story at outlet.example",
		"Node.js 30":                      "Node.js 30",
	}
	for in, want := range tests {
		if got := linkText(in, target); got != want {
			t.Errorf("linkText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLinkEndsWhereItShould(t *testing.T) {
	t.Parallel()
	got := link("x](https://evil.example) [y", "https://a.example/", 100, maxURL)
	if want := "[x)(evil.example) (y](https://a.example/)"; got != want {
		t.Errorf("link = %q, want %q", got, want)
	}
}

func TestColourIsReadableOnBothThemes(t *testing.T) {
	t.Parallel()
	surfaces := map[string]float64{"light": 1, "dark": luminance(0x31/255., 0x33/255., 0x38/255.)}
	for _, outlet := range []string{"", "Android Headlines", "Gadget Weekly", "Handset Daily", "日経", "The Verge", "heise online", "a", "b", "c"} {
		c := colour(outlet)
		if c < 0 || c > 0xffffff {
			t.Fatalf("colour(%q) = %#x is no colour", outlet, c)
		}
		l := luminance(float64(c>>16)/255, float64(c>>8&255)/255, float64(c&255)/255)
		for name, surface := range surfaces {
			if contrast := (math.Max(l, surface) + 0.05) / (math.Min(l, surface) + 0.05); contrast < 3 {
				t.Errorf("colour(%q) = %#06x has contrast %.2f on the %s theme, want at least 3", outlet, c, contrast, name)
			}
		}
	}
	if colour("Wired") != colour("wired") || colour("Wired") == colour("Ars Technica") {
		t.Error("an outlet's colour must come from its name, whatever its case")
	}
}

func TestHeadlinesFit(t *testing.T) {
	t.Parallel()
	var page []news.Headline
	for range pageSize {
		p := xiaomi()
		p.Story.Title = long("title ", 500)
		p.Story.URL = "https://a.example/" + long("p", 900)
		p.Feed.Title = long("outlet ", 200)
		p.Summary.Sentences = []string{long("sentence ", 900)}
		page = append(page, news.Headline{Story: p.Story, Feed: p.Feed, Summary: p.Summary, Outlets: 3})
	}
	got := headlines(page)
	if w := width(got); w > maxDescription {
		t.Errorf("%d wide, want at most %d", w, maxDescription)
	}
	if n := strings.Count(got, "and 2 more"); n != pageSize {
		t.Errorf("%d headlines, want all %d", n, pageSize)
	}
	// Where there is room, everything is shown.
	p := xiaomi()
	got = headlines([]news.Headline{{Story: p.Story, Feed: p.Feed, Summary: p.Summary, Outlets: 1}})
	want := "**[Xiaomi will sell phones in the US, but sets no date](https://android.example/xiaomi-us)**\n" +
		p.Summary.Sentences[0] + "\n-# Android Headlines · <t:1777888800:R>"
	if got != want {
		t.Errorf("headline\n got %q\nwant %q", got, want)
	}
	h := news.Headline{Story: p.Story, Feed: p.Feed, Summary: p.Summary, Outlets: 1}
	if got, want := headlines([]news.Headline{h, h}), want+"\n\n"+want; got != want {
		t.Errorf("two headlines\n got %q\nwant %q", got, want)
	}
}

func long(s string, n int) string { return strings.Repeat(s, n/len(s)+1)[:n] }

// FuzzRenderPost holds for every story: the message keeps Discord's limits, and
// nothing of the feed's is live in it.
func FuzzRenderPost(f *testing.F) {
	f.Add("Title", "https://a.example/1", "A sentence.", "Outlet", "term", "https://a.example/i.png")
	f.Add("@everyone <@1> # x", "javascript:alert(1)", "[a](https://b.example) https://c.example <t:1:R>", "<#2>", "`", "x")
	f.Add(long("👨‍👩‍👧 ", 5000), "https://a.example/"+long("ü", 4000), long("*", 9000), long("\\", 900), long("@here ", 900), "")
	f.Add("\\[a\\](b)", "https://a.example/)", "\\", "\\", "\\", "https://a.example/(")
	f.Fuzz(func(t *testing.T, title, address, sentence, outlet, term, image string) {
		p := xiaomi()
		p.Story.Title, p.Story.URL, p.Story.Image = title, address, image
		p.Feed.Title = outlet
		p.Summary.Sentences = []string{sentence, sentence}
		p.Delivery.Matched = []string{term, term}
		p.Also = []string{outlet, title, outlet, title, outlet, title, outlet}
		p.AlsoURLs = []string{address, image}
		checkMessage(t, renderPost(p))
		checkMessage(t, plainer(renderPost(p)))
		h := news.Headline{Story: p.Story, Feed: p.Feed, Summary: p.Summary, Outlets: 2}
		if w := width(headlines([]news.Headline{h, h, h, h, h, h, h, h, h, h})); w > maxDescription {
			t.Errorf("a page of headlines is %d wide", w)
		}
	})
}

func checkMessage(t *testing.T, m *discordgo.MessageSend) {
	t.Helper()
	if m.Content != "" {
		t.Errorf("content %q, want none without a role", m.Content)
	}
	if len(m.AllowedMentions.Parse)+len(m.AllowedMentions.Roles)+len(m.AllowedMentions.Users) != 0 {
		t.Errorf("mentions allowed: %+v", m.AllowedMentions)
	}
	e := m.Embeds[0]
	author := ""
	if e.Author != nil {
		author = e.Author.Name
		if author == "" {
			t.Error("an author without a name")
		}
	}
	for _, part := range []struct {
		name, text string
		limit      int
	}{{"title", e.Title, maxTitle}, {"description", e.Description, maxDescription}, {"author", author, maxAuthor}} {
		if w := width(part.text); w > part.limit {
			t.Errorf("%s is %d wide, want at most %d", part.name, w, part.limit)
		}
		if !utf8.ValidString(part.text) {
			t.Errorf("%s is no valid text: %q", part.name, part.text)
		}
	}
	if strings.TrimSpace(e.Title) == "" {
		t.Errorf("title %q says nothing", e.Title)
	}
	if n := strings.Count(e.Description, "\n"); n > 2 {
		t.Errorf("a stranger's text opens lines of its own: %q", e.Description)
	}
	checkURL(t, e.URL, maxURL)
	if e.Thumbnail != nil {
		checkURL(t, e.Thumbnail.URL, maxURL)
	}
	for _, c := range m.Components[0].(discordgo.ActionsRow).Components {
		b := c.(discordgo.Button)
		checkURL(t, b.URL, maxButtonURL)
		if (b.URL == "") == (b.CustomID == "") || len(b.CustomID) > maxCustomID {
			t.Errorf("button %+v", b)
		}
	}
	checkInert(t, e.Title, false)
	checkInert(t, e.Description, true)
}

func checkURL(t *testing.T, s string, limit int) {
	t.Helper()
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") || len(s) > limit {
		t.Errorf("address %q is not fit to link to (%v)", s, err)
	}
	if strings.Trim(s, "!#$%&'+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]abcdefghijklmnopqrstuvwxyz") != "" {
		t.Errorf("address %q has a character that does not belong in one", s)
	}
}

var (
	escaped  = regexp.MustCompile(`\\[^0-9A-Za-z\s]`)
	ownLink  = regexp.MustCompile(`\[[^\[\]]*\]\(https?://[^()\s]+\)`)
	ownStamp = regexp.MustCompile(`<t:\d+:R>`)
)

// checkInert reads the text as Discord does; beside what we wrote ourselves,
// nothing active may remain.
func checkInert(t *testing.T, text string, ours bool) {
	t.Helper()
	rest := text
	if ours {
		rest = ownLink.ReplaceAllString(rest, "") // before escapes: they count for nothing in a link's words
	}
	rest = escaped.ReplaceAllString(rest, "x")
	if ours {
		rest = ownStamp.ReplaceAllString(rest, "")
		rest = strings.Replace(rest, "**Also in** ", "", 1)
		if i := strings.LastIndex(rest, "-# "); i >= 0 {
			rest = rest[:i] + rest[i+3:]
		}
	}
	if strings.ContainsAny(rest, "*_~`|<>[]\\") || strings.Contains(rest, "://") ||
		strings.Contains(rest, "@everyone") || strings.Contains(rest, "@here") {
		t.Errorf("%q leaves %q live", text, rest)
	}
	for line := range strings.Lines(rest) {
		if regexp.MustCompile(`^(#|-|\+|\d+\. )`).MatchString(line) {
			t.Errorf("%q opens a block in %q", line, text)
		}
	}
}

func BenchmarkRenderPost(b *testing.B) {
	huge := xiaomi()
	huge.Story.Title = strings.Repeat("a.b ", 1<<16)
	huge.Summary.Sentences = []string{strings.Repeat("👨‍👩‍👧*", 1<<16)}
	for name, p := range map[string]news.Post{"usual": xiaomi(), "huge": huge} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				renderPost(p)
			}
		})
	}
}
