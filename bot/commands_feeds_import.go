package bot

import (
	"context"
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
	if err != nil {
		b.log.Error("a list of feeds was not read to its end", "server", r.Guild, "error", err)
	}
	if len(imported) == 0 {
		return response{}, news.Userf("I found no feed in that file. Attach the OPML file that your reader exports.")
	}
	counts := countImported(imported)
	b.log.Info("imported a list of feeds", "server", r.Guild, "feeds", len(imported), "followed", counts[news.ImportFollowed], "failed", counts[news.ImportFailed], "skipped", counts[news.ImportSkipped])
	why := ""
	switch {
	case counts[news.ImportSkipped] == 0:
	case ctx.Err() == context.DeadlineExceeded:
		why = "Discord gives me a quarter of an hour for an answer, and that is over."
	case ctx.Err() != nil:
		why = "I am being restarted."
	}
	return response{
		Text:  importText(imported, counts, why),
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

// importText says what came of a list, and what a person can do about the rest.
// Where it was not read to its end, cut says why.
func importText(imported []news.Imported, counts map[news.ImportOutcome]int, cut string) string {
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
	case cut != "":
		text += fmt.Sprintf("\nI stopped after %d of %d: %s Import the same file again to go on; what is followed stays.", len(imported)-skipped, len(imported), cut)
	case skipped > 0:
		text += " " + plural(skipped, "was", "were") + " skipped."
	}
	if failed+skipped > 0 {
		return text + "\n`import.txt` says why for each. What is down today may be read tomorrow: import the same file again, or give `/feeds add` the site's own address."
	}
	return text + "\n`/feeds list` shows them all, and `import.txt` what became of each."
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
