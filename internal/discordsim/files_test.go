package discordsim_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"tidings/internal/discordsim"
)

var importCommand = &discordgo.ApplicationCommand{
	Name: "feeds", Description: "Feeds",
	Options: []*discordgo.ApplicationCommandOption{
		{Type: discordgo.ApplicationCommandOptionSubCommand, Name: "import", Description: "Follow a list", Options: []*discordgo.ApplicationCommandOption{
			{Type: discordgo.ApplicationCommandOptionAttachment, Name: "file", Description: "The list", Required: true},
		}},
	},
}

// get downloads what an address leads to.
func (w *world) get(address string) (*http.Response, string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.ctx(), "GET", address, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, string(b)
}

func TestAttachmentOption(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	got := make(chan *discordgo.MessageAttachment, 1)
	dg := w.open(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		data := i.ApplicationCommandData()
		id, _ := data.Options[0].Options[0].Value.(string)
		got <- data.Resolved.Attachments[id]
		if err := s.InteractionRespond(i.Interaction, reply("read", 0)); err != nil {
			t.Errorf("answering: %v", err)
		}
	})
	w.register(dg, importCommand)
	w.AddFile("my list.opml", []byte("<old/>"))
	w.AddFile("my list.opml", []byte("<opml/>"))

	if _, err := w.Type(w.ctx(), w.channel.ID, "", "/feeds import file:my list.opml"); err != nil {
		t.Fatal(err)
	}
	a := <-got
	if a == nil || a.Filename != "my_list.opml" || a.Size != 7 || !a.Ephemeral || !strings.HasPrefix(a.URL, w.URL()+"/ephemeral-attachments/") {
		t.Fatalf("the bot was given %+v", a)
	}
	resp, body := w.get(a.URL)
	if body != "<opml/>" || !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") || resp.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("downloading: %d %q, %v", resp.StatusCode, body, resp.Header)
	}
	if data, ok := w.File(a.URL); !ok || string(data) != "<opml/>" {
		t.Errorf("File = %q, %v", data, ok)
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.RawQuery = ""
	if resp, body := w.get(u.String()); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an address without its signature: %d %q", resp.StatusCode, body)
	}
	if _, ok := w.File(u.String()); ok {
		t.Error("File reads an address without its signature")
	}

	run := discordsim.CommandRun{ChannelID: w.channel.ID, Name: "feeds import", Options: map[string]any{"file": discordsim.File{Name: "b.xml", Data: []byte("<b/>")}}}
	if _, err := w.RunCommand(w.ctx(), run); err != nil {
		t.Fatal(err)
	}
	if a := <-got; a == nil || a.ContentType != "application/xml; charset=utf-8" || a.Size != 4 {
		t.Errorf("the bot was given %+v", a)
	}

	w.AddFile("large.opml", make([]byte, 10<<20+1))
	var refused *discordsim.RefusedError
	for _, line := range []string{"/feeds import file:none.opml", "/feeds import file:large.opml", "/feeds import"} {
		if _, err := w.Type(w.ctx(), w.channel.ID, "", line); !errors.As(err, &refused) {
			t.Errorf("%s: %v, want a refusal", line, err)
		}
	}
}

// TestFilesAreForgotten holds that a long demo does not keep every file: the oldest
// addresses lead nowhere.
func TestFilesAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	var first, last discordsim.Message
	for range 27 {
		m, err := w.Say(w.channel.ID, w.Member().ID, "", discordsim.File{Name: "a.bin", Data: make([]byte, 10<<20)})
		if err != nil {
			t.Fatal(err)
		}
		if first.ID == "" {
			first = m
		}
		last = m
	}
	if _, ok := w.File(first.Attachments[0].URL); ok {
		t.Error("270 MB are kept")
	}
	if _, ok := w.File(last.Attachments[0].URL); !ok {
		t.Error("the last file is gone")
	}
}

// part is one file of a multipart body.
type part struct{ name, filename, data string }

