package feeds

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

func (it *Item) when() time.Time {
	if it.Published.IsZero() {
		return it.Updated
	}
	return it.Published
}

// guidKey is an item's guid as far as it identifies: a site that moves to https
// changes all guids that are addresses.
func guidKey(guid string) string {
	if rest, ok := strings.CutPrefix(guid, "http://"); ok {
		return "https://" + rest
	}
	return guid
}

// dropRepetitions drops items that stand in the document twice, and finds out
// whether its guids identify anything.
func (d *Document) dropRepetitions() {
	type words struct{ link, title, summary, content string }
	said := map[words]bool{} // by items without a guid
	first := map[string]int{}
	kept := d.Items[:0]
	for _, it := range d.Items {
		if it.ID == "" {
			w := words{it.Link, it.Title, it.Summary, it.Content}
			if said[w] {
				continue
			}
			said[w] = true
		} else if at, ok := first[guidKey(it.ID)]; ok {
			if twin := kept[at]; twin.Link == it.Link && twin.Title == it.Title && twin.Summary == it.Summary {
				continue
			}
			d.RepeatsGUIDs = true
		} else {
			first[guidKey(it.ID)] = len(kept)
		}
		kept = append(kept, it)
	}
	d.Items = kept
}

// canonicalLinks returns the canonical address of each item. Where several items
// have the same, what tells them apart is put back: the fragment. Items that even
// share that, such as all being linked to the front page, have none.
func (d *Document) canonicalLinks() []string {
	out := make([]string, len(d.Items))
	count := map[string]int{}
	for i := range d.Items {
		out[i] = CanonicalURL(d.Items[i].Link)
		count[out[i]]++
	}
	again := map[string]int{}
	for i := range out {
		if count[out[i]] > 1 {
			if _, fragment, ok := strings.Cut(d.Items[i].Link, "#"); ok && fragment != "" {
				out[i] += "#" + fragment
			}
		}
		again[out[i]]++
	}
	for i := range out {
		if again[out[i]] > 1 {
			out[i] = ""
		}
	}
	return out
}

// Identities returns a stable and unique name for each item of the document, in
// its order: the guid, else the canonical address, else a hash of what the item
// says. repeatsGUIDs is what earlier readings of the feed found out; a feed that
// once gave two items one guid is not believed again.
//
// Dates are no part of an identity: a feed that bumps them posts nothing anew.
func (d *Document) Identities(repeatsGUIDs bool) []string {
	useGUIDs := !repeatsGUIDs && !d.RepeatsGUIDs
	canonical := d.canonicalLinks()
	seen := map[string]bool{}
	out := make([]string, len(d.Items))
	for i := range d.Items {
		it := &d.Items[i]
		var id string
		switch {
		case useGUIDs && it.ID != "":
			id = bounded("guid:", guidKey(it.ID))
		case canonical[i] != "":
			id = bounded("url:", canonical[i])
		default:
			link := CanonicalURL(it.Link)
			id = "hash:" + digest(link, it.Title)
			if it.Title == "" || seen[id] {
				id = "hash:" + digest(link, it.Title, it.Summary, it.Content)
			}
		}
		seen[id] = true
		out[i] = id
	}
	return out
}

