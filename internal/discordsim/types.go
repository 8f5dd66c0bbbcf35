package discordsim

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Timestamp is a time in the form that Discord writes: microseconds and a numeric
// offset.
type Timestamp struct{ time.Time }

// MarshalJSON writes 2026-01-02T15:04:05.000000+00:00.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return []byte(t.UTC().Format(`"2006-01-02T15:04:05.000000-07:00"`)), nil
}

// User is a person or a bot. See Discord's user object.
type User struct {
	ID            string    `json:"id"`
	Username      string    `json:"username"`
	GlobalName    *string   `json:"global_name"`
	Discriminator string    `json:"discriminator"`
	Avatar        *string   `json:"avatar"`
	Bot           bool      `json:"bot,omitempty"`
	PublicFlags   int       `json:"public_flags"`
	Flags         int64     `json:"flags"`
	PrimaryGuild  *struct{} `json:"primary_guild"`
}

// DisplayName is what Discord's client shows for a user.
func (u User) DisplayName() string {
	if u.GlobalName != nil {
		return *u.GlobalName
	}
	return u.Username
}

// Member is a user within a guild.
type Member struct {
	User                       *User      `json:"user,omitempty"` // absent beside a message's author
	Nick                       *string    `json:"nick"`
	Avatar                     *string    `json:"avatar"`
	Banner                     *string    `json:"banner"`
	Roles                      []string   `json:"roles"` // ids, without @everyone
	JoinedAt                   Timestamp  `json:"joined_at"`
	PremiumSince               *Timestamp `json:"premium_since"`
	CommunicationDisabledUntil *Timestamp `json:"communication_disabled_until"`
	Deaf                       bool       `json:"deaf"`
	Mute                       bool       `json:"mute"`
	Pending                    bool       `json:"pending"`
	Flags                      int        `json:"flags"`
	Permissions                *string    `json:"permissions,omitempty"` // within an interaction only
}

// Role is a role of a guild. The one whose id is the guild's is @everyone.
type Role struct {
	ID           string      `json:"id"`
	Name         string      `json:"name"`
	Permissions  Permissions `json:"permissions"`
	Position     int         `json:"position"`
	Color        int         `json:"color"`
	Colors       RoleColors  `json:"colors"`
	Hoist        bool        `json:"hoist"`
	Managed      bool        `json:"managed"`
	Mentionable  bool        `json:"mentionable"`
	Icon         *string     `json:"icon"`
	UnicodeEmoji *string     `json:"unicode_emoji"`
	Flags        int         `json:"flags"`
	Tags         *RoleTags   `json:"tags,omitempty"`
}

// RoleColors are a role's colours; only the first is in common use.
type RoleColors struct {
	Primary   int  `json:"primary_color"`
	Secondary *int `json:"secondary_color"`
	Tertiary  *int `json:"tertiary_color"`
}

// RoleTags name what a managed role belongs to.
type RoleTags struct {
	BotID string `json:"bot_id,omitempty"`
}

// Channel types that discordsim knows.
const (
	ChannelText         = 0
	ChannelDM           = 1
	ChannelVoice        = 2
	ChannelCategory     = 4
	ChannelAnnouncement = 5
)

// Channel is a channel of a guild.
type Channel struct {
	ID               string      `json:"id"`
	Type             int         `json:"type"`
	GuildID          string      `json:"guild_id"`
	Name             string      `json:"name"`
	Topic            *string     `json:"topic"`
	Position         int         `json:"position"`
	ParentID         *string     `json:"parent_id"`
	NSFW             bool        `json:"nsfw"`
	LastMessageID    *string     `json:"last_message_id"`
	RateLimitPerUser int         `json:"rate_limit_per_user"`
	Overwrites       []Overwrite `json:"permission_overwrites"`
	Flags            int         `json:"flags"`
}

// Overwrite types.
const (
	OverwriteRole   = 0
	OverwriteMember = 1
)

// Overwrite allows or denies permissions to a role or a member in one channel.
type Overwrite struct {
	ID    string      `json:"id"`
	Type  int         `json:"type"` // OverwriteRole or OverwriteMember
	Allow Permissions `json:"allow"`
	Deny  Permissions `json:"deny"`
}

// Message types.
const (
	messageDefault   = 0
	messageReply     = 19
	messageChatInput = 20
	messageMenu      = 23 // the answer to a context menu command
)

// Message flags.
const (
	FlagCrossposted    = 1 << 0
	FlagSuppressEmbeds = 1 << 2
	FlagEphemeral      = 1 << 6
	FlagLoading        = 1 << 7
	FlagSilent         = 1 << 12
	FlagComponentsV2   = 1 << 15
)

