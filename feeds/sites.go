package feeds

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
)

// siteFeed returns the address of the feed of what a person pasted from a
// well-known site: a subreddit, a channel, a repository. It returns "" where no
// rule is known, or the address may be a feed already. Only what the address says
// is used; nothing is asked of anyone.
func siteFeed(u *url.URL) string {
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if !isHostName(host) {
		return ""
	}
	var path []string
	for _, segment := range strings.Split(u.EscapedPath(), "/") {
		switch segment {
		case "", ".", "..":
		default:
			path = append(path, segment)
		}
	}
	for _, segment := range path {
		if isFeedFile(segment) {
			return ""
		}
	}
	for _, site := range sites() {
		if host == site.domain || site.below && strings.HasSuffix(host, "."+site.domain) {
			return site.feed(place{host: host, path: path, query: u.Query()})
		}
	}
	return fediverse(place{host: host, path: path})
}

// place is what an address says.
type place struct {
	host  string   // without www.
	path  []string // its parts, escaped, without empty ones
	query url.Values
}

// at returns the i-th part of the path, "" where there is none.
func (p place) at(i int) string {
	if i >= len(p.path) {
		return ""
	}
	return p.path[i]
}

// label returns what stands before a domain, "" for the domain itself and where
// several names do.
func (p place) label(domain string) string {
	label, ok := strings.CutSuffix(p.host, "."+domain)
	if !ok || strings.Contains(label, ".") {
		return ""
	}
	return label
}

type site struct {
	domain string
	below  bool // and every name below it
	feed   func(place) string
}

func sites() []site {
	return []site{
		{"reddit.com", true, redditFeed},
		{"youtube.com", true, youtubeFeed},
		{"github.com", false, githubFeed},
		{"bsky.app", false, blueskyFeed},
		{"substack.com", true, substackFeed},
		{"medium.com", true, mediumFeed},
		{"wordpress.com", true, wordpressFeed},
		{"blogspot.com", true, bloggerFeed},
		{"tumblr.com", true, tumblrFeed},
	}
}

// isFeedFile reports whether a part of a path has the ending of a feed.
func isFeedFile(segment string) bool {
	for _, ending := range []string{".rss", ".atom", ".xml", ".rdf"} {
		if strings.HasSuffix(strings.ToLower(segment), ending) {
			return true
		}
	}
	return false
}

// redditFeed: every listing has a feed, at its own address and ".rss".
func redditFeed(p place) string {
	switch {
	case len(p.path) == 0:
	case p.at(0) == "r" && p.at(1) != "" && p.at(2) != "wiki":
	case (p.at(0) == "user" || p.at(0) == "u") && p.at(1) != "":
		p.path[0] = "user"
	default:
		return ""
	}
	address := "https://www.reddit.com/" + strings.Join(append(p.path, ".rss"), "/")
	keep := url.Values{}
	for _, name := range []string{"sort", "t"} { // the order, and of which time
		if v := p.query.Get(name); v != "" {
			keep.Set(name, v)
		}
	}
	if len(keep) > 0 {
		address += "?" + keep.Encode()
	}
	return address
}

const youtubeFeeds = "https://www.youtube.com/feeds/videos.xml?"

// youtubeFeed: feeds are by the id of a channel or playlist. An address that has
// only a name gives the channel's page, which names the feed.
func youtubeFeed(p place) string {
	switch first := p.at(0); {
	case first == "channel" && isChannelID(p.at(1)):
		return youtubeFeeds + "channel_id=" + p.at(1)
	case first == "user" && p.at(1) != "":
		return youtubeFeeds + "user=" + p.at(1)
	case first == "playlist" && isPlaylistID(p.query.Get("list")):
		return youtubeFeeds + "playlist_id=" + p.query.Get("list")
	case strings.HasPrefix(first, "@") && len(first) > 1:
		return "https://www.youtube.com/" + first
	case first == "c" && p.at(1) != "":
		return "https://www.youtube.com/c/" + p.at(1)
	}
	return ""
}

// youtubeChannel returns the feed of the channel that a page of YouTube is about,
// "" where it does not say. The link to it may stand beyond what discover reads,
// and is left out where scripts do the rest.
func youtubeChannel(body []byte) string {
	for _, before := range []string{"feeds/videos.xml?channel_id=", `"externalId":"`, `itemprop="identifier" content="`} {
		_, rest, ok := bytes.Cut(body, []byte(before))
		if ok && len(rest) >= channelIDLength && isChannelID(string(rest[:channelIDLength])) {
			return youtubeFeeds + "channel_id=" + string(rest[:channelIDLength])
		}
	}
	return ""
}

const channelIDLength = 24

func isChannelID(s string) bool {
	return len(s) == channelIDLength && strings.HasPrefix(s, "UC") && isIDText(s)
}

// isPlaylistID tells the lists that everybody sees: made by a person (PL), all of
// a channel's (UU), an album (OL). Others are one's own, or made on the spot.
func isPlaylistID(s string) bool {
	for _, kind := range []string{"PL", "UU", "OL"} {
		if strings.HasPrefix(s, kind) {
			return len(s) > 10 && len(s) < 60 && isIDText(s)
		}
	}
	return false
}

func isIDText(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isNameByte(c) || c == '.' || c == ':' {
			return false
		}
	}
	return true
}