// bounded keeps a name readable while it is short enough for an index.
func bounded(kind, s string) string {
	const longest = 300
	if len(s) <= longest && utf8.ValidString(s) {
		return kind + s
	}
	return kind + "sha256:" + digest(s)
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// CanonicalURL returns an address for comparing with others, never for
// following: two addresses of one article have the same. It returns "" for what
// is no web address.
//
// The scheme counts as https, the host loses its case, its default port and a
// leading "www.", "m.", "mobile." or "amp."; the path its trailing slash and a
// trailing "amp"; the query what only counts readers, and its order. The fragment
// goes, unless it is a route ("#!…").
func CanonicalURL(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
	default:
		return ""
	}
	host := strings.TrimRight(strings.ToLower(webHost(u)), ".")
	if host == "" {
		return ""
	}
	if strings.Contains(host, ":") { // IPv6
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	path := u.EscapedPath()
	path = strings.TrimRight(path, "/")
	for before := ""; path != before; {
		before = path
		for _, suffix := range []string{"/amp", "/index.html", "/index.php"} {
			path = strings.TrimRight(strings.TrimSuffix(path, suffix), "/")
		}
	}
	out := "https://" + plainHost(host) + path
	// Spaces in it are not escaped by the parser, and would be trimmed the next time.
	if q := plainQuery(strings.Join(strings.Fields(u.RawQuery), "%20")); q != "" {
		out += "?" + q
	}
	if strings.HasPrefix(u.Fragment, "!") {
		out += "#" + u.EscapedFragment()
	}
	return out
}

// plainHost drops the label of a host that says only how the page is shown.
func plainHost(host string) string {
	for again := true; again; {
		again = false
		for _, label := range []string{"www.", "m.", "mobile.", "amp."} {
			if rest, ok := strings.CutPrefix(host, label); ok && strings.Contains(rest, ".") {
				host, again = rest, true
			}
		}
		if language, ok := strings.CutSuffix(host, ".m.wikipedia.org"); ok {
			host, again = language+".wikipedia.org", true
		}
	}
	return host
}

func plainQuery(raw string) string {
	if raw == "" {
		return ""
	}
	var keep []string
	for _, part := range strings.Split(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		if part == "" || isTracking(strings.ToLower(name), value) {
			continue
		}
		keep = append(keep, part)
	}
	slices.Sort(keep)
	return strings.Join(keep, "&")
}

// isTracking tells the query parameters that count readers and change nothing of
// the page.
func isTracking(name, value string) bool {
	for _, prefix := range []string{"utm_", "utm-", "mc_", "pk_", "mtm_", "matomo_", "hsa_", "oly_", "vero_", "at_", "wt_mc", "wt.mc", "_hs", "ns_", "ga_", "__twitter"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "fbclid", "gclid", "gclsrc", "dclid", "msclkid", "yclid", "twclid", "igshid", "igsh", "ttclid", "wbraid", "gbraid", "li_fat_id",
		"mkt_tok", "cmpid", "cmp", "icid", "ncid", "ocid", "sr_share", "spm", "xtor", "guccounter", "guce_referrer", "guce_referrer_sig",
		"_ga", "_gl", "feature", "referrer", "ref_src", "ref_url", "partner", "ftag", "taid", "smid", "sref", "smtyp", "traffic_source",
		"feedtype", "feedname", "rss", "cid_source", "trk", "trkcampaign", "soc_src", "soc_trk", "s_kwcid", "ito", "mod", "sh":
		return true
	case "amp", "outputtype", "source", "ref", "from", "via":
		switch strings.ToLower(value) {
		case "", "1", "amp", "rss", "feed", "atom", "twitter", "facebook", "newsletter", "email", "home", "homepage":
			return true
		}
	}
	return false
}

// minKeyWords is how many words a title must have to tell a story by itself:
// "Daily links" comes every day.
const minKeyWords = 4

// TitleKey returns a title for comparing with others: folded, without
// punctuation, and without the outlet's name behind it where a feed adds that.
// It is "" where too little is left to tell one story from another.
func TitleKey(title, outlet string) string {
	words := foldWords(title)
	if o := foldWords(outlet); len(o) > 0 && len(words) > len(o) && slices.Equal(words[len(words)-len(o):], o) && endsWithOutlet(title) {
		words = words[:len(words)-len(o)]
	}
	key := strings.Join(words, " ")
	if len(words) < minKeyWords && wideRunes(key) < 2*minKeyWords {
		return ""
	}
	return key
}

// endsWithOutlet reports whether a divider that headlines use stands in the
// title.
func endsWithOutlet(title string) bool {
	for _, divider := range []string{" - ", " | ", " – ", " — ", " · ", " :: ", " » "} {
		if strings.Contains(title, divider) {
			return true
		}
	}
	return false
}

func foldWords(s string) []string {
	s = cases.Fold().String(norm.NFKC.String(s))
	s = strings.NewReplacer("'", "", "’", "", "‘", "").Replace(s)
	return strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
}

// wideRunes counts the characters of scripts that write no spaces.
func wideRunes(s string) (n int) {
	for _, r := range s {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Hangul) {
			n++
		}
	}
	return n
}
