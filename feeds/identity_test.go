package feeds

import (
	"slices"
	"strings"
	"testing"
)

func TestCanonicalURL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ raw, want string }{
		{"https://example.org/a", "https://example.org/a"},
		{"http://EXAMPLE.org:80/a/", "https://example.org/a"},
		{"https://example.org:443/a?", "https://example.org/a"},
		{"https://example.org:8080/a", "https://example.org:8080/a"},
		{"https://www.example.org/a#comments", "https://example.org/a"},
		{"https://m.example.org/a", "https://example.org/a"},
		{"https://en.m.wikipedia.org/wiki/Feed", "https://en.wikipedia.org/wiki/Feed"},
		{"https://m.org/a", "https://m.org/a"},
		{"https://example.org/a?utm_source=rss&utm_medium=feed", "https://example.org/a"},
		{"https://example.org/a?b=2&a=1&fbclid=xyz", "https://example.org/a?a=1&b=2"},
		{"https://example.org/?p=12", "https://example.org?p=12"},
		{"https://example.org", "https://example.org"},
		{"https://example.org/story/amp/", "https://example.org/story"},
		{"https://example.org/story?amp=1", "https://example.org/story"},
		{"https://example.org/amplifier", "https://example.org/amplifier"},
		{"https://example.org/a?source=rss", "https://example.org/a"},
		{"https://example.org/a?source=Reuters", "https://example.org/a?source=Reuters"},
		{"https://example.org/Case/Counts", "https://example.org/Case/Counts"},
		{"https://example.org/#!/route", "https://example.org#!/route"},
		{"https://example.org/caf%C3%A9", "https://example.org/caf%C3%A9"},
		{"http://[2001:DB8::1]:80/a", "https://[2001:db8::1]/a"},
		{"ftp://example.org/a", ""},
		{"mailto:a@example.org", ""},
		{"/a", ""},
		{"", ""},
	} {
		got := CanonicalURL(tt.raw)
		if got != tt.want {
			t.Errorf("CanonicalURL(%q) = %q, want %q", tt.raw, got, tt.want)
		}
		if again := CanonicalURL(got); again != got {
			t.Errorf("CanonicalURL(%q) = %q, which becomes %q: not canonical", tt.raw, got, again)
		}
	}
}

func TestTitleKey(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ title, outlet, want string }{
		{"Xiaomi will sell phones in the US", "", "xiaomi will sell phones in the us"},
		{"  XIAOMI will sell “phones” in the U.S.! ", "", "xiaomi will sell phones in the u s"},
		{"Xiaomi will sell phones - Gadget Weekly", "Gadget Weekly", "xiaomi will sell phones"},
		{"Xiaomi will sell phones | Gadget Weekly", "Gadget Weekly", "xiaomi will sell phones"},
		{"Xiaomi will sell phones - Handset Daily", "Gadget Weekly", "xiaomi will sell phones handset daily"},
		{"We read the whole Gadget Weekly", "Gadget Weekly", "we read the whole gadget weekly"},
		{"Don’t sell phones here", "", "dont sell phones here"},
		{"Daily links", "", ""},
		{"Open thread 12 - Gadget Weekly", "Gadget Weekly", ""},
		{"小米将在美国销售手机", "", "小米将在美国销售手机"},
		{"小米", "", ""},
		{"", "", ""},
	} {
		if got := TitleKey(tt.title, tt.outlet); got != tt.want {
			t.Errorf("TitleKey(%q, %q) = %q, want %q", tt.title, tt.outlet, got, tt.want)
		}
	}
}

