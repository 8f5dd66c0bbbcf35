package summary

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tidings/internal/news"
	"tidings/internal/summary/lang"
)

// ferryStories are three outlets' stories of one event. The second repeats most of
// the first; the third has a fact of its own, behind a sentence that leans.
func ferryStories() news.SummaryRequest {
	return news.SummaryRequest{
		Title: "Ferry runs aground off Lyness",
		Text: "A ferry with 214 people on board ran aground in fog off the island of Lyness early on Thursday, the coastguard said.\n" +
			"All passengers were taken ashore by lifeboat, and nine were treated for bruises.",
		More: []news.Source{
			{Title: "214 rescued from ferry", Text: "A ferry carrying 214 people ran aground in fog off the island of Lyness on Thursday, according to the coastguard.\n" +
				"All its passengers were taken ashore by lifeboat; nine of them were treated for bruises."},
			{Title: "Ship was fast", Text: "They had been warned.\nThe Northern Star was travelling at 14 knots, twice the speed that the harbour recommends in fog, data of its transponder show.\nIt was built in 1998."},
		},
	}
}

func TestSeveralStories(t *testing.T) {
	t.Parallel()
	r := ferryStories()
	got := summarize(t, r)
	if len(got.Sources) != len(got.Sentences) || !slices.Contains(got.Sources, 2) || !slices.Contains(got.Sources, 0) {
		t.Fatalf("sources %v of %q", got.Sources, got.Sentences)
	}
	text := strings.Join(got.Sentences, " ")
	if strings.Count(text, "aground") != 1 || strings.Count(text, "lifeboat") > 1 {
		t.Errorf("says the same twice: %q", got.Sentences)
	}
	for i, s := range got.Sentences {
		source := r.Text
		if n := got.Sources[i]; n > 0 {
			source = r.More[n-1].Text
		}
		if !strings.Contains(source, s) {
			t.Errorf("%q is not of source %d", s, got.Sources[i])
		}
		if strings.HasPrefix(s, "They ") {
			t.Errorf("%q leans on another outlet's sentence", s)
		}
	}
	if alone := summarize(t, news.SummaryRequest{Title: r.Title, Text: r.Text}); alone.Sources != nil {
		t.Errorf("sources of one story: %v", alone.Sources)
	}
}

// TestSeveralStoriesAgree holds that a summary has no two outlets' numbers of the same.
func TestSeveralStoriesAgree(t *testing.T) {
	t.Parallel()
	for told, want := range map[string]bool{"Seven people died": false, "Seven were bruised": true} {
		r := ferryStories()
		r.Text = "Five people died when a ferry ran aground in fog off the island of Lyness early on Thursday, the coastguard said."
		r.More = []news.Source{{Title: r.Title, Text: told + " in the cold water, most of them before the lifeboats came from the mainland at eight, the head of Arden's hospital told a radio station."}}
		r.MaxWords = 60
		if got := summarize(t, r); (len(got.Sentences) == 2) != want {
			t.Errorf("%s: %q", told, got.Sentences)
		}
	}
}

func TestSeveralStoriesWithoutOnesOwn(t *testing.T) {
	t.Parallel()
	r := ferryStories()
	r.Text, r.Lead = "Subscribe to read on.", "A ferry ran aground."
	if got := summarize(t, r); got.Method != news.Extractive || len(got.Sources) == 0 || slices.Contains(got.Sources, 0) {
		t.Errorf("%+v", got)
	}
	// A story in another language is no help.
	r = ferryStories()
	r.More = []news.Source{{Text: "Eine Fähre mit 214 Menschen ist am Donnerstag im Nebel vor der Insel auf Grund gelaufen. Das Schiff war mit 14 Knoten unterwegs, sagte die Küstenwache."},
		{Text: "一艘载有214人的渡轮周四清晨在大雾中搁浅，所有乘客均已获救，没有人员死亡。"}}
	if got := summarize(t, r); got.Sources != nil {
		t.Errorf("%+v", got)
	}
}

func TestSeveralStoriesAreBounded(t *testing.T) {
	t.Parallel()
	r := ferryStories()
	far := news.Source{Text: "The lighthouse keeper of Lyness saw the ferry pass much too close to the northern reef before dawn, he told the police."}
	r.More = append([]news.Source{{}, {}, {}, {}, {}}, far)
	if got := summarize(t, r); got.Sources != nil {
		t.Errorf("the sixth further story is used: %+v", got)
	}
	r.More = []news.Source{{Text: strings.Repeat("x. ", maxFurtherBytes) + far.Text}}
	if got := summarize(t, r); got.Sources != nil {
		t.Errorf("the end of an endless story is used: %+v", got)
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"xiaomi", "harbour", "german", "french", "chinese", "japanese"} {
		r := readArticle(t, "testdata/articles/"+name+".txt")
		for most := 1; most <= 3; most++ {
			r.MaxSentences, r.MaxWords = most, 30*most
			got := summarize(t, r)
			if n := len(got.Sentences); n == 0 || n > most {
				t.Errorf("%s: %d sentences, want at most %d", name, n, most)
			}
		}
	}
	// A short line is what was asked for, and no reason to fall back on the lead.
	r := news.SummaryRequest{MaxSentences: 1, MaxWords: 30, Lead: "The harbour of Arden will be closed for ships of any size and of any flag until further notice.",
		Text: "The harbour of Arden closed on Monday.\nThe council of the town said that it would take engineers a year and eleven million crowns, which it does not have, to mend the pier that the storm had broken."}
	if got := summarize(t, r); got.Method != news.Extractive || len(got.Sentences) != 1 {
		t.Errorf("%+v", got)
	}
}

