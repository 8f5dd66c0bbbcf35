package article

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tidings/internal/news"
)

// teasers are what an index shows of other pages.
var teasers = [][2]string{
	{"Old bridge of Marlow closes", "The council of Marlow voted on Monday to close the old bridge for a year. Two of its piers have cracks."},
	{"Ferry runs aground in fog", "A ferry with 214 people on board ran aground off Lyness early on Thursday, the coastguard said."},
	{"Court jails former mayor", "A court in Henley sentenced the former mayor Dana Ivers to four years in prison for taking bribes."},
	{"Price of batteries falls", "The price of batteries for phones fell by a third in a year, three makers said in their reports."},
	{"Handset maker plans shops", "Ostrava Mobile wants to open shops of its own in the United States, but has not settled on a date."},
	{"Storm cuts power in Arden", "Some 9,000 houses in Arden were without power on Sunday after a storm felled trees across the lines."},
	{"Library opens after repairs", "The town's library opened again on Saturday, two years after a fire had destroyed its upper floor."},
	{"School gets a new roof", "Pupils of the school in Henley return to their rooms this week, under a roof that cost four million."},
}

// listOf is a page of teasers, each laid out as item says: its first operand is where it
// leads, its second the title, and its third the text.
func listOf(before, item, after string) string {
	var b strings.Builder
	for i, t := range teasers {
		fmt.Fprintf(&b, item, fmt.Sprintf("/2026/09/%d", i), t[0], t[1])
	}
	return "<!DOCTYPE html><html><head><title>Marlow Gazette</title></head><body><nav><a href=/>Home page</a> <a href=/sport>All the sport</a></nav><main><h1>Everything on Marlow</h1>" +
		before + b.String() + after + "</main></body></html>"
}

func TestListOfLinksIsNoArticle(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]string{
		"archive":            listOf("", `<article><h2><a href="%s">%s</a></h2><p>3 September</p><div class="entry-summary"><p>%s</p></div><a href="/more">Continue reading</a></article>`, ""),
		"tag page":           listOf("<p>Everything that we have written about Marlow, its bridge and its council, newest first.</p><ul>", `<li><h3><a href="%s">%s</a></h3><p>%s</p></li>`, "</ul>"),
		"boxes":              listOf("", `<div class="river"><div class="t"><a href="%s">%s</a></div><div class="x">%s</div></div>`, ""),
		"headings":           listOf("", `<h3><a href="%s">%s</a></h3><p>%s</p>`, ""),
		"a list of terms":    listOf("<dl>", `<dt><a href="%s">%s</a></dt><dd>%s</dd>`, "</dl>"),
		"items of one line":  listOf("<p>Links of the week:</p><ul>", `<li><a href="%s">%s</a> - %s</li>`, "</ul>"),
		"line breaks":        listOf("<ul>", `<li><a href="%s">%s</a><br>%s</li>`, "</ul>"),
		"cards":              listOf("", `<div class="card"><a href="%s"><h3>%s</h3><p>%s</p></a></div>`, ""),
		"titles of one line": listOf("<ul>", `<li><a href="%s">%s: %s</a></li>`, "</ul>"),
		"to other sites":     listOf("<ul>", `<li><a href="https://other.example%s">%s</a><p>%s</p></li>`, "</ul>"),
	} {
		a, err := New(Config{}).Extract([]byte(page), "text/html", "https://outlet.example/tag/marlow")
		var u *news.UserError
		if !errors.Is(err, news.ErrNoArticle) || !errors.As(err, &u) || !strings.HasPrefix(u.Text, "That page is a list of links") {
			t.Errorf("%s: got %.300q, %v", name, a.Text, err)
		}
	}
}

// TestArticleWithLinks holds that links in, between and under the paragraphs of an
// article do not make it a list of them.
func TestArticleWithLinks(t *testing.T) {
	t.Parallel()
	long := " Traders in the old town called the decision a disaster, and want the council to pay for what they lose; the mayor said that there was no money for that, and that the bridge was older than any of the shops. Nobody could say who had known of the cracks since April, when the water was low, and why the council heard of them in August only."
	unlinked := func(item string) string {
		return strings.Replace(item, "%s", "%.0s", 2) // the text alone
	}
	for name, page := range map[string]string{
		"others' stories between the paragraphs":   listOf("", `<p>%[3]s</p><div class="box"><h4><a href="%[1]s">Elsewhere: %[2]s</a></h4></div>`, ""),
		"others' stories in paragraphs":            listOf("", `<p>%[3]s</p><p><a href="%[1]s">Read more: %[2]s</a></p>`, ""),
		"short paragraphs with links in them":      listOf("", `<p>As <a href="%s">%s</a> has it, this is what happened. %s</p>`, ""),
		"paragraphs that begin with links":         listOf("", `<p><a href="%s">%s</a>, they said. %s</p>`, ""),
		"a review with shops":                      listOf("<p>We tried eight of them.</p>", `<h3><a href="https://shop.example%s">%s</a></h3><p>%s`+long+`</p>`, ""),
		"short entries with shops that pay for it": listOf("<p>We tried eight of them.</p>", `<h3><a rel="nofollow sponsored" href="https://shop.example%s">%s</a></h3><p>%s</p>`, ""),
		"the news of a day":                        listOf("<p>Good morning.</p><ol>", `<li><a href="%[1]s">%[3]s</a> It was first told here: %[2]s.</li>`, "</ol>"),
		"a list under an article":                  listOf(strings.Repeat("<p>"+teasers[0][1]+long+"</p>", 4), `<li><a href="%s">%s</a> - %s</li>`, ""),
		"headings that are anchors":                listOf("", `<h3><a href="#%s">%s</a></h3><p>%s</p>`, ""),
		"no links":                                 listOf("", unlinked(`<p>%s%s%s</p>`), ""),
	} {
		a, err := New(Config{}).Extract([]byte(page), "text/html", "https://outlet.example/2026/bridge")
		if err != nil || !strings.Contains(a.Text, "Two of its piers have cracks.") {
			t.Errorf("%s: got %.300q, %v", name, a.Text, err)
		}
	}
}
