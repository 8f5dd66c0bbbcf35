package feeds

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/goccy/go-yaml"

	"tidings/internal/news"
)

// DefaultTopic names the list that servers follow unless they change it.
const DefaultTopic = "tech"

//go:embed bundle/*.yaml
var bundleFiles embed.FS

// Bundle returns the feeds that servers follow unless they change it.
func Bundle() ([]news.Feed, error) {
	all, err := Topics()
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if t.Name == DefaultTopic {
			return t.Feeds, nil
		}
	}
	return nil, fmt.Errorf("no bundle %q", DefaultTopic)
}

// Topics returns all lists, by name, which is that of the file. They are data files that a person may edit:
// feeds/bundle in the sources.
func Topics() ([]news.Topic, error) { return readTopics(bundleFiles) }

func readTopics(files fs.FS) ([]news.Topic, error) {
	names, err := fs.Glob(files, "bundle/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list bundles: %w", err)
	}
	var all []news.Topic
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read bundle: %w", err)
		}
		t, err := readTopic(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		t.Name = strings.TrimSuffix(path.Base(name), ".yaml")
		for i := range t.Feeds {
			t.Feeds[i].Topic = t.Name
			t.Feeds[i].Bundled = t.Name == DefaultTopic
		}
		all = append(all, t)
	}
	return all, nil
}

// readTopic reads a list's file. Unknown keys are errors.
func readTopic(data []byte) (news.Topic, error) {
	var file struct {
		Title string `yaml:"title"`
		Feeds []struct {
			Title    string `yaml:"title"`
			URL      string `yaml:"url"`
			Site     string `yaml:"site"`
			Language string `yaml:"language"`
		} `yaml:"feeds"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&file); err != nil {
		return news.Topic{}, err
	}
	t := news.Topic{Title: file.Title}
	for _, f := range file.Feeds {
		if f.Title == "" || f.URL == "" {
			return news.Topic{}, fmt.Errorf("feed %q (%s): title and url are required", f.Title, f.URL)
		}
		t.Feeds = append(t.Feeds, news.Feed{
			URL: f.URL, Site: f.Site, Title: f.Title, Language: firstOf(f.Language, "en"), State: news.FeedActive,
		})
	}
	return t, nil
}

// ReadBundle reads a list of an operator's own, in the form of the files in
// feeds/bundle, for servers to follow instead of ours.
func ReadBundle(data []byte) ([]news.Feed, error) {
	t, err := readTopic(data)
	if err != nil {
		return nil, err
	}
	for i := range t.Feeds {
		t.Feeds[i].Bundled = true
	}
	return t.Feeds, nil
}
