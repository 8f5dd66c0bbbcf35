package feeds

import (
	"net/url"
	"testing"
)

func TestSiteFeed(t *testing.T) {
	t.Parallel()
	const channel = "UCabcdefghijklmnopqrstu-"
	for _, tt := range []struct{ address, want string }{
		{"https://www.reddit.com/r/golang", "https://www.reddit.com/r/golang/.rss"},
		{"https://reddit.com/r/golang/", "https://www.reddit.com/r/golang/.rss"},
		{"http://old.reddit.com/r/golang/top?t=week&utm_source=share", "https://www.reddit.com/r/golang/top/.rss?t=week"},
		{"https://www.reddit.com/r/golang/comments/1abc/a_title/", "https://www.reddit.com/r/golang/comments/1abc/a_title/.rss"},
		{"https://www.reddit.com/u/spez", "https://www.reddit.com/user/spez/.rss"},
		{"https://www.reddit.com/user/spez/m/many", "https://www.reddit.com/user/spez/m/many/.rss"},
		{"https://www.reddit.com/", "https://www.reddit.com/.rss"},
		{"https://www.reddit.com/r/golang/.rss", ""},
		{"https://www.reddit.com/r/golang.rss", ""},
		{"https://www.reddit.com/r/rss", "https://www.reddit.com/r/rss/.rss"},
		{"https://www.reddit.com/r/", ""},
		{"https://www.reddit.com/r/golang/wiki/index", ""},
		{"https://www.reddit.com/settings", ""},
		{"https://notreddit.com/r/golang", ""},

		{"https://www.youtube.com/channel/" + channel, youtubeFeeds + "channel_id=" + channel},
		{"https://m.youtube.com/channel/" + channel + "/videos?view=0", youtubeFeeds + "channel_id=" + channel},
		{"https://youtube.com/channel/UCshort", ""},
		{"https://youtube.com/channel/UCabcdefghijklmnopqrst&x", ""},
		{"https://www.youtube.com/playlist?list=PLabcdefghijklmnop", youtubeFeeds + "playlist_id=PLabcdefghijklmnop"},
		{"https://www.youtube.com/playlist?list=WL", ""},
		{"https://www.youtube.com/playlist?list=PLabcdefghijk%26a=b", ""},
		{"https://www.youtube.com/user/somebody", youtubeFeeds + "user=somebody"},
		{"https://www.youtube.com/@somebody/videos", "https://www.youtube.com/@somebody"},
		{"https://youtube.com/c/Somebody/featured", "https://www.youtube.com/c/Somebody"},
		{"https://www.youtube.com/watch?v=abc&list=PLabcdefghijklmnop", ""},
		{youtubeFeeds + "channel_id=" + channel, ""},

		{"https://github.com/golang/go", "https://github.com/golang/go/releases.atom"},
		{"https://github.com/golang/go.git", "https://github.com/golang/go/releases.atom"},
		{"https://www.github.com/golang/go/releases/tag/go1.26", "https://github.com/golang/go/releases.atom"},
		{"https://github.com/golang/go/tree/master/src", "https://github.com/golang/go/releases.atom"},
		{"https://github.com/somebody/rss", "https://github.com/somebody/rss/releases.atom"},
		{"https://github.com/golang/go/tags", "https://github.com/golang/go/tags.atom"},
		{"https://github.com/golang/go/commits", "https://github.com/golang/go/commits.atom"},
		{"https://github.com/golang/go/commits/release-branch/go1.26", "https://github.com/golang/go/commits/release-branch/go1.26.atom"},
		{"https://github.com/golang/go/releases.atom", ""},
		{"https://github.com/golang/go/issues", ""},
		{"https://github.com/golang", ""},
		{"https://github.com/topics/rss", ""},
		{"https://gist.github.com/somebody/1", ""},

		{"https://bsky.app/profile/some.body.example", "https://bsky.app/profile/some.body.example/rss"},
		{"https://bsky.app/profile/some.body.example/post/3k", "https://bsky.app/profile/some.body.example/rss"},
		{"https://bsky.app/profile/some.body.example/rss", "https://bsky.app/profile/some.body.example/rss"},
		{"https://bsky.app/search?q=x", ""},

		{"https://somebody.substack.com/", "https://somebody.substack.com/feed"},
		{"https://somebody.substack.com/p/an-issue", "https://somebody.substack.com/feed"},
		{"https://open.substack.com/pub/somebody/p/an-issue?r=1", "https://somebody.substack.com/feed"},
		{"https://open.substack.com/", ""},
		{"https://substack.com/@somebody", ""},

		{"https://medium.com/@somebody", "https://medium.com/feed/@somebody"},
		{"https://medium.com/@somebody/a-story-1a2b", "https://medium.com/feed/@somebody"},
		{"https://medium.com/a-publication", "https://medium.com/feed/a-publication"},
		{"https://medium.com/tag/rss/latest", "https://medium.com/feed/tag/rss"},
		{"https://somebody.medium.com/a-story-1a2b", "https://somebody.medium.com/feed"},
		{"https://medium.com/", ""},
		{"https://medium.com/feed/@somebody", ""},

		{"https://somebody.wordpress.com", "https://somebody.wordpress.com/feed/"},
		{"https://somebody.wordpress.com/2026/03/04/a-post/", "https://somebody.wordpress.com/feed/"},
		{"https://somebody.wordpress.com/category/phones/page/2", "https://somebody.wordpress.com/category/phones/feed/"},
		{"https://somebody.wordpress.com/comments/feed/", ""},
		{"https://wordpress.com/", ""},
		{"https://somebody.blogspot.com/2026/03/a-post.html", "https://somebody.blogspot.com/feeds/posts/default"},
		{"https://somebody.blogspot.com/feeds/posts/default/-/phones", ""},
		{"https://somebody.tumblr.com/tagged/x/rss", ""},
		{"https://somebody.tumblr.com/post/1", "https://somebody.tumblr.com/rss"},

		{"https://mastodon.social/@somebody", "https://mastodon.social/@somebody.rss"},
		{"https://mastodon.social/@somebody/1131", "https://mastodon.social/@somebody.rss"},
		{"https://mastodon.social/@somebody@elsewhere.example", "https://elsewhere.example/@somebody.rss"},
		{"https://social.unknown.example/@somebody@elsewhere.example", "https://elsewhere.example/@somebody.rss"},
		{"https://fosstodon.org/tags/rss", "https://fosstodon.org/tags/rss.rss"},
		{"https://mastodon.social/@somebody.rss", ""},
		{"https://mastodon.social/explore", ""},
		{"https://social.unknown.example/@somebody", ""},

		{"https://example.org/r/golang", ""},
		{"https://example.org/", ""},
	} {
		u, err := url.Parse(tt.address)
		if err != nil {
			t.Fatal(err)
		}
		got := siteFeed(u)
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.address, got, tt.want)
		}
		if got == "" {
			continue
		}
		again, err := url.Parse(got)
		if err != nil {
			t.Fatal(err)
		}
		if next := siteFeed(again); next != "" && next != got {
			t.Errorf("%s: %q would become %q", tt.address, got, next)
		}
	}
}

func TestHandleAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"@somebody@mastodon.social": "https://mastodon.social/@somebody.rss",
		"@some_body@social.example": "https://social.example/@some_body.rss",
		"@somebody":                 "",
		"somebody@social.example":   "https://social.example/@somebody.rss",
		"some:body@social.example":  "",
		"@a@b":                      "",
		"@a@b.example/x":            "",
		"@a@b@c.example":            "",
		"@a/b@c.example":            "",
		"@@c.example":               "",
	} {
		if got := handleAddress(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestYouTubeChannel(t *testing.T) {
	t.Parallel()
	const id = "UCabcdefghijklmnopqrstu-"
	for in, want := range map[string]string{
		`<link href="https://www.youtube.com/feeds/videos.xml?channel_id=` + id + `">`: youtubeFeeds + "channel_id=" + id,
		`{"externalId":"` + id + `"}`:               youtubeFeeds + "channel_id=" + id,
		`{"externalId":"UCshort`:                    "",
		`{"externalId":"UCabcdefghijklmnopqrst<>"}`: "",
		``: "",
	} {
		if got := youtubeChannel([]byte(in)); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}
