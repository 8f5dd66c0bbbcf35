package bot

import (
	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// definitions are the commands as Discord offers them.
func definitions(topics []news.Topic) []*discordgo.ApplicationCommand {
	share := option(discordgo.ApplicationCommandOptionBoolean, "share", "Show the answer to everyone in the channel")
	one := 1.0
	return []*discordgo.ApplicationCommand{
		admin(command("subscribe", "Post news that matches your words in a channel",
			required(limited(option(discordgo.ApplicationCommandOptionString, "query", `Words to watch for, such as: xiaomi (us OR "united states") -review`), maxQuery)),
			required(textChannel(option(discordgo.ApplicationCommandOptionChannel, "channel", "Where to post"))),
			option(discordgo.ApplicationCommandOptionRole, "role", "A role to mention in each post"))),
		admin(command("subscriptions", "See what this server watches for; pause, resume or remove it")),
		admin(feedsCommand(topics)),
		admin(settingsCommand()),
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
				share),
			subcommand("brief", "What matters now: the most told stories, in a sentence each",
				limited(option(discordgo.ApplicationCommandOptionString, "topic", `Only what has these words, such as: xiaomi OR "honor magic"`), maxSearch),
				briefHours(),
				share)),
		command("summarize", "Condense an article into a few sentences",
			required(limited(option(discordgo.ApplicationCommandOptionString, "url", "The article's address"), maxFeedText)),
			&discordgo.ApplicationCommandOption{
				Type: discordgo.ApplicationCommandOptionString, Name: "length", Description: "How much of it",
				Choices: []*discordgo.ApplicationCommandOptionChoice{
					{Name: "One line", Value: lengthLine.String()},
					{Name: "Short: at most 60 words", Value: lengthShort.String()},
					{Name: "Long: at most 120 words, as points", Value: lengthLong.String()},
				},
			},
			share),
		messageCommand(menuLinks),
		command("help", "What Tidings does, and how to begin"),
	}
}

func briefHours() *discordgo.ApplicationCommandOption {
	o := option(discordgo.ApplicationCommandOptionInteger, "hours", "The period, a day unless you choose another")
	for _, p := range briefPeriods() {
		o.Choices = append(o.Choices, &discordgo.ApplicationCommandOptionChoice{Name: "The " + p.Name, Value: p.Hours})
	}
	return o
}

func feedsCommand(topics []news.Topic) *discordgo.ApplicationCommand {
	const text, file = discordgo.ApplicationCommandOptionString, discordgo.ApplicationCommandOptionAttachment
	topic := option(text, "topic", "What the feeds are about")
	for _, t := range topics[:min(len(topics), maxChoices)] {
		topic.Choices = append(topic.Choices, &discordgo.ApplicationCommandOptionChoice{
			Name: label(t.Title, maxChoice-20) + ": " + plural(len(t.Feeds), "feed", "feeds"), Value: t.Name,
		})
	}
	return command("feeds", "The feeds that this server follows",
		subcommand("list", "See the feeds and how they are doing"),
		subcommand("info", "See how one feed is doing, and what it brings",
			required(completed(option(text, "feed", "The feed")))),
		subcommand("add", "Follow a feed",
			required(completed(limited(option(text, "url", "The address of a feed or of its site, or one from the list"), maxFeedText)))),
		subcommand("topic", "Follow all the well-known feeds on a topic",
			required(topic)),
		subcommand("pause", "Post nothing from a feed for a while",
			required(completed(option(text, "feed", "The feed")))),
		subcommand("resume", "Let a paused feed's stories count again",
			required(completed(option(text, "feed", "The feed")))),
		subcommand("remove", "Stop following a feed",
			required(completed(option(text, "feed", "The feed, or all bundled ones")))),
		subcommand("import", "Follow the feeds of a list from another reader",
			required(option(file, "file", "The list, an OPML file of at most 4 MB"))),
		subcommand("export", "Get the feeds as a list for another reader"))
}

func settingsCommand() *discordgo.ApplicationCommand {
	language := option(discordgo.ApplicationCommandOptionString, "language", "The language of summaries")
	language.Choices = append(language.Choices, &discordgo.ApplicationCommandOptionChoice{Name: "Each story's own", Value: ownLanguage})
	for _, tag := range summaryLanguages() {
		language.Choices = append(language.Choices, &discordgo.ApplicationCommandOptionChoice{Name: languageName(tag), Value: tag})
	}
	return command("settings", "What this server has chosen",
		subcommand("show", "See all settings"),
		subcommand("notices", "Choose where trouble with feeds is told",
			textChannel(option(discordgo.ApplicationCommandOptionChannel, "channel", "Where to tell it")),
			option(discordgo.ApplicationCommandOptionBoolean, "off", "Tell it nowhere")),
		subcommand("language", "Choose the language of summaries", language))
}

// textChannel offers only channels that the bot posts in.
func textChannel(o *discordgo.ApplicationCommandOption) *discordgo.ApplicationCommandOption {
	o.ChannelTypes = []discordgo.ChannelType{discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews}
	return o
}

func command(name, description string, options ...*discordgo.ApplicationCommandOption) *discordgo.ApplicationCommand {
	return &discordgo.ApplicationCommand{
		Type: discordgo.ChatApplicationCommand, Name: name, Description: description, Options: options,
		Contexts: &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild},
	}
}

// messageCommand is a command of every message's menu. It has no description there.
func messageCommand(name string) *discordgo.ApplicationCommand {
	return &discordgo.ApplicationCommand{
		Type: discordgo.MessageApplicationCommand, Name: name,
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