// Message is a message as Discord returns it, and beside it what a test wants to
// know about it.
type Message struct {
	ID                  string               `json:"id"`
	ChannelID           string               `json:"channel_id"`
	Type                int                  `json:"type"`
	Content             string               `json:"content"`
	Author              User                 `json:"author"`
	Timestamp           Timestamp            `json:"timestamp"`
	EditedTimestamp     *Timestamp           `json:"edited_timestamp"`
	TTS                 bool                 `json:"tts"`
	MentionEveryone     bool                 `json:"mention_everyone"`
	Mentions            []User               `json:"mentions"`
	MentionRoles        []string             `json:"mention_roles"`
	Attachments         []Attachment         `json:"attachments"`
	Embeds              []Embed              `json:"embeds"`
	Components          []Component          `json:"components"`
	Pinned              bool                 `json:"pinned"`
	Flags               int                  `json:"flags"`
	Nonce               json.RawMessage      `json:"nonce,omitempty"` // in the answer to its creation only
	ApplicationID       string               `json:"application_id,omitempty"`
	WebhookID           string               `json:"webhook_id,omitempty"`
	MessageReference    *MessageReference    `json:"message_reference,omitempty"`
	InteractionMetadata *InteractionMetadata `json:"interaction_metadata,omitempty"`
	Interaction         *MessageInteraction  `json:"interaction,omitempty"`

	// The following never go over the wire.

	GuildID         string           `json:"-"` // Discord names it in gateway events only
	AllowedMentions *AllowedMentions `json:"-"` // as last sent; nil when the bot sent none
	Edits           int              `json:"-"` // how many edits succeeded
	VisibleTo       string           `json:"-"` // the user who sees an ephemeral message; "" for everyone
	ContentSent     string           `json:"-"` // before Discord trimmed it

	revision int // the server's, when the message last changed
}

// NonceText is the nonce that the message was created with, as text.
func (m Message) NonceText() string { return strings.Trim(string(m.Nonce), `"`) }

// Ephemeral reports whether only one user sees the message.
func (m Message) Ephemeral() bool { return m.Flags&FlagEphemeral != 0 }

// Button returns the message's button with the given label.
func (m Message) Button(label string) (Component, bool) {
	return m.component(func(c Component) bool { return c.Type == ComponentButton && c.Label == label })
}

// Component returns the message's component with the given custom id.
func (m Message) Component(customID string) (Component, bool) {
	return m.component(func(c Component) bool { return c.CustomID == customID && customID != "" })
}

func (m Message) component(ok func(Component) bool) (Component, bool) {
	var walk func([]Component) (Component, bool)
	walk = func(list []Component) (Component, bool) {
		for _, c := range list {
			if ok(c) {
				return c, true
			}
			if c.Accessory != nil && ok(*c.Accessory) {
				return *c.Accessory, true
			}
			if found, yes := walk(c.Components); yes {
				return found, true
			}
		}
		return Component{}, false
	}
	return walk(m.Components)
}

// MessageReference points at the message that a reply answers.
type MessageReference struct {
	Type      int    `json:"type"`
	MessageID string `json:"message_id,omitempty"`
	ChannelID string `json:"channel_id"`
	GuildID   string `json:"guild_id,omitempty"`
}

// InteractionMetadata says which interaction a message answers.
type InteractionMetadata struct {
	ID                        string            `json:"id"`
	Type                      int               `json:"type"`
	User                      User              `json:"user"`
	Owners                    map[string]string `json:"authorizing_integration_owners"`
	OriginalResponseMessageID string            `json:"original_response_message_id,omitempty"`
	InteractedMessageID       string            `json:"interacted_message_id,omitempty"`
	TargetMessageID           string            `json:"target_message_id,omitempty"` // of a context menu command
	Triggering                any               `json:"triggering_interaction_metadata,omitempty"`
}

// MessageInteraction is the older form of InteractionMetadata; it alone carries
// the command's name.
type MessageInteraction struct {
	ID   string `json:"id"`
	Type int    `json:"type"`
	Name string `json:"name"`
	User User   `json:"user"`
}

// AllowedMentions limits what a message may ping.
type AllowedMentions struct {
	Parse       []string `json:"parse"`
	Roles       []string `json:"roles,omitempty"`
	Users       []string `json:"users,omitempty"`
	RepliedUser bool     `json:"replied_user"`
}

