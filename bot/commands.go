package bot

import (
	"fmt"
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
	verbLatest        = "latest"     // feed, count, offset
	verbSearch        = "search"     // offset, query
)

// routes says who answers what.
func (b *Bot) routes() *router {
	shared := func(r *request) bool { return r.flag("share") }
	return &router{
		api:    b.rest,
		timing: b.cfg.Timing,
		log:    b.log,
		around: []middleware{recovering, inServer, adminOnly, b.storedGuild},
		commands: map[string]route{
			"subscribe":     {handle: b.subscribe, admin: true},
			"subscriptions": {handle: b.listSubscriptions, admin: true},
			"feeds list":    {handle: b.listFeeds, admin: true},
			"feeds add":     {handle: b.addFeed, admin: true, suggest: map[string]suggester{"url": b.suggestNewFeeds}},
			"feeds remove":  {handle: b.removeFeed, admin: true, suggest: map[string]suggester{"feed": b.suggestOldFeeds}},
			"news latest":   {handle: b.latest, public: shared, suggest: map[string]suggester{"feed": b.suggestFeeds}},
			"news search":   {handle: b.search, public: shared},
			"summarize":     {handle: b.summarize, public: shared},
			"help":          {handle: help},
		},
		components: map[string]route{
			verbSubscriptions: {handle: b.listSubscriptions, admin: true, update: true},
			verbSubscription:  {handle: b.showSubscription, admin: true, update: true},
			verbPause:         {handle: b.pauseSubscription, admin: true, update: true},
			verbResume:        {handle: b.resumeSubscription, admin: true, update: true},
			verbRemove:        {handle: b.removeSubscription, admin: true, update: true},
			verbFeeds:         {handle: b.listFeeds, admin: true, update: true},
			verbLatest:        {handle: b.pageLatest, update: true},
			verbSearch:        {handle: b.pageSearch, update: true},
			verbLonger:        {handle: b.longer},
			verbNotForUs:      {handle: b.notForUs},
		},
	}
}

// definitions are the commands as Discord offers them.
func definitions() []*discordgo.ApplicationCommand {
	share := option(discordgo.ApplicationCommandOptionBoolean, "share", "Show the answer to everyone in the channel")
	one := 1.0
	return []*discordgo.ApplicationCommand{
		admin(command("subscribe", "Post news that matches your words in a channel",
			required(limited(option(discordgo.ApplicationCommandOptionString, "query", `Words to watch for, such as: xiaomi (us OR "united states") -review`), maxQuery)),
			required(&discordgo.ApplicationCommandOption{
				Type: discordgo.ApplicationCommandOptionChannel, Name: "channel", Description: "Where to post",
				ChannelTypes: []discordgo.ChannelType{discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews},
			}),
			option(discordgo.ApplicationCommandOptionRole, "role", "A role to mention in each post"))),
		admin(command("subscriptions", "See what this server watches for; pause, resume or remove it")),
		admin(command("feeds", "The feeds that this server follows",
			subcommand("list", "See the feeds and how they are doing"),
			subcommand("add", "Follow a feed",
				required(completed(limited(option(discordgo.ApplicationCommandOptionString, "url", "The address of a feed or of its site, or one from the list"), maxFeedText)))),
			subcommand("remove", "Stop following a feed",
				required(completed(option(discordgo.ApplicationCommandOptionString, "feed", "The feed, or all bundled ones")))))),
		command("news", "Read the news here",
			subcommand("latest", "The latest stories",
				completed(option(discordgo.ApplicationCommandOptionString, "feed", "Only of this feed")),
				&discordgo.ApplicationCommandOption{
					Type: discordgo.ApplicationCommandOptionInteger, Name: "count", Description: "How many at a time, up to 10",
					MinValue: &one, MaxValue: pageSize,
				},
				share),
			subcommand("search", "Find stories by words",
				required(limited(option(discordgo.ApplicationCommandOptionString, "query", `Words to find, such as: pixel "tensor g6" -rumor`), maxSearch)),
				share)),
		command("summarize", "Condense an article into a few sentences",
			required(limited(option(discordgo.ApplicationCommandOptionString, "url", "The article's address"), maxFeedText)),
			&discordgo.ApplicationCommandOption{
				Type: discordgo.ApplicationCommandOptionString, Name: "length", Description: "How much of it",
				Choices: []*discordgo.ApplicationCommandOptionChoice{
					{Name: "Short: about 30 words", Value: "short"},
					{Name: "Medium: about 60 words", Value: "medium"},
					{Name: "Long: about 120 words", Value: "long"},
				},
			},
			share),
		command("help", "What Tidings does, and how to begin"),
	}
}

func command(name, description string, options ...*discordgo.ApplicationCommandOption) *discordgo.ApplicationCommand {
	return &discordgo.ApplicationCommand{
		Type: discordgo.ChatApplicationCommand, Name: name, Description: description, Options: options,
		Contexts: &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild},
	}
}

// admin offers a command only to people who may manage the server, unless the
// server decides otherwise.
func admin(c *discordgo.ApplicationCommand) *discordgo.ApplicationCommand {
	manage := int64(discordgo.PermissionManageGuild)
	c.DefaultMemberPermissions = &manage
	return c
}

func subcommand(name, description string, options ...*discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{
		Type: discordgo.ApplicationCommandOptionSubCommand, Name: name, Description: description, Options: options,
	}
}

func option(t discordgo.ApplicationCommandOptionType, name, description string) *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{Type: t, Name: name, Description: description}
}

func required(o *discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	o.Required = true
	return o
}

func completed(o *discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	o.Autocomplete = true
	return o
}

func limited(o *discordgo.ApplicationCommandOption, characters int) *discordgo.ApplicationCommandOption {
	o.MaxLength = characters
	return o
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

// plural is "1 feed" or "2 feeds".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
