package discordsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/discordsim"
)

// noRates are limits under which a test may send as much as it likes.
var noRates = discordsim.Limits{Off: true}

// faultCodes flattens the errors of an answer: "embeds.0.title:BASE_TYPE_MAX_LENGTH".
func faultCodes(v any, path string) []string {
	m, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	var out []string
	for k, child := range m {
		if k == "_errors" {
			for _, e := range child.([]any) {
				out = append(out, path+":"+e.(map[string]any)["code"].(string))
			}
			continue
		}
		at := k
		if path != "" {
			at = path + "." + k
		}
		out = append(out, faultCodes(child, at)...)
	}
	slices.Sort(out)
	return out
}

type answer struct {
	Message string
	Code    int
	Errors  map[string]any
}

func decode(t *testing.T, body string) answer {
	t.Helper()
	var a answer
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("the answer is no JSON: %v: %s", err, body)
	}
	return a
}

func x(n int) string { return strings.Repeat("ü", n) }

func buttons(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(`{"type":2,"style":1,"label":"b","custom_id":"b%d"}`, i))
	}
	return strings.Join(out, ",")
}

func row(inner string) string { return `{"components":[{"type":1,"components":[` + inner + `]}]}` }

func TestMessageLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates})
	embed := func(s string) string { return `{"embeds":[` + s + `]}` }
	for _, tc := range []struct {
		name string
		body string
		code int    // 0 when it is accepted
		want string // the fault's place and code
	}{
		{"content of 2000", `{"content":"` + x(2000) + `"}`, 0, ""},
		{"content of 2001", `{"content":"` + x(2001) + `"}`, 50035, "content:BASE_TYPE_MAX_LENGTH"},
		{"nothing", `{}`, 50006, ""},
		{"spaces", `{"content":" \n "}`, 50006, ""},
		{"no JSON", `{"content":`, 50109, ""},
		{"two JSON values", `{"content":"a"} {}`, 50109, ""},
		{"a list", `[]`, 50035, ":MODEL_TYPE_CONVERT"},
		{"content that is a list", `{"content":["a"]}`, 50035, "content:STRING_TYPE_CONVERT"},
		{"11 embeds", `{"embeds":[` + strings.TrimSuffix(strings.Repeat(`{"title":"a"},`, 11), ",") + `]}`, 50035, "embeds:BASE_TYPE_MAX_LENGTH"},
		{"embeds that are an object", `{"embeds":{}}`, 50035, "embeds:LIST_TYPE_CONVERT"},
		{"title of 256", embed(`{"title":"` + x(256) + `"}`), 0, ""},
		{"title of 257", embed(`{"title":"` + x(257) + `"}`), 50035, "embeds.0.title:BASE_TYPE_MAX_LENGTH"},
		{"description of 4097", embed(`{"description":"` + x(4097) + `"}`), 50035, "embeds.0.description:BASE_TYPE_MAX_LENGTH"},
		{"26 fields", embed(`{"fields":[` + strings.TrimSuffix(strings.Repeat(`{"name":"a","value":"b"},`, 26), ",") + `]}`), 50035, "embeds.0.fields:BASE_TYPE_MAX_LENGTH"},
		{"field name of 257", embed(`{"fields":[{"name":"` + x(257) + `","value":"b"}]}`), 50035, "embeds.0.fields.0.name:BASE_TYPE_MAX_LENGTH"},
		{"field value of 1025", embed(`{"fields":[{"name":"a","value":"` + x(1025) + `"}]}`), 50035, "embeds.0.fields.0.value:BASE_TYPE_MAX_LENGTH"},
		{"field without value", embed(`{"fields":[{"name":"a","value":" "}]}`), 50035, "embeds.0.fields.0.value:BASE_TYPE_REQUIRED"},
		{"footer of 2049", embed(`{"footer":{"text":"` + x(2049) + `"}}`), 50035, "embeds.0.footer.text:BASE_TYPE_MAX_LENGTH"},
		{"author of 257", embed(`{"author":{"name":"` + x(257) + `"}}`), 50035, "embeds.0.author.name:BASE_TYPE_MAX_LENGTH"},
		{"author without name", embed(`{"author":{"url":"https://example.com"}}`), 50035, "embeds.0.author.name:BASE_TYPE_REQUIRED"},
		{"6000 in all", `{"embeds":[{"description":"` + x(4000) + `"},{"description":"` + x(2000) + `"}]}`, 0, ""},
		{"6001 in all", `{"embeds":[{"description":"` + x(4000) + `"},{"description":"` + x(2001) + `"}]}`, 50035, "embeds:MAX_EMBED_SIZE_EXCEEDED"},
		{"empty embed", embed(`{}`), 50035, "embeds.0.description:BASE_TYPE_REQUIRED"},
		{"embed with another scheme", embed(`{"title":"a","url":"ftp://example.com"}`), 50035, "embeds.0.url:URL_TYPE_INVALID_SCHEME"},
		{"embed with no address", embed(`{"title":"a","url":"example"}`), 50035, "embeds.0.url:URL_TYPE_INVALID_SCHEME"},
		{"embed with a bad address", embed(`{"title":"a","url":"https://"}`), 50035, "embeds.0.url:URL_TYPE_INVALID_URL"},
		{"embed with a javascript image", embed(`{"title":"a","image":{"url":"javascript:alert(1)"}}`), 50035, "embeds.0.image.url:URL_TYPE_INVALID_SCHEME"},
		{"embed with a data thumbnail", embed(`{"title":"a","thumbnail":{"url":"data:image/png;base64,AA"}}`), 50035, "embeds.0.thumbnail.url:URL_TYPE_INVALID_SCHEME"},
		{"embed address of 2049", embed(`{"title":"a","url":"https://example.com/` + strings.Repeat("a", 2029) + `"}`), 50035, "embeds.0.url:BASE_TYPE_MAX_LENGTH"},
		{"embed with a bad time", embed(`{"title":"a","timestamp":"yesterday"}`), 50035, "embeds.0.timestamp:DATE_TIME_TYPE_PARSE"},
		{"embed with too much colour", embed(`{"title":"a","color":16777216}`), 50035, "embeds.0.color:NUMBER_TYPE_MAX"},

		{"5 buttons", row(buttons(5)), 0, ""},
		{"6 buttons", row(buttons(6)), 50035, "components.0.components:BASE_TYPE_MAX_LENGTH"},
		{"6 rows", `{"components":[` + strings.TrimSuffix(strings.Repeat(`{"type":1,"components":[{"type":2,"style":5,"label":"a","url":"https://example.com"}]},`, 6), ",") + `]}`, 50035, "components:BASE_TYPE_MAX_LENGTH"},
		{"empty row", row(``), 50035, "components.0.components:BASE_TYPE_BAD_LENGTH"},
		{"a button without its row", `{"components":[` + buttons(1) + `]}`, 50035, "components.0.type:UNION_TYPE_CHOICES"},
		{"an unknown component", `{"components":[{"type":99}]}`, 50035, "components.0.type:UNION_TYPE_CHOICES"},
		{"a text input in a message", row(`{"type":4,"custom_id":"a","label":"a","style":1}`), 50035, "components.0.components.0.type:UNION_TYPE_CHOICES"},
		{"custom id of 101", row(`{"type":2,"style":1,"label":"a","custom_id":"` + x(101) + `"}`), 50035, "components.0.components.0.custom_id:BASE_TYPE_BAD_LENGTH"},
		{"no custom id", row(`{"type":2,"style":1,"label":"a"}`), 50035, "components.0.components.0.custom_id:BASE_TYPE_REQUIRED"},
		{"the same custom id twice", row(`{"type":2,"style":1,"label":"a","custom_id":"a"},{"type":2,"style":1,"label":"b","custom_id":"a"}`), 50035, "components.0.components.1.custom_id:COMPONENT_CUSTOM_ID_DUPLICATED"},
		{"label of 81", row(`{"type":2,"style":1,"custom_id":"a","label":"` + x(81) + `"}`), 50035, "components.0.components.0.label:BASE_TYPE_MAX_LENGTH"},
		{"no label", row(`{"type":2,"style":1,"custom_id":"a"}`), 50035, "components.0.components.0:BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED"},
		{"a style that does not exist", row(`{"type":2,"style":7,"custom_id":"a","label":"a"}`), 50035, "components.0.components.0.style:BASE_TYPE_CHOICES"},
		{"link to discord", row(`{"type":2,"style":5,"label":"a","url":"discord://-/users/1"}`), 0, ""},
		{"link to javascript", row(`{"type":2,"style":5,"label":"a","url":"javascript:alert(1)"}`), 50035, "components.0.components.0.url:URL_TYPE_INVALID_SCHEME"},
		{"link of 513", row(`{"type":2,"style":5,"label":"a","url":"https://example.com/` + strings.Repeat("a", 493) + `"}`), 50035, "components.0.components.0.url:BASE_TYPE_MAX_LENGTH"},
		{"link with a custom id", row(`{"type":2,"style":5,"label":"a","url":"https://example.com","custom_id":"a"}`), 50035, "components.0.components.0.custom_id:BUTTON_COMPONENT_CUSTOM_ID_AND_URL"},
		{"a word as emoji", row(`{"type":2,"style":1,"custom_id":"a","emoji":{"name":"smile"}}`), 50035, "components.0.components.0.emoji.name:BUTTON_COMPONENT_INVALID_EMOJI"},
		{"26 options", row(`{"type":3,"custom_id":"a","options":[` + options(26) + `]}`), 50035, "components.0.components.0.options:BASE_TYPE_MAX_LENGTH"},
		{"25 options", row(`{"type":3,"custom_id":"a","options":[` + options(25) + `]}`), 0, ""},
		{"no options", row(`{"type":3,"custom_id":"a"}`), 50035, "components.0.components.0.options:BASE_TYPE_REQUIRED"},
		{"the same option twice", row(`{"type":3,"custom_id":"a","options":[{"label":"a","value":"a"},{"label":"b","value":"a"}]}`), 50035, "components.0.components.0.options.1.value:SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"},
		{"a menu beside a button", row(buttons(1) + `,{"type":3,"custom_id":"a","options":[` + options(1) + `]}`), 50035, "components.0.components.1:COMPONENT_LAYOUT_WIDTH_EXCEEDED"},

		{"text component without the flag", `{"components":[{"type":10,"content":"a"}]}`, 50035, "components.0.type:UNION_TYPE_CHOICES"},
		{"text component with the flag", `{"flags":32768,"components":[{"type":10,"content":"a"},{"type":14},{"type":17,"components":[{"type":10,"content":"b"}]}]}`, 0, ""},
		{"content beside the flag", `{"flags":32768,"content":"a","components":[{"type":10,"content":"a"}]}`, 50035, "content:MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"},
		{"41 components", `{"flags":32768,"components":[{"type":17,"components":[` + strings.TrimSuffix(strings.Repeat(`{"type":10,"content":"a"},`, 40), ",") + `]}]}`, 50035, "components:BASE_TYPE_MAX_LENGTH"},

		{"nonce of 25", `{"content":"a","nonce":"` + x(25) + `"}`, 0, ""},
		{"nonce of 26", `{"content":"a","nonce":"` + x(26) + `"}`, 50035, "nonce:BASE_TYPE_MAX_LENGTH"},
		{"mention of a kind that does not exist", `{"content":"a","allowed_mentions":{"parse":["all"]}}`, 50035, "allowed_mentions.parse.0:BASE_TYPE_CHOICES"},
		{"mention by kind and by id", `{"content":"a","allowed_mentions":{"parse":["roles"],"roles":["1"]}}`, 50035, "allowed_mentions:MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
		{"mention of no id", `{"content":"a","allowed_mentions":{"parse":[],"roles":["x"]}}`, 50035, "allowed_mentions.roles.0:NUMBER_TYPE_COERCE"},
		{"reply to nothing", `{"content":"a","message_reference":{"message_id":"1"}}`, 50035, "message_reference:MESSAGE_REFERENCE_UNKNOWN_MESSAGE"},
		{"reply to nothing, if need be", `{"content":"a","message_reference":{"message_id":"1","fail_if_not_exists":false}}`, 0, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			resp, body := w.raw("POST", "/channels/"+w.channel.ID+"/messages", tc.body)
			if tc.code == 0 {
				if resp.StatusCode != http.StatusOK {
					t.Errorf("refused: %d %s", resp.StatusCode, body)
				}
				return
			}
			a := decode(t, body)
			if resp.StatusCode != http.StatusBadRequest || a.Code != tc.code {
				t.Fatalf("%d %s, want code %d", resp.StatusCode, body, tc.code)
			}
			if got := strings.Join(faultCodes(a.Errors, ""), " "); got != tc.want {
				t.Errorf("faults %s, want %s", got, tc.want)
			}
		})
	}
}

