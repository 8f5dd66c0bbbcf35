package feeds

import (
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/language"
)

func TestBundle(t *testing.T) {
	t.Parallel()
	list, err := Bundle()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 30 {
		t.Errorf("%d feeds, want 30", len(list))
	}
	languages := map[string]bool{}
	for _, f := range list {
		languages[f.Language] = true
		if !f.Bundled || f.Topic != DefaultTopic {
			t.Errorf("%s: %+v", f.Title, f)
		}
	}
	if len(languages) < 5 {
		t.Errorf("languages %v, want five", languages)
	}
}

func TestTopics(t *testing.T) {
	t.Parallel()
	topics, err := Topics()
	if err != nil {
		t.Fatal(err)
	}
	urls, names, total := map[string]string{}, map[string]string{}, 0
	for _, topic := range topics {
		if topic.Title == "" || len(topic.Feeds) < 10 {
			t.Errorf("%s: title %q, %d feeds", topic.Name, topic.Title, len(topic.Feeds))
		}
		for _, f := range topic.Feeds {
			total++
			if other := urls[CanonicalURL(f.URL)]; other != "" {
				t.Errorf("%s: %s stands in %s too", topic.Name, f.URL, other)
			}
			if other := names[strings.ToLower(f.Title)]; other != "" {
				t.Errorf("%s: %q stands in %s too", topic.Name, f.Title, other)
			}
			urls[CanonicalURL(f.URL)], names[strings.ToLower(f.Title)] = topic.Name, topic.Name
			for _, address := range []string{f.URL, f.Site} {
				u, err := url.Parse(address)
				if err != nil || u.Scheme != "https" || u.Host == "" || u.Host != strings.ToLower(u.Host) || u.Fragment != "" || u.User != nil {
					t.Errorf("%s: %q of %s is not a plain https address", topic.Name, address, f.Title)
				}
			}
			if tag, err := language.Parse(f.Language); err != nil || tag.String() != f.Language {
				t.Errorf("%s: language %q of %s", topic.Name, f.Language, f.Title)
			}
		}
	}
	if total < 100 {
		t.Errorf("%d feeds, want 100", total)
	}
}

func TestTopicsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an unknown key": "title: X\nfeeds:\n  - title: A\n    url: https://example.org\n    colour: red\n",
		"no address":     "title: X\nfeeds:\n  - title: A\n",
		"no YAML":        "title: [",
	} {
		if _, err := readTopics(fstest.MapFS{"bundle/x.yaml": {Data: []byte(body)}}); err == nil || !strings.Contains(err.Error(), "bundle/x.yaml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
