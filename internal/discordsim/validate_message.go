package discordsim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Documented limits of a message.
const (
	maxContent    = 2000
	maxEmbeds     = 10
	maxEmbedTotal = 6000
	maxNonce      = 25
)

// draft is a message as a bot describes it: in a creation, an edit or the answer
// to an interaction. Pointers are nil where the body did not say.
type draft struct {
	content    *string // trimmed
	embeds     *[]Embed
	components *[]Component
	mentions   *AllowedMentions
	flags      *int
	tts        bool
	raw        string // content before trimming

	nonce        json.RawMessage
	nonceKey     string
	enforceNonce bool
	reference    *MessageReference
	mustExist    bool // the reference

	at          field            // of attachments, for faults
	attachments *[]attachmentRef // what stays and what the files are
	files       []upload
}

// readDraft reads and checks what creations, edits and answers have in common.
func readDraft(v field, files []upload) draft {
	d := draft{files: files, at: v.at("attachments")}
	if !v.object() {
		return d
	}
	if c := v.at("content"); c.present {
		d.raw = c.text(maxContent)
		trimmed := strings.TrimSpace(d.raw)
		d.content = &trimmed
	}
	if c := v.at("flags"); c.given() {
		d.flags = c.pointer(0, 1<<31-1)
	}
	v2 := d.flags != nil && *d.flags&FlagComponentsV2 != 0
	if c := v.at("embeds"); c.present {
		list := readEmbeds(c)
		d.embeds = &list
	}
	if c := v.at("components"); c.present {
		list := readComponents(c, v2)
		d.components = &list
	}
	if c := v.at("allowed_mentions"); c.given() {
		d.mentions = readMentions(c)
	}
	d.attachments = readAttachments(d.at)
	d.tts = v.at("tts").boolean()
	d.readNonce(v)
	if c := v.at("message_reference"); c.given() && c.object() {
		d.reference = &MessageReference{
			Type:      c.at("type").number(0, 1),
			MessageID: c.at("message_id").snowflake(),
			ChannelID: c.at("channel_id").snowflake(),
			GuildID:   c.at("guild_id").snowflake(),
		}
		exists := c.at("fail_if_not_exists")
		d.mustExist = !exists.given() || exists.boolean()
		c.at("message_id").required()
	}
	if v2 {
		d.refuseBesideV2(v)
	}
	return d
}

func (d *draft) readNonce(v field) {
	n := v.at("nonce")
	switch x := n.value.(type) {
	case nil:
	case string:
		if utf8.RuneCountInString(x) > maxNonce {
			n.fail("BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", maxNonce)
		}
		d.nonceKey = x
	case json.Number:
		n.integer(-1<<63, 1<<63-1)
		d.nonceKey = x.String()
	default:
		n.fail("NONCE_TYPE_INVALID", "Nonce must be a string or an integer.")
	}
	if d.nonceKey != "" {
		d.nonce, _ = json.Marshal(n.value)
	}
	d.enforceNonce = v.at("enforce_nonce").boolean()
}

// refuseBesideV2 refuses what may not stand beside the flag for the newer
// components: https://discord.com/developers/docs/components/reference.
func (d *draft) refuseBesideV2(v field) {
	const code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
	for name, used := range map[string]bool{
		"content": d.content != nil && *d.content != "",
		"embeds":  d.embeds != nil && len(*d.embeds) > 0,
		"poll":    v.at("poll").given(),
	} {
		if used {
			v.at(name).fail(code, "The '%s' field cannot be used when using MessageFlags.IS_COMPONENTS_V2", name)
		}
	}
}

// empty reports whether a new message of this draft would show nothing.
func (d *draft) empty() bool {
	return (d.content == nil || *d.content == "") &&
		(d.embeds == nil || len(*d.embeds) == 0) &&
		(d.components == nil || len(*d.components) == 0) &&
		len(d.files) == 0
}

