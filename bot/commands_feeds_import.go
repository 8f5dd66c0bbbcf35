package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"tidings/internal/news"
)

const (
	maxImports    = 8       // lists that are read at once, one a server
	maxListSize   = 4 << 20 // bytes of a list of feeds
	maxReportSize = 4 << 20 // bytes of the report on one; Discord takes 10 MB
)

// importFeeds answers /feeds import.
func (b *Bot) importFeeds(ctx context.Context, r *request) (response, error) {
	list := r.attachment("file")
	switch {
	case list.URL == "":
		return response{}, news.Userf("Attach the list of feeds. Other readers call it an OPML export.")
	case list.Size > maxListSize:
		return response{}, news.Userf("That file is larger than 4 MB, so it is hardly a list of feeds. Attach the OPML file that your reader exports.")
	}
	leave, ok := b.imports.enter(r.Guild.String())
	if !ok {
		return response{}, news.Userf("A list of feeds is being read already. Try again when that is done.")
	}
	defer leave()

	var done, total atomic.Int64
	imported, err := b.cfg.Feeds.ImportFeeds(ctx, r.Guild, list.URL, func(d, t int) {
		done.Store(int64(d))
		total.Store(int64(t))
		r.progress(fmt.Sprintf("%d of %d feeds …", d, t))
	})
	if err != nil && len(imported) == 0 {
		return response{}, fmt.Errorf("import a list of feeds for server %v: %w", r.Guild, err)
	}
	if len(imported) == 0 {
		return response{}, news.Userf("I found no feed in that file. Attach the OPML file that your reader exports.")
	}
	counts := countImported(imported)
	b.log.Info("imported a list of feeds", "server", r.Guild, "feeds", len(imported), "followed", counts[news.ImportFollowed], "failed", counts[news.ImportFailed], "skipped", counts[news.ImportSkipped])
	end := b.importEnd(ctx, r.Guild, counts[news.ImportSkipped], err)
	return response{
		Text:  importText(imported, counts, end),
		Files: []file{{Name: "import.txt", Type: "text/plain; charset=utf-8", Data: importReport(imported)}},
	}, nil
}

func countImported(imported []news.Imported) map[news.ImportOutcome]int {
	counts := make(map[news.ImportOutcome]int)
	for _, i := range imported {
		counts[i.Outcome]++
	}
	return counts
}

// importEnd is what kept a list from being followed to its end. Its zero value is
// nothing.
type importEnd struct {
	cut  string // why it was not read to its end, as a sentence
	full bool   // the server follows as many feeds as it may
	most int    // that it may follow
	id   string // under which the log has a failure of ours
}

// importEnd finds out why feeds of a list were skipped. An error is a failure of ours,
// unless ctx is over.
func (b *Bot) importEnd(ctx context.Context, guild news.GuildID, skipped int, err error) importEnd {
	switch {
	case err != nil && ctx.Err() == nil:
		id := errorID()
		b.log.Error("a list of feeds was not read to its end", "id", id, "server", guild, "error", err)
		return importEnd{cut: "something failed on my side.", id: id}
	case skipped == 0:
		return importEnd{}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return importEnd{cut: "Discord gives me a quarter of an hour for an answer, and that is over."}
	case ctx.Err() != nil:
		return importEnd{cut: "I am being restarted."}
	case b.cfg.MaxFeeds <= 0:
		return importEnd{}
	}
	feeds, err := b.followed(ctx, guild)
	if err != nil { // the feeds are imported: what is missing is a word about the rest
		b.log.Error("nobody can tell why feeds of a list were skipped", "server", guild, "error", err)
	}
	return importEnd{full: len(feeds) >= b.cfg.MaxFeeds, most: b.cfg.MaxFeeds}
}

// importText says what came of a list, and what a person can do about the rest.
func importText(imported []news.Imported, counts map[news.ImportOutcome]int, end importEnd) string {
	followed, known, failed, skipped := counts[news.ImportFollowed], counts[news.ImportKnown], counts[news.ImportFailed], counts[news.ImportSkipped]
	text := fmt.Sprintf("**Following %s of %d.**", plural(followed, "more feed", "more feeds"), len(imported))
	switch {
	case followed == 0 && len(imported) == 1:
		text = "**The feed was not added.**"
	case followed == 0:
		text = fmt.Sprintf("**None of the %d feeds was added.**", len(imported))
	}
	if known > 0 {
		text += " " + plural(known, "was", "were") + " followed before."
	}
	if failed > 0 {
		text += fmt.Sprintf(" %d could not be read.", failed)
	}
	switch {
	case end.cut != "":
		text += fmt.Sprintf("\nI stopped after %d of %d: %s Import the same file again to go on; what is followed stays.", len(imported)-skipped, len(imported), end.cut)
	case skipped > 0:
		text += " " + plural(skipped, "was", "were") + " skipped."
	}
	if failed+skipped == 0 {
		return text + "\n`/feeds list` shows them all, and `import.txt` what became of each."
	}
	text += "\n`import.txt` says why for each."
	if end.full {
		text += fmt.Sprintf(" This server follows %d feeds now, and that is as many as it may: `/feeds remove` makes room.", end.most)
	}
	if failed > 0 {
		text += " What is down today may be read tomorrow: import the same file again, or give `/feeds add` the site's own address."
	}
	if end.id != "" {
		text += fmt.Sprintf(" If I stop again, tell whoever runs this bot the id. (id %s)", end.id)
	}
	return text
}

// importReport lists what became of each feed, one a line, those that a person
// may want to see to first.
func importReport(imported []news.Imported) []byte {
	order := []news.ImportOutcome{news.ImportFailed, news.ImportSkipped, news.ImportFollowed, news.ImportKnown}
	sorted := slices.Clone(imported)
	slices.SortStableFunc(sorted, func(a, b news.Imported) int {
		return slices.Index(order, a.Outcome) - slices.Index(order, b.Outcome)
	})
	var report strings.Builder
	for n, i := range sorted {
		line := joinNonEmpty(" | ", string(i.Outcome), label(i.Title, 100), label(i.URL, 500), label(i.Reason, 300)) + "\n"
		if report.Len()+len(line) > maxReportSize {
			fmt.Fprintf(&report, "and %d more\n", len(sorted)-n)
			break
		}
		report.WriteString(line)
	}
	return []byte(report.String())
}

// exportFeeds answers /feeds export.
func (b *Bot) exportFeeds(ctx context.Context, r *request) (response, error) {
	feeds, err := b.followed(ctx, r.Guild)
	if err != nil {
		return response{}, err
	}
	if len(feeds) == 0 {
		return response{Text: "This server follows no feed, so there is nothing to export. `/feeds add` follows one."}, nil
	}
	list, err := b.cfg.Feeds.ExportFeeds(ctx, r.Guild)
	if err != nil {
		return response{}, fmt.Errorf("export the feeds of server %v: %w", r.Guild, err)
	}
	return response{
		Text:  fmt.Sprintf("**%s, with folders.** Any feed reader imports the file, and so does `/feeds import`.", plural(len(feeds), "feed", "feeds")),
		Files: []file{{Name: "feeds.opml", Type: "text/x-opml; charset=utf-8", Data: list}},
	}, nil
}