// Attachment is a file of a message or of an option; [Server.File] has its bytes.
type Attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`        // as Discord keeps it
	Title       string `json:"title,omitempty"` // the name without its ending, where Discord changed it
	Description string `json:"description,omitempty"`
	Size        int64  `json:"size"` // bytes
	URL         string `json:"url"`
	ProxyURL    string `json:"proxy_url"`
	ContentType string `json:"content_type,omitempty"`
	Ephemeral   bool   `json:"ephemeral,omitempty"`
}

// Embed is a message's embed.
type Embed struct {
	Type        string       `json:"type"`
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	URL         string       `json:"url,omitempty"`
	Color       *int         `json:"color,omitempty"`
	Timestamp   *Timestamp   `json:"timestamp,omitempty"`
	Footer      *EmbedFooter `json:"footer,omitempty"`
	Image       *EmbedImage  `json:"image,omitempty"`
	Thumbnail   *EmbedImage  `json:"thumbnail,omitempty"`
	Author      *EmbedAuthor `json:"author,omitempty"`
	Fields      []EmbedField `json:"fields,omitempty"`
}

// EmbedFooter is an embed's last line.
type EmbedFooter struct {
	Text         string `json:"text"`
	IconURL      string `json:"icon_url,omitempty"`
	ProxyIconURL string `json:"proxy_icon_url,omitempty"`
}

// EmbedImage is an embed's image or thumbnail.
type EmbedImage struct {
	URL      string `json:"url"`
	ProxyURL string `json:"proxy_url,omitempty"`
}

// EmbedAuthor is an embed's first line.
type EmbedAuthor struct {
	Name         string `json:"name"`
	URL          string `json:"url,omitempty"`
	IconURL      string `json:"icon_url,omitempty"`
	ProxyIconURL string `json:"proxy_icon_url,omitempty"`
}

// EmbedField is one of an embed's fields.
type EmbedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline"`
}

// Component types.
const (
	ComponentRow               = 1
	ComponentButton            = 2
	ComponentStringSelect      = 3
	ComponentTextInput         = 4
	ComponentUserSelect        = 5
	ComponentRoleSelect        = 6
	ComponentMentionableSelect = 7
	ComponentChannelSelect     = 8
	ComponentSection           = 9
	ComponentText              = 10
	ComponentThumbnail         = 11
	ComponentGallery           = 12
	ComponentFile              = 13
	ComponentSeparator         = 14
	ComponentContainer         = 17
)

// Button styles.
const (
	ButtonLink    = 5
	ButtonPremium = 6
)

// Component is a message's or a modal's component; which fields count depends on
// its type.
type Component struct {
	Type         int             `json:"type"`
	ID           int             `json:"id"`
	CustomID     string          `json:"custom_id,omitempty"`
	Style        int             `json:"style,omitempty"`
	Label        string          `json:"label,omitempty"`
	Emoji        *Emoji          `json:"emoji,omitempty"`
	URL          string          `json:"url,omitempty"`
	Disabled     bool            `json:"disabled,omitempty"`
	Placeholder  string          `json:"placeholder,omitempty"`
	MinValues    *int            `json:"min_values,omitempty"`
	MaxValues    *int            `json:"max_values,omitempty"`
	Options      []SelectOption  `json:"options,omitempty"`
	ChannelTypes []int           `json:"channel_types,omitempty"`
	MinLength    *int            `json:"min_length,omitempty"`
	MaxLength    *int            `json:"max_length,omitempty"`
	Required     *bool           `json:"required,omitempty"`
	Value        string          `json:"value,omitempty"`
	Content      string          `json:"content,omitempty"`
	Components   []Component     `json:"components,omitempty"`
	Accessory    *Component      `json:"accessory,omitempty"`
	Media        *Media          `json:"media,omitempty"`
	Items        []GalleryItem   `json:"items,omitempty"`
	Description  string          `json:"description,omitempty"`
	Spoiler      *bool           `json:"spoiler,omitempty"`
	Divider      *bool           `json:"divider,omitempty"`
	Spacing      *int            `json:"spacing,omitempty"`
	AccentColor  json.RawMessage `json:"accent_color,omitempty"` // of a container: a number or null
}

// Media is an image of a thumbnail or a gallery.
type Media struct {
	ID       string  `json:"id"`
	URL      string  `json:"url"`
	ProxyURL string  `json:"proxy_url"`
	Width    *int    `json:"width"`
	Height   *int    `json:"height"`
	Type     *string `json:"content_type"`
}

// GalleryItem is one image of a gallery.
type GalleryItem struct {
	Media       Media  `json:"media"`
	Description string `json:"description,omitempty"`
	Spoiler     bool   `json:"spoiler"`
}

// Emoji is the emoji of a button or an option.
type Emoji struct {
	ID       *string `json:"id,omitempty"`
	Name     string  `json:"name"`
	Animated bool    `json:"animated,omitempty"`
}

// SelectOption is one choice of a select menu.
type SelectOption struct {
	Label       string `json:"label"`
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
	Emoji       *Emoji `json:"emoji,omitempty"`
	Default     bool   `json:"default,omitempty"`
}

// Permissions is a set of permission bits. On the wire it is a decimal string.
type Permissions uint64

// MarshalJSON writes the bits as a decimal string.
func (p Permissions) MarshalJSON() ([]byte, error) {
	return []byte(`"` + p.String() + `"`), nil
}

func (p Permissions) String() string { return strconv.FormatUint(uint64(p), 10) }

// Has reports whether p includes all of want; administrators have everything.
func (p Permissions) Has(want Permissions) bool {
	return p&Administrator != 0 || p&want == want
}
