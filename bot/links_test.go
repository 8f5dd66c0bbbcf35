package bot

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
)

func TestTextLinks(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"":                              nil,
		"no link: //a.example http: //": nil,
		"http:// https://.":             nil,
		"see https://a.example/1.":      {"https://a.example/1"},
		"HTTPS://A.example and <http://b.example/?q=1#x>, ok?":                {"HTTPS://A.example", "http://b.example/?q=1#x"},
		"[words](https://a.example/1) (https://b.example/2)!":                 {"https://a.example/1", "https://b.example/2"},
		"[words](<https://a.example/1>) [w](https://b.example \"t\")":         {"https://a.example/1", "https://b.example"},
		"https://a.example/Go_(game)/x) more":                                 {"https://a.example/Go_(game)/x"},
		"(https://a.example/Go_(game)) [[https://b.example/[1]]]":             {"https://a.example/Go_(game)", "https://b.example/[1]"},
		"||https://a.example/spoiler||":                                       {"https://a.example/spoiler"},
		"**https://a.example/1** _https://b.example/2_ ~~https://c.example~~": {"https://a.example/1", "https://b.example/2", "https://c.example"},
		"`https://a.example/code` \"https://b.example/quoted\"":               {"https://a.example/code", "https://b.example/quoted"},
		"看这里https://a.example/新闻。很好":                                          {"https://a.example/新闻"},
		"https://a.example/1\nhttps://a.example/2\u2028x":                     {"https://a.example/1", "https://a.example/2"},
		"ftp://a.example javascript://b.example xhttps://c.example":           {"https://c.example"},
		"https://a.example/https://b.example/":                                {"https://a.example/https://b.example/"},
		"https://a.example/\xff\xfe":                                          {"https://a.example/"},
	}
	for text, want := range tests {
		if diff := cmp.Diff(want, textLinks(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestMessageLinks(t *testing.T) {
	t.Parallel()
	m := &discordgo.Message{
		Content: "https://a.example/1 https://A.example/1/ http://a.example/1#top https://user:word@b.example/ https://",
		Embeds: []*discordgo.MessageEmbed{
			nil, {URL: "https://a.example/1"}, {URL: "https://c.example/2"}, {URL: "javascript:alert(1)"}, {},
		},
		MessageSnapshots: []discordgo.MessageSnapshot{
			{}, {Message: &discordgo.Message{Content: "<https://d.example>", Embeds: []*discordgo.MessageEmbed{{URL: "https://c.example/2"}}}},
		},
	}
	want := []string{"https://a.example/1", "https://c.example/2", "https://d.example"}
	if diff := cmp.Diff(want, messageLinks(m)); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if got := messageLinks(nil); got != nil {
		t.Errorf("links of no message: %v", got)
	}
	// An address that is longer than an embed takes is none to read.
	if got := messageLinks(&discordgo.Message{Content: "https://a.example/" + long("p", 3000)}); got != nil {
		t.Errorf("an endless address: %.60q", got)
	}
}

// FuzzMessageLinks holds for every text: each link is an address fit to be read and
// to be linked to, there once, and all of them are in what is looked at.
func FuzzMessageLinks(f *testing.F) {
	f.Add("see <https://a.example/1>, [b](https://b.example/(x)) and ||http://c.example||", "https://a.example/1")
	f.Add("https://user@a.example https://[::1]:80/ https://xn--.example HTTP://", "http://:80")
	f.Add(strings.Repeat("https://", 2000), long("https://a.example/[", 9000))
	f.Fuzz(func(t *testing.T, text, embed string) {
		m := &discordgo.Message{Content: text, Embeds: []*discordgo.MessageEmbed{{URL: embed}}}
		links := messageLinks(m)
		if len(links) > maxInput/len("http://x")+1 {
			t.Errorf("%d links", len(links))
		}
		for i, link := range links {
			checkURL(t, link, maxURL)
			if slices.Contains(links[:i], link) {
				t.Errorf("%q is there twice", link)
			}
		}
		for _, raw := range textLinks(text) {
			if !strings.Contains(strings.ToValidUTF8(text, " "), raw) || strings.ContainsAny(raw, " \n\t<>\"`|") {
				t.Errorf("%q is no address of the text", raw)
			}
			if u, err := url.Parse(raw); err == nil && u.Scheme != "http" && u.Scheme != "https" {
				t.Errorf("%q is of another scheme", raw)
			}
		}
	})
}