// upload sends a payload and files as they stand.
func (w *world) upload(method, path, payload string, parts ...part) (*http.Response, string) {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, p := range append([]part{{name: "payload_json", data: payload}}, parts...) {
		h := textproto.MIMEHeader{}
		disposition := fmt.Sprintf(`form-data; name=%q`, p.name)
		if p.filename != "" {
			disposition += fmt.Sprintf(`; filename=%q`, p.filename)
		}
		h.Set("Content-Disposition", disposition)
		out, err := form.CreatePart(h)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := io.WriteString(out, p.data); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(w.ctx(), method, w.APIURL()+"/v10"+path, &body)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bot "+botToken)
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, string(b)
}

func TestUploadRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates})
	path := "/channels/" + w.channel.ID + "/messages"
	one := part{"files[0]", "a.txt", "a"}
	many := func(n int) (out []part) {
		for i := range n {
			out = append(out, part{fmt.Sprintf("files[%d]", i), fmt.Sprintf("%d.txt", i), "x"})
		}
		return out
	}
	for _, tc := range []struct {
		name    string
		payload string
		parts   []part
		status  int
		code    int
		want    string   // the fault's place and code
		files   []string // of the message
	}{
		{"a file alone", `{}`, []part{one}, 200, 0, "", []string{"a.txt"}},
		{"named in the list", `{"attachments":[{"id":0,"filename":"b c.txt","description":"d"}]}`, []part{one}, 200, 0, "", []string{"b_c.txt"}},
		{"an id as text", `{"attachments":[{"id":"0"}]}`, []part{one}, 200, 0, "", []string{"a.txt"}},
		{"ten files", `{}`, many(10), 200, 0, "", []string{"0.txt", "1.txt", "2.txt", "3.txt", "4.txt", "5.txt", "6.txt", "7.txt", "8.txt", "9.txt"}},
		{"eleven files", `{}`, many(11), 400, 50035, "attachments:BASE_TYPE_MAX_LENGTH", nil},
		{"a list of eleven", `{"attachments":[` + strings.Repeat(`{"id":0},`, 10) + `{"id":0}]}`, []part{one}, 400, 50035, "attachments:BASE_TYPE_MAX_LENGTH", nil},
		{"an id without its file", `{"attachments":[{"id":0},{"id":1}]}`, []part{one}, 400, 50035, "attachments.1:ATTACHMENT_NOT_FOUND", nil},
		{"no id", `{"attachments":[{"filename":"a"}]}`, []part{one}, 400, 50035, "attachments.0.id:BASE_TYPE_REQUIRED", nil},
		{"an empty name", `{"attachments":[{"id":0,"filename":""}]}`, []part{one}, 400, 50035, "attachments.0.filename:BASE_TYPE_REQUIRED", nil},
		{"a long description", `{"attachments":[{"id":0,"description":"` + x(1025) + `"}]}`, []part{one}, 400, 50035, "attachments.0.description:BASE_TYPE_MAX_LENGTH", nil},
		{"10 MiB", `{}`, []part{{"files[0]", "a", strings.Repeat("a", 10<<20)}}, 200, 0, "", []string{"a"}},
		{"more than 10 MiB", `{}`, []part{{"files[0]", "a", strings.Repeat("a", 10<<20+1)}}, 413, 40005, "", nil},
		{"30 MiB in all", `{}`, []part{{"files[0]", "a", strings.Repeat("a", 10<<20)}, {"files[1]", "a", strings.Repeat("a", 10<<20)}, {"files[2]", "a", strings.Repeat("a", 10<<20)}}, 413, 40005, "", nil},
		{"a part of another name", `{}`, []part{{"upload", "a.txt", "a"}}, 400, 50006, "", nil},
		{"a path as a name", `{}`, []part{{"files[0]", `..\..\etc/pass wörd`, "a"}}, 200, 0, "", []string{"pass_wrd"}},
		{"a hidden name", `{}`, []part{{"files[0]", "..", "a"}}, 200, 0, "", []string{"unknown"}},
	} {
		resp, body := w.upload("POST", path, tc.payload, tc.parts...)
		ans := decode(t, body)
		if got := strings.Join(faultCodes(ans.Errors, ""), " "); resp.StatusCode != tc.status || ans.Code != tc.code || got != tc.want {
			t.Errorf("%s: %d %.300s, want %d %d %s", tc.name, resp.StatusCode, body, tc.status, tc.code, tc.want)
			continue
		}
		if tc.status != http.StatusOK {
			continue
		}
		list := w.Messages(w.channel.ID)
		if diff := cmp.Diff(tc.files, filenames(list[len(list)-1])); diff != "" {
			t.Errorf("%s: files (-want +got):\n%s", tc.name, diff)
		}
	}
}

