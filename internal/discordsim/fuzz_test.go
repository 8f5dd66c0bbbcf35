package discordsim_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"tidings/internal/discordsim"
)

// serve sends a request straight to the handler.
func serve(s *discordsim.Server, method, path, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, "/api/v10"+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bot any")
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, req)
	return rec
}

// FuzzBodies holds that every body is either taken or refused with one of Discord's
// answers, whatever it says.
func FuzzBodies(f *testing.F) {
	for _, body := range []string{
		`{"content":"a","nonce":"1","enforce_nonce":true}`,
		`{"embeds":[{"title":"a","url":"https://example.com","fields":[{"name":"a","value":"b"}],"color":1}]}`,
		`{"components":[{"type":1,"components":[{"type":2,"style":1,"label":"a","custom_id":"a"}]}],"allowed_mentions":{"parse":[],"roles":["1"]}}`,
		`{"flags":32768,"components":[{"type":17,"accent_color":1,"components":[{"type":9,"components":[{"type":10,"content":"a"}],"accessory":{"type":11,"media":{"url":"https://example.com/a"}}}]}]}`,
		`{"content":"a","attachments":[{"id":0,"filename":"a.txt","description":"d"},{"id":"1"}]}`,
		`[{"type":3,"name":"Summarize Link"},{"type":3,"name":"Summarize Link","description":"d"}]`,
		`[{"name":"news","description":"d","options":[{"type":1,"name":"a","description":"d","options":[{"type":3,"name":"b","description":"d","choices":[{"name":"a","value":"b"}]}]}]}]`,
		`[{"name":"a","description":"d","name_localizations":{"_errors":"x","de":1},"default_member_permissions":-1}]`,
	} {
		f.Add(body)
	}
	s := discordsim.New(discordsim.Config{Limits: discordsim.Limits{Off: true, CommandCreates: 1 << 30}, KeepMessages: 100})
	g := s.AddGuild(discordsim.GuildSpec{Name: "Fuzz"})
	ch := s.AddChannel(g.ID, discordsim.ChannelSpec{Name: "c"})
	f.Fuzz(func(t *testing.T, body string) {
		for _, r := range [][2]string{{"POST", "/channels/" + ch.ID + "/messages"}, {"PUT", "/applications/" + s.ApplicationID() + "/commands"}} {
			if rec := serve(s, r[0], r[1], body); rec.Code != http.StatusOK && rec.Code != http.StatusBadRequest {
				t.Errorf("%s: %d %s", r[1], rec.Code, rec.Body)
			}
		}
	})
}

// FuzzUpload holds that every multipart body is taken or refused with one of
// Discord's answers, and that a file that was taken is kept under a name that is
// safe in an address.
func FuzzUpload(f *testing.F) {
	f.Add("payload_json", "", `{"attachments":[{"id":0}]}`, "files[0]", "a b.txt", "text")
	f.Add("files[0]", `..\..\x.opml`, "<opml/>", "payload_json", "", `{}`)
	f.Add("files[-1]", "a", "a", "files[99999999999999999999]", "", "")
	safe := regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$`)
	s := discordsim.New(discordsim.Config{Limits: discordsim.Limits{Off: true}, BotPermissions: discordsim.AllPermissions, KeepMessages: 100})
	g := s.AddGuild(discordsim.GuildSpec{Name: "Fuzz"})
	ch := s.AddChannel(g.ID, discordsim.ChannelSpec{Name: "c"})
	f.Fuzz(func(t *testing.T, field1, name1, data1, field2, name2, data2 string) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for _, p := range [][3]string{{field1, name1, data1}, {field2, name2, data2}, {"payload_json", "", `{"content":"a"}`}} {
			w, err := form.CreateFormFile(p[0], p[1])
			if err != nil {
				return
			}
			io.WriteString(w, p[2]) // a bytes.Buffer takes everything
		}
		form.Close()
		req := httptest.NewRequest("POST", "/api/v10/channels/"+ch.ID+"/messages", &body)
		req.Header.Set("Authorization", "Bot any")
		req.Header.Set("Content-Type", form.FormDataContentType())
		rec := httptest.NewRecorder()
		s.Handler().ServeHTTP(rec, req)
		if rec.Code != http.StatusOK && rec.Code != http.StatusBadRequest {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		list := s.Messages(ch.ID)
		if rec.Code != http.StatusOK {
			return
		}
		for _, a := range list[len(list)-1].Attachments {
			if _, ok := s.File(a.URL); !ok || !safe.MatchString(a.Filename) {
				t.Errorf("the attachment %q at %s cannot be downloaded or is not safe", a.Filename, a.URL)
			}
		}
	})
}

// FuzzParseCommand holds that a line either names a registered command and its
// options or is refused.
func FuzzParseCommand(f *testing.F) {
	for _, line := range []string{`/subscribe query:xiaomi (us OR "united states") channel:#phones`, "/feeds add url:", "/feeds", "/", "/subscribe a b c", "/subscribe query:query:query:"} {
		f.Add(line)
	}
	s := discordsim.New(discordsim.Config{})
	g := s.AddGuild(discordsim.GuildSpec{Name: "Fuzz"})
	ch := s.AddChannel(g.ID, discordsim.ChannelSpec{Name: "c"})
	rec := serve(s, "PUT", "/applications/"+s.ApplicationID()+"/commands", `[
		{"name":"subscribe","description":"d","options":[{"type":3,"name":"query","description":"d","required":true},{"type":7,"name":"channel","description":"d"}]},
		{"name":"feeds","description":"d","options":[{"type":1,"name":"add","description":"d","options":[{"type":3,"name":"url","description":"d"}]}]}]`)
	if rec.Code != http.StatusOK {
		f.Fatal(rec.Body)
	}
	known := map[string]bool{"query": true, "channel": true, "url": true}
	f.Fuzz(func(t *testing.T, line string) {
		run, err := s.ParseCommand(ch.ID, line)
		if err != nil {
			return
		}
		if run.Name != "subscribe" && run.Name != "feeds" && run.Name != "feeds add" {
			t.Errorf("%q names the command %q", line, run.Name)
		}
		for name := range run.Options {
			if !known[name] {
				t.Errorf("%q has the option %q", line, name)
			}
		}
	})
}

func BenchmarkCreateMessage(b *testing.B) {
	s := discordsim.New(discordsim.Config{Limits: discordsim.Limits{Off: true}, KeepMessages: 1000})
	g := s.AddGuild(discordsim.GuildSpec{Name: "Bench"})
	ch := s.AddChannel(g.ID, discordsim.ChannelSpec{Name: "c"})
	for b.Loop() {
		rec := serve(s, "POST", "/channels/"+ch.ID+"/messages", `{"embeds":[{"title":"a","description":"b","url":"https://example.com"}]}`)
		if rec.Code != http.StatusOK {
			b.Fatal(rec.Body)
		}
	}
}