func readEmbeds(v field) []Embed {
	list := v.list(maxEmbeds)
	out := make([]Embed, 0, len(list))
	total := 0
	for _, e := range list {
		if !e.object() {
			continue
		}
		embed, n := readEmbed(e)
		total += n
		out = append(out, embed)
	}
	if total > maxEmbedTotal {
		v.fail("MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of %d", maxEmbedTotal)
	}
	return out
}

// readEmbed returns an embed and how many characters of it count towards the sum
// over a message's embeds.
func readEmbed(v field) (Embed, int) {
	size := 0
	text := func(v field, max int) string {
		s := strings.TrimSpace(v.text(max))
		size += utf8.RuneCountInString(s)
		return s
	}
	needed := func(v field, max int) string {
		s := text(v, max)
		if s == "" {
			v.fail("BASE_TYPE_REQUIRED", "This field is required")
		}
		return s
	}
	image := func(v field) *EmbedImage {
		if !v.given() || !v.object() {
			return nil
		}
		if u := v.at("url").link("http", "https", "attachment"); u != "" {
			return &EmbedImage{URL: u, ProxyURL: proxied(u)}
		}
		return nil
	}

	e := Embed{
		Type:        "rich",
		Title:       text(v.at("title"), 256),
		Description: text(v.at("description"), 4096),
		URL:         v.at("url").link("http", "https"),
		Color:       v.at("color").pointer(0, 0xffffff),
		Timestamp:   v.at("timestamp").time(),
		Image:       image(v.at("image")),
		Thumbnail:   image(v.at("thumbnail")),
	}
	if f := v.at("footer"); f.given() && f.object() {
		e.Footer = &EmbedFooter{Text: needed(f.at("text"), 2048), IconURL: f.at("icon_url").link("http", "https", "attachment")}
		e.Footer.ProxyIconURL = proxied(e.Footer.IconURL)
	}
	if a := v.at("author"); a.given() && a.object() {
		e.Author = &EmbedAuthor{Name: needed(a.at("name"), 256), URL: a.at("url").link("http", "https"), IconURL: a.at("icon_url").link("http", "https", "attachment")}
		e.Author.ProxyIconURL = proxied(e.Author.IconURL)
	}
	for _, f := range v.at("fields").list(25) {
		if f.object() {
			e.Fields = append(e.Fields, EmbedField{needed(f.at("name"), 256), needed(f.at("value"), 1024), f.at("inline").boolean()})
		}
	}
	if e.Title == "" && e.Description == "" && e.Image == nil && e.Thumbnail == nil && e.Footer == nil && e.Author == nil && e.Fields == nil && v.form.faults == nil {
		v.at("description").required()
		if v.at("description").given() {
			v.at("description").fail("BASE_TYPE_REQUIRED", "This field is required")
		}
	}
	return e, size
}

// proxied is the address under which Discord's clients load a stranger's image.
// Here it is the address itself: there is no proxy on loopback.
func proxied(u string) string { return u }

func readMentions(v field) *AllowedMentions {
	if !v.object() {
		return nil
	}
	m := &AllowedMentions{Parse: []string{}, RepliedUser: v.at("replied_user").boolean()}
	for _, p := range v.at("parse").list(3) {
		kind, _ := p.value.(string)
		if !slices.Contains([]string{"roles", "users", "everyone"}, kind) {
			p.fail("BASE_TYPE_CHOICES", "Value must be one of {'roles', 'users', 'everyone'}.")
			continue
		}
		m.Parse = append(m.Parse, kind)
	}
	ids := func(name string) (out []string) {
		list := v.at(name)
		for _, id := range list.list(100) {
			if s := id.snowflake(); s != "" {
				out = append(out, s)
			}
		}
		if len(out) > 0 && slices.Contains(m.Parse, name) {
			v.fail("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "%s", fmt.Sprintf("parse:[%q] and %s: [ids...] are mutually exclusive.", name, name))
		}
		return out
	}
	m.Roles, m.Users = ids("roles"), ids("users")
	return m
}
