package discordsim

import (
	"encoding/json"
	"slices"
	"unicode/utf8"
)

const maxV2Components = 40

// componentReader checks a message's components as a whole: ids are unique over
// all rows.
type componentReader struct {
	v2      bool
	seen    map[string]bool // custom ids
	ids     map[int]bool
	nextID  int
	count   int
	inModal bool
}

// readComponents reads a message's components: at most five rows of buttons or one
// select menu each, or up to forty of the newer kinds where the message is flagged
// for them.
func readComponents(v field, v2 bool) []Component {
	r := &componentReader{v2: v2, seen: map[string]bool{}, ids: map[int]bool{}}
	return r.top(v)
}

func (r *componentReader) top(v field) []Component {
	limit := 5
	if r.v2 {
		limit = maxV2Components
	}
	out := []Component{}
	for _, c := range v.list(limit) {
		if !c.object() {
			continue
		}
		kinds := []int{ComponentRow}
		if r.v2 {
			kinds = append(kinds, ComponentSection, ComponentText, ComponentGallery, ComponentFile, ComponentSeparator, ComponentContainer)
		}
		if t := r.kind(c, kinds); t != 0 {
			out = append(out, r.read(c, t))
		}
	}
	if r.v2 && r.count > maxV2Components {
		v.fail("BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", maxV2Components)
	}
	return out
}

// kind reads a component's type, which must be one of those that may stand here.
func (r *componentReader) kind(v field, allowed []int) int {
	t := v.at("type")
	if !t.required() {
		return 0
	}
	n := t.number(1, 1<<31-1)
	if n != 0 && !slices.Contains(allowed, n) {
		t.fail("UNION_TYPE_CHOICES", "Value of field \"type\" must be one of %s.", tuple(allowed))
		return 0
	}
	return n
}

func (r *componentReader) read(v field, kind int) Component {
	r.count++
	c := Component{Type: kind, ID: r.id(v)}
	switch kind {
	case ComponentRow:
		c.Components = r.row(v)
	case ComponentButton:
		r.button(v, &c)
	case ComponentStringSelect, ComponentUserSelect, ComponentRoleSelect, ComponentMentionableSelect, ComponentChannelSelect:
		r.menu(v, &c)
	case ComponentTextInput:
		r.input(v, &c)
	default:
		r.layout(v, &c)
	}
	return c
}