func filenames(m discordsim.Message) []string {
	var out []string
	for _, a := range m.Attachments {
		out = append(out, a.Filename)
	}
	return out
}

// TestUploadsInAnswers uploads wherever an answer takes files, and edits what a
// message has.
func TestUploadsInAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	file := func(name string) []*discordgo.File {
		return []*discordgo.File{{Name: name, ContentType: "text/x-opml", Reader: strings.NewReader("<" + name + "/>")}}
	}
	in := make(chan *discordgo.Interaction, 1)
	dg := w.open(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		var answer *discordgo.InteractionResponse
		if i.ApplicationCommandData().Options[0].Options[0].StringValue() == "now" {
			answer = reply("", discordgo.MessageFlagsEphemeral)
			answer.Data.Files = file("now.opml")
		} else {
			answer = &discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource}
		}
		if err := s.InteractionRespond(i.Interaction, answer); err != nil {
			t.Errorf("answering: %v", err)
		}
		if answer.Data == nil {
			if _, err := s.InteractionResponseEdit(i.Interaction, &discordgo.WebhookEdit{Content: ptr("Here you are"), Files: file("later.opml")}); err != nil {
				t.Errorf("editing: %v", err)
			}
		}
		in <- i.Interaction
	})
	w.register(dg, feedsCommand)

	r, err := w.Type(w.ctx(), w.channel.ID, "", "/feeds add url:now")
	if err != nil || !slices.Equal(filenames(r.Message), []string{"now.opml"}) || r.Message.Attachments[0].ContentType != "text/x-opml" {
		t.Fatalf("at once: %+v, %v", r.Message, err)
	}
	if data, ok := w.File(r.Message.Attachments[0].URL); !ok || string(data) != "<now.opml/>" {
		t.Errorf("the file is %q, %v", data, ok)
	}
	<-in
	r, err = w.Type(w.ctx(), w.channel.ID, "", "/feeds add url:later")
	if err != nil || !slices.Equal(filenames(r.Message), []string{"later.opml"}) {
		t.Fatalf("later: %+v, %v", r.Message, err)
	}
	i := <-in
	m, err := dg.FollowupMessageCreate(i, true, &discordgo.WebhookParams{Files: file("more.opml")})
	if err != nil || len(m.Attachments) != 1 {
		t.Fatalf("a follow-up: %+v, %v", m, err)
	}

	// A list says what stays; without one, what there is stays and the new is added.
	edited, err := dg.FollowupMessageEdit(i, m.ID, &discordgo.WebhookEdit{Files: file("second.opml")})
	if err != nil || len(edited.Attachments) != 2 {
		t.Fatalf("adding: %+v, %v", edited, err)
	}
	edited, err = dg.FollowupMessageEdit(i, m.ID, &discordgo.WebhookEdit{Attachments: &[]*discordgo.MessageAttachment{{ID: edited.Attachments[1].ID, Filename: "second.opml"}}})
	if err != nil || len(edited.Attachments) != 1 || edited.Attachments[0].Filename != "second.opml" {
		t.Fatalf("keeping one: %+v, %v", edited, err)
	}
	if _, err := dg.FollowupMessageEdit(i, m.ID, &discordgo.WebhookEdit{Attachments: &[]*discordgo.MessageAttachment{{ID: m.Attachments[0].ID, Filename: "more.opml"}}}); restCode(err) != 50035 {
		t.Errorf("keeping what is gone: %v, want 50035", err)
	}
	if _, err := dg.FollowupMessageEdit(i, m.ID, &discordgo.WebhookEdit{Attachments: &[]*discordgo.MessageAttachment{}}); restCode(err) != 50006 {
		t.Errorf("keeping nothing: %v, want 50006", err)
	}
}