// githubFeed: a repository's releases, unless the address is that of its tags or
// of a branch's commits.
func githubFeed(p place) string {
	if len(p.path) < 2 || isGitHubPage(p.at(0)) {
		return ""
	}
	repository := "https://github.com/" + p.at(0) + "/" + strings.TrimSuffix(p.at(1), ".git")
	switch p.at(2) {
	case "", "releases", "tree", "blob":
		return repository + "/releases.atom"
	case "tags":
		return repository + "/tags.atom"
	case "commits":
		if len(p.path) > 3 {
			return repository + "/commits/" + strings.Join(p.path[3:], "/") + ".atom"
		}
		return repository + "/commits.atom"
	}
	return ""
}

// isGitHubPage names the first parts of a path that are no owner of repositories.
func isGitHubPage(s string) bool {
	switch s {
	case "about", "apps", "collections", "contact", "customer-stories", "enterprise", "events", "explore", "features",
		"login", "marketplace", "notifications", "orgs", "organizations", "pricing", "readme", "search", "security",
		"settings", "site", "sponsors", "stars", "topics", "trending", "users":
		return true
	}
	return false
}

func blueskyFeed(p place) string {
	if p.at(0) == "profile" && p.at(1) != "" {
		return "https://bsky.app/profile/" + p.at(1) + "/rss"
	}
	return ""
}

// substackFeed: a publication has a name of its own below the domain; the reading
// app names it in the path.
func substackFeed(p place) string {
	name := p.label("substack.com")
	if name == "open" && p.at(0) == "pub" {
		name = strings.ToLower(p.at(1))
	}
	if name == "" || name == "open" || !isIDText(name) {
		return ""
	}
	return "https://" + name + ".substack.com/feed"
}

// mediumFeed: people (@name), publications and tags have feeds, below the domain's
// /feed or a name's own.
func mediumFeed(p place) string {
	if p.host != "medium.com" {
		if name := p.label("medium.com"); name != "" {
			return "https://" + name + ".medium.com/feed"
		}
		return ""
	}
	switch first := p.at(0); first {
	case "", "feed", "m", "me", "p", "search", "plans", "about", "membership", "new-story", "topics", "explore-topics":
		return ""
	case "tag":
		if p.at(1) == "" {
			return ""
		}
		return "https://medium.com/feed/tag/" + p.at(1)
	default:
		return "https://medium.com/feed/" + first
	}
}

// wordpressFeed: a category, tag or author has a feed of its own; everything else
// on a blog stands for the blog.
func wordpressFeed(p place) string {
	name := p.label("wordpress.com")
	if name == "" || name == "public-api" || slices.Contains(p.path, "feed") {
		return ""
	}
	blog := "https://" + name + ".wordpress.com/"
	switch p.at(0) {
	case "category", "tag", "author":
		if p.at(1) != "" {
			return blog + p.at(0) + "/" + p.at(1) + "/feed/"
		}
	}
	return blog + "feed/"
}

func bloggerFeed(p place) string {
	if name := p.label("blogspot.com"); name != "" && p.at(0) != "feeds" {
		return "https://" + name + ".blogspot.com/feeds/posts/default"
	}
	return ""
}

func tumblrFeed(p place) string {
	if name := p.label("tumblr.com"); name != "" && !slices.Contains(p.path, "rss") {
		return "https://" + name + ".tumblr.com/rss"
	}
	return ""
}

// fediverse: on a Mastodon server, people (@name) and hashtags have feeds. Which
// hosts are such servers cannot be told from an address, so the rule goes by the
// names that many of them have; the others' pages name their feeds. A person who
// is at home elsewhere (@name@host) has their feed there.
func fediverse(p place) string {
	first := p.at(0)
	if strings.HasPrefix(first, "@") && len(p.path) <= 2 {
		name, home, ok := strings.Cut(first[1:], "@")
		if ok && isHandle(name) && isHostName(home) {
			return "https://" + home + "/@" + name + ".rss"
		}
		if isHandle(name) && isMastodon(p.host) {
			return "https://" + p.host + "/@" + name + ".rss"
		}
	}
	if first == "tags" && p.at(1) != "" && isMastodon(p.host) {
		return "https://" + p.host + "/tags/" + p.at(1) + ".rss"
	}
	return ""
}

func isMastodon(host string) bool {
	for _, part := range strings.FieldsFunc(host, func(r rune) bool { return r == '.' || r == '-' }) {
		switch part {
		case "mastodon", "mstdn", "mastodonapp", "mas", "toot", "fosstodon", "hachyderm", "indieweb", "techhub":
			return true
		}
	}
	return host == "infosec.exchange" || host == "chaos.social"
}

func isHostName(s string) bool {
	return isDotted(s) && isIDText(strings.ReplaceAll(s, ".", ""))
}

func isHandle(s string) bool { return s != "" && isIDText(strings.ReplaceAll(s, ".", "")) }

// handleAddress makes an address of a handle of the fediverse, @name@host or
// name@host, and "" of everything else.
func handleAddress(s string) string {
	name, host, ok := strings.Cut(strings.TrimPrefix(s, "@"), "@")
	if !ok || !isHandle(name) || !isHostName(host) {
		return ""
	}
	return "https://" + host + "/@" + name + ".rss"
}

// redditAddress makes an address of how people name subreddits and users, "r/name" and
// "u/name", and "" of everything else.
func redditAddress(s string) string {
	s = strings.Trim(s, "/")
	kind, name, _ := strings.Cut(s, "/")
	if kind != "r" && kind != "u" || name == "" || !isIDText(strings.ReplaceAll(name, "/", "")) {
		return ""
	}
	return "https://www.reddit.com/" + s
}
