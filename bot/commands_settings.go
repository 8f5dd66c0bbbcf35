package bot

import (
	"context"
	"fmt"
	"slices"

	"tidings/internal/news"
)

// ownLanguage is what a person's choice of each story's own language sends.
const ownLanguage = "own"

// summaryLanguages are those that a server can choose for summaries.
func summaryLanguages() []string {
	return []string{"en", "de", "fr", "es", "pt", "it", "nl", "ru", "zh", "ja"}
}

// showSettings answers /settings show.
func (b *Bot) showSettings(ctx context.Context, r *request) (response, error) {
	g, err := b.guildSettings(ctx, r.Guild)
	if err != nil {
		return response{}, err
	}
	feeds, err := b.followed(ctx, r.Guild)
	if err != nil {
		return response{}, err
	}
	subs, err := b.cfg.Store.Subscriptions(ctx, r.Guild)
	if err != nil {
		return response{}, fmt.Errorf("list the subscriptions of server %v: %w", r.Guild, err)
	}
	trouble, err := b.cfg.Store.NoticeTrouble(ctx, r.Guild)
	if err != nil {
		return response{}, fmt.Errorf("look whether notices reach server %v: %w", r.Guild, err)
	}
	return response{Text: joinNonEmpty("\n",
		noticesText(g, subs, trouble)+" `/settings notices` changes it.",
		b.languageText(g.Language)+" `/settings language` changes it.",
		b.spendingText(r.Guild),
		"**Feeds:** "+of(len(feeds), b.cfg.MaxFeeds)+". `/feeds list` shows them.",
		"**Subscriptions:** "+of(len(subs), b.cfg.MaxSubscriptions)+". `/subscriptions` shows them.",
	)}, nil
}

// spendingText says what the language model has cost, "" where there is none.
func (b *Bot) spendingText(guild news.GuildID) string {
	if b.cfg.Spending == nil {
		return ""
	}
	spent, budget := b.cfg.Spending(guild)
	cost := fmt.Sprintf("%.2f", spent)
	if spent > 0 && spent < 0.01 {
		cost = "less than 0.01"
	}
	if budget > 0 {
		cost += fmt.Sprintf(" of %.2f", budget)
	}
	return fmt.Sprintf("**The language model** has cost %s today for this server.", cost)
}

// of is "3 of at most 50", or "3" where there is no bound.
func of(n, most int) string {
	if most <= 0 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d of at most %d", n, most)
}

func (b *Bot) guildSettings(ctx context.Context, guild news.GuildID) (news.Guild, error) {
	g, err := b.cfg.Store.Guild(ctx, guild)
	if err != nil {
		return news.Guild{}, fmt.Errorf("load the settings of server %v: %w", guild, err)
	}
	return g, nil
}

// noticesText says where trouble with feeds is told. Where that channel takes no
// notice, trouble says why.
func noticesText(g news.Guild, subs []news.Subscription, trouble string) string {
	const heading = "**Notices** about feeds in trouble "
	live := func(not news.ChannelID) news.ChannelID { // of the oldest live subscription elsewhere; 0 for none
		for _, s := range subs {
			if !s.Paused() && s.Channel != not {
				return s.Channel
			}
		}
		return 0
	}
	wanted, which := g.NoticeChannel, ""
	if wanted == 0 {
		wanted, which = live(0), ", the channel of the oldest subscription, since none is chosen"
	}
	switch {
	case g.NoticesOff:
		return heading + "are off. `/feeds list` still shows the trouble."
	case wanted == 0:
		return heading + "go nowhere yet: no channel is chosen, and no subscription is live."
	case trouble == "":
		return heading + fmt.Sprintf("go to <#%v>%s.", wanted, which)
	}
	text := heading + fmt.Sprintf("should go to <#%v>%s. The last one could not be posted there: %s.", wanted, which, label(trouble, 200))
	if other := live(wanted); other != 0 {
		return text + fmt.Sprintf(" Meanwhile they go to <#%v>, where a subscription posts.", other)
	}
	return text + " Meanwhile they go nowhere: no subscription posts in another channel."
}

// setNotices answers /settings notices.
func (b *Bot) setNotices(ctx context.Context, r *request) (response, error) {
	g, err := b.guildSettings(ctx, r.Guild)
	if err != nil {
		return response{}, err
	}
	channel, off := r.channel("channel"), r.flag("off")
	switch {
	case channel != 0 && off:
		return response{}, news.Userf("Choose a channel for notices, or `off`, but not both.")
	case channel != 0:
		if err := b.CheckChannel(ctx, r.Guild, channel, 0); err != nil {
			return response{}, err
		}
		g.NoticeChannel, g.NoticesOff = channel, false
	case r.given("off"):
		g.NoticesOff = off
	}
	if channel != 0 || r.given("off") {
		if err := b.cfg.Store.SetNotices(ctx, r.Guild, g.NoticeChannel, g.NoticesOff); err != nil {
			return response{}, fmt.Errorf("set the notices of server %v: %w", r.Guild, err)
		}
	}
	subs, err := b.cfg.Store.Subscriptions(ctx, r.Guild)
	if err != nil {
		return response{}, fmt.Errorf("list the subscriptions of server %v: %w", r.Guild, err)
	}
	trouble := ""
	if channel == 0 { // one that was just chosen was looked at
		if trouble, err = b.cfg.Store.NoticeTrouble(ctx, r.Guild); err != nil {
			return response{}, fmt.Errorf("look whether notices reach server %v: %w", r.Guild, err)
		}
	}
	return response{Text: noticesText(g, subs, trouble)}, nil
}

// setLanguage answers /settings language.
func (b *Bot) setLanguage(ctx context.Context, r *request) (response, error) {
	g, err := b.guildSettings(ctx, r.Guild)
	if err != nil {
		return response{}, err
	}
	switch chosen := r.text("language"); {
	case chosen == "":
		return response{Text: b.languageText(g.Language)}, nil
	case chosen == ownLanguage:
		g.Language = ""
	case slices.Contains(summaryLanguages(), chosen):
		g.Language = chosen
	default:
		return response{}, news.Userf("I don't know the language %s. Choose one from the list.", code(chosen, 40))
	}
	if err := b.cfg.Store.SetLanguage(ctx, r.Guild, g.Language); err != nil {
		return response{}, fmt.Errorf("set the language of server %v: %w", r.Guild, err)
	}
	return response{Text: b.languageText(g.Language)}, nil
}

// languageText says in which language summaries come.
func (b *Bot) languageText(language string) string {
	const heading = "**Summaries** come in "
	switch {
	case language == "":
		return heading + "each story's own language."
	case b.cfg.Translator != nil:
		return heading + languageName(language) + "."
	}
	return heading + fmt.Sprintf("each story's own language and say which. %s is noted, but this bot has no language model to translate with.", languageName(language))
}