// identitiesOf settles the items as Parse does and names them.
func identitiesOf(items []Item, repeats bool) ([]string, *Document) {
	d := &Document{Items: slices.Clone(items)}
	d.settle(DefaultMaxItems)
	return d.Identities(repeats), d
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		items   []Item
		repeats bool // known from before
		want    []string
		now     bool // repeats, found out now
	}{
		{
			name:  "the guid comes first",
			items: []Item{{ID: "a", Link: "https://example.org/1", Title: "One"}, {ID: "b", Link: "https://example.org/2", Title: "Two"}},
			want:  []string{"guid:a", "guid:b"},
		},
		{
			name:  "a site that moved to https kept its guids",
			items: []Item{{ID: "http://example.org/?p=1"}},
			want:  []string{"guid:https://example.org/?p=1"},
		},
		{
			name:  "without a guid the address",
			items: []Item{{Link: "http://www.example.org/1?utm_source=rss", Title: "One"}},
			want:  []string{"url:https://example.org/1"},
		},
		{
			name: "one guid for all items",
			items: []Item{
				{ID: "same", Link: "https://example.org/1", Title: "One"},
				{ID: "same", Link: "https://example.org/2", Title: "Two"},
			},
			want: []string{"url:https://example.org/1", "url:https://example.org/2"},
			now:  true,
		},
		{
			name:    "a feed that lied once is not believed again",
			items:   []Item{{ID: "same", Link: "https://example.org/1", Title: "One"}},
			repeats: true,
			want:    []string{"url:https://example.org/1"},
		},
		{
			name: "an item that stands there twice is one",
			items: []Item{
				{ID: "a", Link: "https://example.org/1", Title: "One"},
				{ID: "a", Link: "https://example.org/1", Title: "One"},
			},
			want: []string{"guid:a"},
		},
		{
			name: "one address for all items",
			items: []Item{
				{Link: "https://example.org/", Title: "One"},
				{Link: "https://example.org/", Title: "Two"},
			},
			want: []string{"hash:" + digest("https://example.org", "One"), "hash:" + digest("https://example.org", "Two")},
		},
		{
			name: "many posts on one page",
			items: []Item{
				{Link: "https://example.org/today#a", Title: "One"},
				{Link: "https://example.org/today#b", Title: "Two"},
			},
			want: []string{"url:https://example.org/today#a", "url:https://example.org/today#b"},
		},
		{
			name:  "an item without a guid that stands there twice",
			items: []Item{{Title: "One"}, {Title: "One"}},
			want:  []string{"hash:" + digest("", "One")},
		},
		{
			name:  "nothing but text",
			items: []Item{{Summary: "One."}, {Summary: "Two."}},
			want:  []string{"hash:" + digest("", "", "One.", ""), "hash:" + digest("", "", "Two.", "")},
		},
	} {
		got, d := identitiesOf(tt.items, tt.repeats)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if d.RepeatsGUIDs != tt.now {
			t.Errorf("%s: RepeatsGUIDs is %v", tt.name, d.RepeatsGUIDs)
		}
	}
}

func TestIdentitiesAreShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 10_000)
	ids, _ := identitiesOf([]Item{{ID: long}, {Link: "https://example.org/" + long}}, false)
	for _, id := range ids {
		if len(id) > 400 {
			t.Errorf("identity of %d bytes", len(id))
		}
	}
	if ids[0] == ids[1] {
		t.Error("two items, one identity")
	}
}

// A feed that bumps its dates, edits its texts or adds tracking to its links
// keeps its identities.
func TestIdentitiesSurvive(t *testing.T) {
	t.Parallel()
	const head = `<rss version="2.0"><channel><title>T</title><item>`
	const tail = `</item></channel></rss>`
	for _, tt := range []struct{ name, before, after string }{
		{"dates", `<guid>a</guid><pubDate>Thu, 01 Jan 2026 10:00:00 GMT</pubDate>`, `<guid>a</guid><pubDate>Fri, 02 Jan 2026 10:00:00 GMT</pubDate>`},
		{"text", `<guid>a</guid><title>One</title>`, `<guid>a</guid><title>One, corrected</title><description>New</description>`},
		{"tracking", `<link>https://example.org/1</link>`, `<link>https://www.example.org/1?utm_campaign=x</link>`},
		{"date of an item without anything else", `<title>One</title><pubDate>Thu, 01 Jan 2026 10:00:00 GMT</pubDate>`, `<title>One</title><pubDate>Fri, 02 Jan 2026 10:00:00 GMT</pubDate>`},
	} {
		var ids []string
		for _, item := range []string{tt.before, tt.after} {
			d, err := Parse([]byte(head+item+tail), ParseOptions{})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, d.Identities(false)...)
		}
		if len(ids) != 2 || ids[0] != ids[1] {
			t.Errorf("%s: %q", tt.name, ids)
		}
	}
}