func options(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(`{"label":"o","value":"%d"}`, i))
	}
	return strings.Join(out, ",")
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	resp, body := w.raw("POST", "/channels/"+w.channel.ID+"/messages",
		`{"content":"`+x(2001)+`","embeds":[{"title":"a"},{"title":"`+x(257)+`"}]}`)
	a := decode(t, body)
	want := []string{"content:BASE_TYPE_MAX_LENGTH", "embeds.1.title:BASE_TYPE_MAX_LENGTH"}
	if got := faultCodes(a.Errors, ""); resp.StatusCode != 400 || a.Message != "Invalid Form Body" || !slices.Equal(got, want) {
		t.Errorf("%d %q %v, want %v", resp.StatusCode, a.Message, got, want)
	}
}

func TestCommandLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates})
	path := "/applications/" + w.ApplicationID() + "/commands"
	cmd := func(extra string) string { return `[{"name":"news","description":"d"` + extra + `}]` }
	opts := func(list string) string { return cmd(`,"options":[` + list + `]`) }
	many := func(n int, one string) string {
		var out []string
		for i := range n {
			out = append(out, strings.ReplaceAll(one, "%", strconv.Itoa(i)))
		}
		return strings.Join(out, ",")
	}
	for _, tc := range []struct {
		name string
		body string
		code int
		want string
	}{
		{"plain", cmd(""), 0, ""},
		{"in another script", `[{"name":"новости","description":"d"}]`, 0, ""},
		{"capital letter", `[{"name":"News","description":"d"}]`, 50035, "0.name:APPLICATION_COMMAND_INVALID_NAME"},
		{"space", `[{"name":"the news","description":"d"}]`, 50035, "0.name:APPLICATION_COMMAND_INVALID_NAME"},
		{"name of 33", `[{"name":"` + x(33) + `","description":"d"}]`, 50035, "0.name:APPLICATION_COMMAND_INVALID_NAME 0.name:BASE_TYPE_BAD_LENGTH"},
		{"no description", `[{"name":"news"}]`, 50035, "0.description:BASE_TYPE_REQUIRED"},
		{"description of 101", `[{"name":"news","description":"` + x(101) + `"}]`, 50035, "0.description:BASE_TYPE_BAD_LENGTH"},
		{"twice", `[{"name":"news","description":"d"},{"name":"news","description":"d"}]`, 50035, "1.name:APPLICATION_COMMANDS_DUPLICATE_NAME"},
		{"permissions as a string", cmd(`,"default_member_permissions":"32"`), 0, ""},
		{"permissions as a word", cmd(`,"default_member_permissions":"manage"`), 50035, "0.default_member_permissions:NUMBER_TYPE_COERCE"},
		{"a language that does not exist", cmd(`,"description_localizations":{"xx":"d"}`), 50035, "0.description_localizations.xx:ENUM_TYPE_COERCE"},
		{"a language", cmd(`,"description_localizations":{"de":"Neuigkeiten"}`), 0, ""},
		{"26 options", opts(many(26, `{"type":3,"name":"o%","description":"d"}`)), 50035, "0.options:BASE_TYPE_MAX_LENGTH"},
		{"26 choices", opts(`{"type":3,"name":"o","description":"d","choices":[` + many(26, `{"name":"c%","value":"%"}`) + `]}`), 50035, "0.options.0.choices:BASE_TYPE_MAX_LENGTH"},
		{"required after optional", opts(`{"type":3,"name":"a","description":"d"},{"type":3,"name":"b","description":"d","required":true}`), 50035, "0.options.1.required:APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"},
		{"the same option twice", opts(`{"type":3,"name":"a","description":"d"},{"type":3,"name":"a","description":"d"}`), 50035, "0.options.1.name:APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"},
		{"autocomplete beside choices", opts(`{"type":3,"name":"a","description":"d","autocomplete":true,"choices":[{"name":"a","value":"a"}]}`), 50035, "0.options.0.autocomplete:APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES"},
		{"an option of no type", opts(`{"type":12,"name":"a","description":"d"}`), 50035, "0.options.0.type:BASE_TYPE_CHOICES"},
		{"a choice of the wrong type", opts(`{"type":4,"name":"a","description":"d","choices":[{"name":"a","value":"a"}]}`), 50035, "0.options.0.choices.0.value:NUMBER_TYPE_COERCE"},
		{"subcommands beside options", opts(`{"type":1,"name":"a","description":"d"},{"type":3,"name":"b","description":"d"}`), 50035, "0.options:APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"},
		{"nested too deep", opts(`{"type":1,"name":"a","description":"d","options":[{"type":1,"name":"b","description":"d"}]}`), 50035, "0.options.0.options.0.type:BASE_TYPE_CHOICES"},
		{"8000 characters", opts(`{"type":3,"name":"o","description":"d","choices":[` + many(25, `{"name":"`+strings.Repeat("n", 98)+`%","value":"`+strings.Repeat("v", 98)+`%"}`) + `]},{"type":3,"name":"p","description":"d","choices":[` + many(25, `{"name":"`+strings.Repeat("n", 98)+`%","value":"`+strings.Repeat("v", 98)+`%"}`) + `]}`), 50035, "0:APPLICATION_COMMAND_TOO_LARGE"},
		{"101 commands", "[" + many(101, `{"name":"c%","description":"d"}`) + "]", 30032, ""},
		{"no list", `{"name":"news"}`, 50035, ":LIST_TYPE_CONVERT"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			resp, body := w.raw("PUT", path, tc.body)
			if tc.code == 0 {
				if resp.StatusCode != http.StatusOK {
					t.Errorf("refused: %d %s", resp.StatusCode, body)
				}
				return
			}
			a := decode(t, body)
			if resp.StatusCode != http.StatusBadRequest || a.Code != tc.code {
				t.Fatalf("%d %s, want code %d", resp.StatusCode, body, tc.code)
			}
			if got := strings.Join(faultCodes(a.Errors, ""), " "); got != tc.want {
				t.Errorf("faults %s, want %s", got, tc.want)
			}
		})
	}
}

func TestCommandsKeepTheirIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: discordsim.Limits{CommandCreates: 3}})
	dg := w.session()
	w.register(dg, subscribeCommand, feedsCommand)
	before := w.Commands()
	w.register(dg, feedsCommand, subscribeCommand)
	after := w.Commands()
	if before[0].ID != after[1].ID || before[0].Version == after[1].Version {
		t.Errorf("overwriting changed %s/%s into %s/%s", before[0].ID, before[0].Version, after[1].ID, after[1].Version)
	}
	if len(after[0].Options) != 2 || after[0].Options[1].Options[0].Name != "feed" || !after[0].Options[1].Options[0].Autocomplete {
		t.Errorf("options = %+v", after[0].Options)
	}
	got, err := dg.ApplicationCommands(w.ApplicationID(), "")
	if err != nil || len(got) != 2 || *got[1].DefaultMemberPermissions != 32 {
		t.Errorf("commands = %+v, %v", got, err)
	}
	guildOnly, err := dg.ApplicationCommandCreate(w.ApplicationID(), w.guild.ID, feedsCommand)
	if err != nil || guildOnly.GuildID != w.guild.ID {
		t.Errorf("a guild's command = %+v, %v", guildOnly, err)
	}
	if err := dg.ApplicationCommandDelete(w.ApplicationID(), w.guild.ID, guildOnly.ID); err != nil {
		t.Error(err)
	}
	if _, err := dg.ApplicationCommandBulkOverwrite(w.ApplicationID(), "", []*discordgo.ApplicationCommand{}); err != nil {
		t.Fatal(err)
	}
	if n := len(w.Commands()); n != 0 {
		t.Errorf("%d commands are left", n)
	}
	_, err = dg.ApplicationCommandBulkOverwrite(w.ApplicationID(), "", nil)
	if restCode(err) != 50035 {
		t.Errorf("overwriting with null: %v, want 50035", err)
	}
	if _, err := dg.ApplicationCommandCreate(w.ApplicationID(), "", feedsCommand); err != nil {
		t.Errorf("the third creation: %v", err)
	}
	if _, err := dg.ApplicationCommandCreate(w.ApplicationID(), "", subscribeCommand); restCode(err) != 30034 {
		t.Errorf("the fourth creation of a day: %v, want 30034", err)
	}
}