// id is the component's own number, or the next free one.
func (r *componentReader) id(v field) int {
	n := v.at("id").number(0, 1<<31-1)
	if n == 0 {
		for r.nextID++; r.ids[r.nextID]; r.nextID++ {
		}
		n = r.nextID
	} else if r.ids[n] {
		v.at("id").fail("COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
	}
	r.ids[n] = true
	return n
}

func (r *componentReader) row(v field) []Component {
	list := v.at("components")
	if !list.required() {
		return nil
	}
	kinds := []int{ComponentButton, ComponentStringSelect, ComponentUserSelect, ComponentRoleSelect, ComponentMentionableSelect, ComponentChannelSelect}
	if r.inModal {
		kinds = []int{ComponentTextInput}
	}
	fields := list.list(5)
	if fields != nil && len(fields) == 0 {
		list.fail("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	var out []Component
	width := 0
	for _, f := range fields {
		if !f.object() {
			continue
		}
		t := r.kind(f, kinds)
		if t == 0 {
			continue
		}
		if t == ComponentButton {
			width++
		} else {
			width += 5 // a menu or an input fills the row
		}
		if width > 5 {
			f.fail("COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
		}
		out = append(out, r.read(f, t))
	}
	return out
}

func (r *componentReader) customID(v field) string {
	id := v.at("custom_id")
	s := id.needText(1, 100)
	if s != "" && r.seen[s] {
		id.fail("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	r.seen[s] = true
	return s
}

func (r *componentReader) button(v field, c *Component) {
	c.Style = v.at("style").oneOf(1, 2, 3, 4, ButtonLink, ButtonPremium)
	c.Label = v.at("label").text(80)
	c.Disabled = v.at("disabled").boolean()
	c.Emoji = readEmoji(v.at("emoji"))
	switch c.Style {
	case ButtonLink:
		if c.URL = v.at("url").shortLink(512, "http", "https", "discord"); c.URL == "" {
			v.at("url").fail("BASE_TYPE_REQUIRED", "A url is required")
		}
		if id := v.at("custom_id"); id.given() && id.value != "" {
			v.at("custom_id").fail("BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified")
		}
	case ButtonPremium:
		if v.at("sku_id").required() {
			v.at("sku_id").snowflake()
		}
	default:
		if u := v.at("url"); u.given() && u.value != "" {
			v.at("url").fail("BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified")
		}
		c.CustomID = r.customID(v)
	}
	if c.Style != ButtonPremium && c.Label == "" && c.Emoji == nil {
		v.fail("BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or emoji is required")
	}
}

func readEmoji(v field) *Emoji {
	if !v.given() || !v.object() {
		return nil
	}
	e := &Emoji{Name: v.at("name").text(32), Animated: v.at("animated").boolean()}
	if id := v.at("id").snowflake(); id != "" {
		e.ID = &id
	}
	if e.Name == "" && e.ID == nil {
		v.fail("BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")
		return nil
	}
	if e.ID == nil && isPlainText(e.Name) {
		v.at("name").fail("BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")
	}
	return e
}

// isPlainText reports whether s is nothing but ASCII, and so no emoji.
func isPlainText(s string) bool {
	for _, r := range s {
		if r >= 0x80 {
			return false
		}
	}
	return true
}

func (r *componentReader) menu(v field, c *Component) {
	c.CustomID = r.customID(v)
	c.Placeholder = v.at("placeholder").text(150)
	c.Disabled = v.at("disabled").boolean()
	one := 1
	if c.MinValues = v.at("min_values").pointer(0, 25); c.MinValues == nil {
		c.MinValues = &one
	}
	if c.MaxValues = v.at("max_values").pointer(1, 25); c.MaxValues == nil {
		c.MaxValues = &one
	}
	if *c.MinValues > *c.MaxValues {
		v.at("min_values").fail("SELECT_COMPONENT_MIN_VALUES_EXCEED_MAX", "min_values must be less than or equal to max_values")
	}
	if c.Type == ComponentChannelSelect {
		for _, t := range v.at("channel_types").list(50) {
			c.ChannelTypes = append(c.ChannelTypes, t.number(0, 100))
		}
	}
	if c.Type != ComponentStringSelect {
		if v.at("options").given() {
			v.at("options").fail("SELECT_COMPONENT_OPTIONS_NOT_ALLOWED", "Options are only allowed in string select menus")
		}
		return
	}
	r.options(v.at("options"), c)
}

func (r *componentReader) options(v field, c *Component) {
	if !v.required() {
		return
	}
	list := v.list(25)
	if list != nil && len(list) == 0 {
		v.fail("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
	}
	seen := map[string]bool{}
	defaults := 0
	for _, o := range list {
		if !o.object() {
			continue
		}
		opt := SelectOption{
			Label:       o.at("label").needText(1, 100),
			Value:       o.at("value").needText(1, 100),
			Description: o.at("description").text(100),
			Emoji:       readEmoji(o.at("emoji")),
			Default:     o.at("default").boolean(),
		}
		if opt.Value != "" && seen[opt.Value] {
			o.at("value").fail("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		seen[opt.Value] = true
		if opt.Default {
			defaults++
		}
		c.Options = append(c.Options, opt)
	}
	if defaults > *c.MaxValues {
		v.fail("SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", "The number of default values exceeds max_values")
	}
	if len(list) > 0 && *c.MaxValues > len(list) {
		v.fail("BASE_TYPE_BAD_LENGTH", "Must be between %d and 25 in length.", *c.MaxValues)
	}
}

func (r *componentReader) input(v field, c *Component) {
	c.CustomID = r.customID(v)
	c.Style = v.at("style").oneOf(1, 2)
	c.Label = v.at("label").needText(1, 45)
	c.Placeholder = v.at("placeholder").text(100)
	c.Value = v.at("value").text(4000)
	c.MinLength = v.at("min_length").pointer(0, 4000)
	c.MaxLength = v.at("max_length").pointer(1, 4000)
	required := true
	if f := v.at("required"); f.given() {
		required = f.boolean()
	}
	c.Required = &required
	if c.MinLength != nil && c.MaxLength != nil && *c.MinLength > *c.MaxLength {
		v.at("min_length").fail("TEXT_INPUT_MIN_LENGTH_EXCEEDS_MAX", "min_length must be less than or equal to max_length")
	}
	if c.MaxLength != nil && utf8.RuneCountInString(c.Value) > *c.MaxLength {
		v.at("value").fail("BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", *c.MaxLength)
	}
}

// layout reads the newer components, which show rather than act.
func (r *componentReader) layout(v field, c *Component) {
	switch c.Type {
	case ComponentText:
		c.Content = v.at("content").needText(1, 4000)
	case ComponentSeparator:
		divider := !v.at("divider").given() || v.at("divider").boolean()
		spacing := 1
		if v.at("spacing").given() {
			spacing = v.at("spacing").oneOf(1, 2)
		}
		c.Divider, c.Spacing = &divider, &spacing
	case ComponentThumbnail:
		c.Media = readMedia(v.at("media"))
		c.Description = v.at("description").text(1024)
		c.Spoiler = new(v.at("spoiler").boolean())
	case ComponentGallery:
		if !v.at("items").required() {
			return
		}
		for _, item := range v.at("items").list(10) {
			if m := readMedia(item.at("media")); m != nil {
				c.Items = append(c.Items, GalleryItem{*m, item.at("description").text(1024), item.at("spoiler").boolean()})
			}
		}
	case ComponentSection:
		c.Components = r.children(v.at("components"), 3, ComponentText)
		if a := v.at("accessory"); a.required() && a.object() {
			if t := r.kind(a, []int{ComponentButton, ComponentThumbnail}); t != 0 {
				c.Accessory = new(r.read(a, t))
			}
		}
	case ComponentContainer:
		c.AccentColor, _ = json.Marshal(v.at("accent_color").pointer(0, 0xffffff)) // null when there is none
		c.Spoiler = new(v.at("spoiler").boolean())
		c.Components = r.children(v.at("components"), maxV2Components,
			ComponentRow, ComponentText, ComponentSection, ComponentGallery, ComponentSeparator, ComponentFile)
	}
}

func (r *componentReader) children(v field, max int, kinds ...int) []Component {
	if !v.required() {
		return nil
	}
	var out []Component
	for _, f := range v.list(max) {
		if !f.object() {
			continue
		}
		if t := r.kind(f, kinds); t != 0 {
			out = append(out, r.read(f, t))
		}
	}
	return out
}

func readMedia(v field) *Media {
	if !v.required() || !v.object() || !v.at("url").required() {
		return nil
	}
	u := v.at("url").link("http", "https", "attachment")
	return &Media{ID: "1", URL: u, ProxyURL: proxied(u)}
}
