package bot

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
)

// subOption is a subcommand with one text option.
func subOption(sub, name, value string) *discordgo.ApplicationCommandInteractionDataOption {
	return &discordgo.ApplicationCommandInteractionDataOption{
		Name: sub, Type: discordgo.ApplicationCommandOptionSubCommand,
		Options: []*discordgo.ApplicationCommandInteractionDataOption{
			{Name: name, Type: discordgo.ApplicationCommandOptionString, Value: value},
		},
	}
}

// An answer after a deferral that Discord turns away for its rate limits comes
// again, as long as Discord takes it.
func TestServeAnswersAgainAfterARateLimit(t *testing.T) {
	t.Parallel()
	limited := func(after time.Duration) error { return &rateLimited{After: after, Why: "the limit is used up"} }
	public := func(*request) bool { return true }
	refused := news.Userf("No.")
	tests := map[string]struct {
		route route
		busy  []error
		want  []string
		files []string
	}{
		"with a file": {
			route: route{handle: func(context.Context, *request) (response, error) {
				time.Sleep(2 * time.Second)
				return response{Text: "hello", Files: []file{{Name: "a.txt", Data: []byte("A")}}}, nil
			}},
			busy:  []error{limited(time.Second)},
			want:  []string{"1.5s respond 5 private", "2s edit hello", "3s edit hello"},
			files: []string{"a.txt: A"},
		},
		"twice": {route: route{handle: after(2*time.Second, "hello", nil)}, busy: []error{limited(3 * time.Second), limited(time.Minute)},
			want: []string{"1.5s respond 5 private", "2s edit hello", "5s edit hello", "1m5s edit hello"}},
		"longer than Discord waits": {route: route{handle: after(2*time.Second, "hello", nil)}, busy: []error{limited(time.Hour)},
			want: []string{"1.5s respond 5 private", "2s edit hello"}},
		"another error": {route: route{handle: after(2*time.Second, "hello", nil)}, busy: []error{errors.New("boom")},
			want: []string{"1.5s respond 5 private", "2s edit hello"}},
		"an error to a shared answer": {route: route{handle: after(2*time.Second, "", refused), public: public}, busy: []error{limited(time.Second), nil, limited(time.Second)},
			want: []string{"1.5s respond 5", "2s delete", "3s delete", "3s follow up private No.", "4s follow up private No."}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &wire{start: time.Now(), busy: test.busy}
				rt := testRouter(w)
				rt.commands["x"] = test.route
				rt.serve(t.Context(), commandInteraction("x"))
				if diff := cmp.Diff(test.want, w.calls); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.files, w.files); diff != "" {
					t.Errorf("files of the last answer (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// When the bot stops, an answer that was turned away is given once more at once,
// and nothing waits any longer.
func TestServeTurnedAwayWhileStopping(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := &rateLimited{After: time.Minute, Why: "the limit is used up"}
		w := &wire{start: time.Now(), busy: []error{busy, busy, busy}}
		rt := testRouter(w)
		rt.commands["x"] = route{handle: after(2*time.Second, "hello", nil)}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		rt.serve(ctx, commandInteraction("x"))
		if diff := cmp.Diff([]string{"1.5s respond 5 private", "2s edit hello", "10s edit hello"}, w.calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

// A slow handler shows how far it has got, but not more often than Timing.Progress,
// and brings files; its route gives it more time than others have.
func TestServeProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{start: time.Now(), busy: []error{errors.New("one progress that cannot be shown")}}
		rt := testRouter(w)
		rt.commands["x"] = route{within: 3 * time.Minute, handle: func(ctx context.Context, r *request) (response, error) {
			time.Sleep(50 * time.Millisecond) // off the ticks
			for n := range 70 {
				r.progress(number(n + 1).String())
				if n == 60 {
					time.Sleep(time.Minute)
				}
				time.Sleep(100 * time.Millisecond)
			}
			return response{Text: "done", Files: []file{{Name: "a.txt", Data: []byte("A")}, {Name: "b.txt", Data: []byte("B")}}}, ctx.Err()
		}}
		rt.serve(t.Context(), commandInteraction("x"))
		want := []string{"1.5s respond 5 private", "3.5s edit 35", "5.5s edit 55", "7.5s edit 61", "1m7.05s edit done"}
		if diff := cmp.Diff(want, w.calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"a.txt: A", "b.txt: B"}, w.files); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	})
}

func TestRequestAttachment(t *testing.T) {
	t.Parallel()
	i := commandInteraction("feeds", &discordgo.ApplicationCommandInteractionDataOption{Name: "file", Type: discordgo.ApplicationCommandOptionAttachment, Value: "77"},
		&discordgo.ApplicationCommandInteractionDataOption{Name: "lost", Type: discordgo.ApplicationCommandOptionAttachment, Value: "78"})
	data := i.Data.(discordgo.ApplicationCommandInteractionData)
	data.Resolved = &discordgo.ApplicationCommandInteractionDataResolved{Attachments: map[string]*discordgo.MessageAttachment{
		"77": {Filename: "feeds.opml", URL: "https://cdn.example/feeds.opml", Size: 12}, "79": nil,
	}}
	i.Data = data
	r, _ := readRequest(i)
	if got, want := r.attachment("file"), (attachment{"feeds.opml", "https://cdn.example/feeds.opml", 12}); got != want {
		t.Errorf("attachment %+v, want %+v", got, want)
	}
	for _, name := range []string{"lost", "absent"} {
		if got := r.attachment(name); got != (attachment{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
