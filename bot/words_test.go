package bot

import (
	"strings"
	"testing"
	"time"

	"tidings/internal/news"
)

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Hour:                     "1 minute",
		0:                              "1 minute",
		time.Minute + 40*time.Second:   "2 minutes",
		89 * time.Minute:               "89 minutes",
		90 * time.Minute:               "2 hours",
		47 * time.Hour:                 "47 hours",
		48 * time.Hour:                 "2 days",
		10*24*time.Hour + 13*time.Hour: "11 days",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Hour:                    "1 second",
		0:                             "1 second",
		time.Second:                   "1 second",
		39*time.Second + 1:            "40 seconds",
		90 * time.Second:              "90 seconds",
		91 * time.Second:              "2 minutes",
		2*time.Minute + 1:             "3 minutes",
		88*time.Minute + 1:            "89 minutes",
		89*time.Minute + 1:            "2 hours",
		2*time.Hour + 1:               "3 hours",
		46*time.Hour + 1:              "47 hours",
		47*time.Hour + 1:              "2 days",
		24*24*time.Hour + time.Second: "25 days",
	} {
		if got := wait(d); got != want {
			t.Errorf("wait(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestSparkline(t *testing.T) {
	t.Parallel()
	tests := []struct {
		counts []int
		want   string
	}{
		{nil, ""},
		{[]int{0, 0}, "▁▁"},
		{[]int{0, 1}, "▁█"},
		{[]int{0, 1, 2, 3, 4, 5, 6, 7}, "▁▂▃▄▅▆▇█"},
		{[]int{1, 500, 1000}, "▂▅█"},
		{[]int{-1, 7}, "▁█"},
	}
	for _, test := range tests {
		if got := sparkline(test.counts); got != test.want {
			t.Errorf("sparkline(%v) = %s, want %s", test.counts, got, test.want)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                        "",
		"the site answers 503":    "The site answers 503.",
		"What is down. May rise.": "What is down. May rise.",
		"élan":                    "Élan.",
		"*bold*":                  `\*bold\*.`,
		"there is nothing at this address, and it never was anything at all": "There is nothing at this address, and it…",
	} {
		if got := sentence(in, 45); got != want {
			t.Errorf("sentence(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPrimary(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"": "", "en": "en", "en-US": "en", "en_GB": "en", "DE": "de", "zh-Hant-TW": "zh", "und": "", "und-US": "", "not a tag": "", "x-klingon": "",
	} {
		if got := primary(tag); got != want {
			t.Errorf("primary(%q) = %q, want %q", tag, got, want)
		}
	}
}

// The footer tells the language where it is not the server's, and who made it so.
func TestLanguageNote(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ story, server, want string }{
		"none asked for":     {"en", "", ""},
		"the same":           {"en-US", "en", ""},
		"another":            {"en-US", "de", "in English"},
		"another, by region": {"pt-BR", "es", "in Portuguese"},
		"unknown":            {"", "de", ""},
		"nonsense":           {"english!", "de", ""},
	}
	for name, test := range tests {
		p := xiaomi()
		p.Story.Language, p.Language = test.story, test.server
		if got := languageNote(p); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestRenderTranslatedPost(t *testing.T) {
	t.Parallel()
	p := xiaomi()
	p.Language, p.Story.Language = "de", "en"
	p.Translation = &news.Translation{Language: "de", Title: "Xiaomi *kommt*", Sentences: []string{"Ein Satz.", "Noch einer @everyone."}}
	e := renderPost(p).Embeds[0]
	want := "Ein Satz. Noch einer @\u200beveryone.\n" +
		"**Also in** [Gadget Weekly](https://gadget.example/1) · [Handset Daily](https://handset.example/2)\n" +
		"-# xiaomi, us · extract · translated · <t:1777888800:R>"
	if e.Title != `Xiaomi \*kommt\*` || e.Description != want {
		t.Errorf("%s\n%s", e.Title, e.Description)
	}
	p.Translation = nil
	if e := renderPost(p).Embeds[0]; e.Title != p.Story.Title || !strings.HasSuffix(e.Description, "\n-# xiaomi, us · extract · in English · <t:1777888800:R>") {
		t.Errorf("untranslated: %s\n%s", e.Title, e.Description)
	}
}
