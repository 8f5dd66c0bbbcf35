package bot

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"
)

const (
	pageSize    = 10
	maxOffset   = 1000 // of a list that is paged through
	maxQuery    = 200  // characters of a subscription's query
	maxSearch   = 80   // characters of a search, which its page buttons carry along
	maxFeedText = 1000 // characters of a feed's address
)

// The verbs of components. One that changes its arguments needs a new name:
// messages with the old ones stay in the channels.
const (
	verbSubscriptions = "subs"       // offset
	verbSubscription  = "sub"        // id, or chosen in the menu
	verbPause         = "sub.pause"  // id
	verbResume        = "sub.resume" // id
	verbRemove        = "sub.remove" // id
	verbFeeds         = "feeds"      // offset
	verbFeedAdd       = "feed.add"   // the addresses chosen in the menu
	verbFeedTry       = "feed.try"   // feed, and its notice where it stands under one
	verbFeedPause     = "feed.pause" // as before
	verbFeedResume    = "feed.resume"
	verbFeedRemove    = "feed.remove"
	verbLatest        = "latest"         // feed, count, offset
	verbSearch        = "search"         // offset, query
	verbBrief         = "brief"          // hours, offset, query
	verbLongerArticle = "article.longer" // of the article that the message shows
	verbLinks         = "links"          // length, of the articles that the message shows
)

// routes says who answers what.
func (b *Bot) routes() *router {
	shared := func(r *request) bool { return r.flag("share") }
	feed := func(suggest suggester) map[string]suggester { return map[string]suggester{"feed": suggest} }
	slow := b.cfg.Timing.Import
	return &router{
		api:    b.rest,
		timing: b.cfg.Timing,
		log:    b.log,
		around: []middleware{recovering, inServer, adminOnly, b.storedGuild},
		commands: map[string]route{
			"subscribe":         {handle: b.subscribe, admin: true},
			"subscriptions":     {handle: b.listSubscriptions, admin: true},
			"feeds list":        {handle: b.listFeeds, admin: true},
			"feeds info":        {handle: b.feedInfo, admin: true, suggest: feed(b.suggestFeeds)},
			"feeds add":         {handle: b.addFeed, admin: true, suggest: map[string]suggester{"url": b.suggestNewFeeds}},
			"feeds topic":       {handle: b.followTopic, admin: true},
			"feeds pause":       {handle: b.pauseFeedNamed, admin: true, suggest: feed(b.suggestLiveFeeds)},
			"feeds resume":      {handle: b.resumeFeedNamed, admin: true, suggest: feed(b.suggestPausedFeeds)},
			"feeds remove":      {handle: b.removeFeeds, admin: true, suggest: feed(b.suggestOldFeeds)},
			"feeds import":      {handle: b.importFeeds, admin: true, within: slow},
			"feeds export":      {handle: b.exportFeeds, admin: true},
			"settings show":     {handle: b.showSettings, admin: true},
			"settings notices":  {handle: b.setNotices, admin: true},
			"settings language": {handle: b.setLanguage, admin: true},
			"news latest":       {handle: b.latest, public: shared, suggest: feed(b.suggestFeeds)},
			"news search":       {handle: b.search, public: shared},
			"news brief":        {handle: b.brief, public: shared},
			"summarize":         {handle: b.summarize, public: shared},
			"help":              {handle: help},
		},
		messages: map[string]route{
			menuLinks: {handle: b.summarizeLinks},
		},
		components: map[string]route{
			verbSubscriptions: {handle: b.listSubscriptions, admin: true, update: true},
			verbSubscription:  {handle: b.showSubscription, admin: true, update: true},
			verbPause:         {handle: b.pauseSubscription, admin: true, update: true},
			verbResume:        {handle: b.resumeSubscription, admin: true, update: true},
			verbRemove:        {handle: b.removeSubscription, admin: true, update: true},
			verbFeeds:         {handle: b.listFeeds, admin: true, update: true},
			verbFeedAdd:       {handle: b.addChosenFeeds, admin: true, update: true, within: slow},
			verbFeedTry:       {handle: b.tryFeed, admin: true, update: true},
			verbFeedPause:     {handle: b.pauseFeed, admin: true, update: true},
			verbFeedResume:    {handle: b.resumeFeed, admin: true, update: true},
			verbFeedRemove:    {handle: b.removeFeed, admin: true, update: true},
			verbLatest:        {handle: b.pageLatest, update: true},
			verbSearch:        {handle: b.pageSearch, update: true},
			verbBrief:         {handle: b.pageBrief, update: true},
			verbLongerArticle: {handle: b.longerArticle},
			verbLinks:         {handle: b.resizeLinks, update: true},
			verbLonger:        {handle: b.longer},
			verbNotForUs:      {handle: b.notForUs},
		},
	}
}

// pageButtons are the buttons under a page of a list, or none where there is
// but one page. The id of a page is made from its offset.
func pageButtons(offset, size int, more bool, id func(offset int) string) []discordgo.MessageComponent {
	var row discordgo.ActionsRow
	if offset > 0 {
		row.Components = append(row.Components, button("Show previous", id(max(offset-size, 0))))
	}
	if more && offset+size <= maxOffset {
		row.Components = append(row.Components, button("Show next", id(offset+size)))
	}
	if len(row.Components) == 0 {
		return nil
	}
	return []discordgo.MessageComponent{row}
}

// spaced lists items, with room between them where some take more than one line
// and a description still holds them all.
func spaced(items []string) string {
	tight := strings.Join(items, "\n")
	severalLines := func(item string) bool { return strings.Contains(item, "\n") }
	if !slices.ContainsFunc(items, severalLines) || width(tight)+len(items)-1 > maxDescription {
		return tight
	}
	return strings.Join(items, "\n\n")
}

// number makes a number an argument of customID.
type number int

func (n number) String() string { return strconv.Itoa(int(n)) }