// TestLineIsTheNews holds that one line is the first that stands by itself.
func TestLineIsTheNews(t *testing.T) {
	t.Parallel()
	const news1 = "A court in Marlow sentenced the former mayor Dana Ivers to four years in prison on Monday for taking bribes."
	long := "A court in Marlow on Monday sentenced the former mayor Dana Ivers, who had run the town for sixteen years and built its harbour, to four years in prison for taking bribes from a firm of builders."
	for name, tt := range map[string]struct{ title, text, want string }{
		"first":         {"Former mayor of Marlow jailed", news1 + "\nThe former mayor Dana Ivers of Marlow was jailed in a cell of her own.", news1},
		"longer":        {"Former mayor jailed", long + "\nEleven witnesses spoke at the trial.", long},
		"pronoun":       {"Former mayor jailed", "Earlier, she told prosecutors that nothing was left of the money.\n" + news1, news1},
		"named at once": {"Former mayor jailed", "Days after she had lost her office, Dana Ivers was jailed by a court in Marlow.\n" + news1, "Days after she had lost her office, Dana Ivers was jailed by a court in Marlow."},
		"leans":         {"Former mayor jailed", "It was a day of tears for all of those in room five.\n" + news1, news1},
		"question":      {"马洛大桥关闭", "马洛的大桥为什么在星期一早上突然关闭？\n马洛市议会星期一宣布，大桥将关闭九个月。", "马洛市议会星期一宣布，大桥将关闭九个月。"},
		"bare surname":  {"Bribes in Marlow", "What a day it was in the court of Marlow?\nMonday with Ivers began in the rain for all of the town.\n" + news1, news1},
		"much of title": {"Court jails former mayor Ivers for taking bribes", "The streets of the town were full of people this week.\n" + news1, news1},
	} {
		got := summarize(t, news.SummaryRequest{Title: tt.title, Text: tt.text, MaxWords: 30, MaxSentences: 1})
		if !slices.Equal(got.Sentences, []string{tt.want}) {
			t.Errorf("%s: %q", name, got.Sentences)
		}
	}
}

// longStories are ferryStories with text enough to be worth asking a model about.
func longStories() news.SummaryRequest {
	r := ferryStories()
	r.MaxWords = 40
	return r
}

func TestModelTellsSeveralStories(t *testing.T) {
	t.Parallel()
	told := []string{"A ferry with 214 people ran aground in fog off Lyness.", "The Northern Star was doing 14 knots, twice the speed recommended in fog."}
	f := newFakeModel(t, tells(told...))
	got := ask(t, f.model(nil), longStories())
	if got.Method != news.Model || !slices.Equal(got.Sources, []int{0, 2}) {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(f.bodies[0], `transponder`) || !strings.Contains(f.bodies[0], `further`) {
		t.Errorf("the other stories were not sent: %s", f.bodies[0])
	}
	for name, lies := range map[string][]string{
		"joined of two stories": {"The Northern Star, with 214 people on board, was travelling at 14 knots."},
		"said twice":            {"A ferry with 214 people ran aground in fog off the island of Lyness.", "A ferry carrying 214 people ran aground in fog off the island of Lyness."},
		"of neither":            {"The Northern Star was travelling at 41 knots."},
	} {
		f := newFakeModel(t, tells(lies...))
		if got := ask(t, f.model(nil), longStories()); got.Method != news.Extractive {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestModelTellsOneLine(t *testing.T) {
	t.Parallel()
	r := story(1)
	r.MaxSentences, r.MaxWords = 1, 30
	f := newFakeModel(t, func(n int64, w http.ResponseWriter, _ *http.Request) {
		sentences := []string{told, "Bin Lin wants a second store in Boston next year."}
		text, _ := json.Marshal(map[string]any{"sentences": sentences[:min(2, 3-n)]})
		content(w, string(text))
	})
	if got := ask(t, f.model(nil), r); got.Method != news.Model || len(got.Sentences) != 1 || f.calls.Load() != 2 {
		t.Errorf("%+v after %d calls", got, f.calls.Load())
	}
	if !strings.Contains(f.bodies[0], "one whole sentence") {
		t.Errorf("one sentence was not asked for: %s", f.bodies[0])
	}
}

// FuzzSeveral holds that each sentence is of the source it is said to be of.
func FuzzSeveral(f *testing.F) {
	r := ferryStories()
	f.Add(r.Text, r.More[0].Text, r.More[1].Text, 60, 0)
	f.Add("", "小米公司宣布将在美国销售手机。", "A. B! It ends.", 30, 1)
	f.Fuzz(func(t *testing.T, own, second, third string, words, sentences int) {
		got := summarize(t, news.SummaryRequest{Text: own, More: []news.Source{{Text: second}, {Text: third}}, MaxWords: words, MaxSentences: sentences})
		if got.Sources != nil && len(got.Sources) != len(got.Sentences) || sentences > 0 && len(got.Sentences) > sentences {
			t.Fatalf("%+v", got)
		}
		bodies := []string{own, second, third}
		for i := range bodies {
			bodies[i] = lang.Squash(strings.ToValidUTF8(bodies[i], ""))
		}
		for i, s := range got.Sentences {
			source := 0
			if got.Sources != nil {
				source = got.Sources[i]
			}
			at := strings.Index(bodies[source], lang.Squash(s))
			if at < 0 {
				t.Fatalf("%q is not of source %d, or not behind the sentence before it", s, source)
			}
			bodies[source] = bodies[source][at+len(lang.Squash(s)):]
		}
	})
}
