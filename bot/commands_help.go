package bot

import (
	"context"
	"strings"
)

// help answers /help.
func help(context.Context, *request) (response, error) {
	return response{Text: strings.Join([]string{
		"**Tidings reads news feeds and posts the stories that match your words, in two or three sentences.**",
		"",
		"`/news brief` says what matters now, `/news latest` and `/news search` read the news here; `/summarize` condenses any article. Only you see the answer, unless you choose `share`.",
		"*Summarise links*, under *Apps* in a message's menu, condenses what the message links to.",
		"",
		"With *Manage Server*:",
		"`/subscribe` posts what matches in a channel: `xiaomi (us OR \"united states\") -review`. Words stand for whole words and must all be there; `OR` is either, `-` leaves out, quotes keep words together.",
		"`/subscriptions` pauses, resumes and removes them.",
		"`/feeds add` and `/feeds topic` say where the news comes from, `/feeds list` and `/feeds info` how that goes; `/feeds import` takes the list of another reader.",
		"`/settings` says where trouble with feeds is told, and in which language summaries come.",
	}, "\n")}, nil
}
