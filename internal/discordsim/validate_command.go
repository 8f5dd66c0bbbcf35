package discordsim

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Command is a registered application command.
type Command struct {
	ID                       string            `json:"id"`
	ApplicationID            string            `json:"application_id"`
	GuildID                  string            `json:"guild_id,omitempty"`
	Version                  string            `json:"version"`
	Type                     int               `json:"type"` // CommandSlash and so on
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations"`
	Options                  []Option          `json:"options,omitempty"`
	DefaultMemberPermissions *Permissions      `json:"default_member_permissions"`
	DMPermission             *bool             `json:"dm_permission,omitempty"`
	Contexts                 []int             `json:"contexts"`
	IntegrationTypes         []int             `json:"integration_types"`
	NSFW                     bool              `json:"nsfw"`
}

// title is what a person sees of a command: a slash command's name with its slash.
func (c *Command) title() string {
	if c.Type == CommandSlash {
		return "/" + c.Name
	}
	return c.Name
}

// Option types.
const (
	OptionSubcommand  = 1
	OptionGroup       = 2
	OptionString      = 3
	OptionInteger     = 4
	OptionBoolean     = 5
	OptionUser        = 6
	OptionChannel     = 7
	OptionRole        = 8
	OptionMentionable = 9
	OptionNumber      = 10
	OptionAttachment  = 11
)

// Option is an option of a command, or one of its subcommands or groups.
type Option struct {
	Type                     int               `json:"type"`
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations,omitempty"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations,omitempty"`
	Required                 bool              `json:"required,omitempty"`
	Autocomplete             bool              `json:"autocomplete,omitempty"`
	Choices                  []Choice          `json:"choices,omitempty"`
	Options                  []Option          `json:"options,omitempty"`
	ChannelTypes             []int             `json:"channel_types,omitempty"`
	MinValue                 *float64          `json:"min_value,omitempty"`
	MaxValue                 *float64          `json:"max_value,omitempty"`
	MinLength                *int              `json:"min_length,omitempty"`
	MaxLength                *int              `json:"max_length,omitempty"`
}

// Choice is one of an option's choices: its value is a string, or a number as
// json.Number.
type Choice struct {
	Name              string            `json:"name"`
	NameLocalizations map[string]string `json:"name_localizations,omitempty"`
	Value             any               `json:"value"`
}

// Documented limits of commands.
const (
	maxCommands    = 100 // slash commands of a scope
	maxMenus       = 5   // user commands, and as many message commands
	maxOptions     = 25
	maxChoices     = 25
	maxCommandSize = 8000
)

// commandName is Discord's pattern: word characters of any script, in lower case
// where there is one.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

func validName(s string) bool {
	return commandName.MatchString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsUpper(r) && unicode.ToLower(r) != r
	})
}

// locales are those that Discord translates into:
// https://discord.com/developers/docs/reference#locales.
var locales = strings.Fields("id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko")

// readCommand reads and checks one command.
func readCommand(v field) Command {
	c := Command{Type: 1, Contexts: nil, IntegrationTypes: []int{0}}
	if !v.object() {
		return c
	}
	if t := v.at("type"); t.given() {
		c.Type = t.oneOf(1, 2, 3)
	}
	if c.Type == 1 {
		c.Name = readName(v.at("name"))
		c.Description = v.at("description").needText(1, 100)
		c.Options = readOptions(v.at("options"), 0)
	} else {
		c.Name = v.at("name").needText(1, 32)
		for _, name := range []string{"description", "options"} {
			if f := v.at(name); f.given() && f.value != "" && fmt.Sprint(f.value) != "[]" {
				f.fail("APPLICATION_COMMAND_INVALID_FIELD", "Context menu commands cannot have %s", name)
			}
		}
	}
	c.NameLocalizations = readLocales(v.at("name_localizations"), 32, c.Type == 1)
	c.DescriptionLocalizations = readLocales(v.at("description_localizations"), 100, false)
	c.NSFW = v.at("nsfw").boolean()
	if p := v.at("default_member_permissions"); p.given() {
		text := fmt.Sprint(p.value)
		n, err := strconv.ParseUint(text, 10, 63)
		if err != nil {
			p.fail("NUMBER_TYPE_COERCE", "Value %q is not int.", text)
		}
		c.DefaultMemberPermissions = new(Permissions(n))
	}
	if p := v.at("dm_permission"); p.given() {
		c.DMPermission = new(p.boolean())
	}
	for _, x := range v.at("contexts").list(3) {
		c.Contexts = append(c.Contexts, x.oneOf(0, 1, 2))
	}
	if t := v.at("integration_types"); t.given() {
		c.IntegrationTypes = nil
		for _, x := range t.list(2) {
			c.IntegrationTypes = append(c.IntegrationTypes, x.oneOf(0, 1))
		}
	}
	if n := c.size(); n > maxCommandSize {
		v.fail("APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (%d)", maxCommandSize)
	}
	return c
}

func readName(v field) string {
	name := v.needText(1, 32)
	if name != "" && !validName(name) {
		v.fail("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
	return name
}

func readLocales(v field, max int, isName bool) map[string]string {
	m, ok := v.value.(map[string]any)
	if !ok {
		if v.given() {
			v.fail("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
		}
		return nil
	}
	out := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		at := v.at(key)
		if !slices.Contains(locales, key) {
			at.fail("ENUM_TYPE_COERCE", "Value %q is not a valid enum value.", key)
			continue
		}
		if at.value == nil {
			continue
		}
		if isName {
			out[key] = readName(at)
		} else {
			out[key] = at.needText(1, max)
		}
	}
	return out
}

// readOptions reads options at a depth: 0 below the command, 1 below a group or a
// subcommand, 2 below a subcommand of a group.
func readOptions(v field, depth int, kinds ...int) []Option {
	list := v.list(maxOptions)
	var out []Option
	names := map[string]bool{}
	optional, nested := false, 0
	for _, f := range list {
		if !f.object() {
			continue
		}
		o := readOption(f, depth, kinds)
		if o.Type == OptionSubcommand || o.Type == OptionGroup {
			nested++
		}
		if names[o.Name] && o.Name != "" {
			f.at("name").fail("APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		}
		names[o.Name] = true
		if o.Required && optional {
			f.at("required").fail("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !o.Required
		out = append(out, o)
	}
	if nested > 0 && nested < len(out) {
		v.fail("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
	}
	return out
}

func readOption(v field, depth int, kinds []int) Option {
	if kinds == nil {
		kinds = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
		if depth > 0 {
			kinds = kinds[2:]
		}
	}
	o := Option{
		Type:                     v.at("type").oneOf(kinds...),
		Name:                     readName(v.at("name")),
		NameLocalizations:        readLocales(v.at("name_localizations"), 32, true),
		Description:              v.at("description").needText(1, 100),
		DescriptionLocalizations: readLocales(v.at("description_localizations"), 100, false),
		Required:                 v.at("required").boolean(),
		Autocomplete:             v.at("autocomplete").boolean(),
	}
	switch o.Type {
	case OptionSubcommand:
		o.Options = readOptions(v.at("options"), depth+1)
	case OptionGroup:
		if !v.at("options").given() || len(v.at("options").list(maxOptions)) == 0 {
			v.at("options").fail("BASE_TYPE_REQUIRED", "This field is required")
		}
		o.Options = readOptions(v.at("options"), depth+1, OptionSubcommand)
	default:
		if len(v.at("options").list(maxOptions)) > 0 {
			v.at("options").fail("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Only sub-commands and groups may have options")
		}
	}
	nests := o.Type == OptionSubcommand || o.Type == OptionGroup
	if nests && o.Required {
		v.at("required").fail("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Sub-commands and groups cannot be required")
	}
	takesChoices := o.Type == OptionString || o.Type == OptionInteger || o.Type == OptionNumber
	o.Choices = readChoices(v.at("choices"), o.Type)
	switch {
	case o.Autocomplete && len(o.Choices) > 0:
		v.at("autocomplete").fail("APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", "autocomplete and choices are mutually exclusive")
	case o.Autocomplete && !takesChoices:
		v.at("autocomplete").fail("APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_TYPE", "autocomplete is only for string, integer and number options")
	case len(o.Choices) > 0 && !takesChoices:
		v.at("choices").fail("APPLICATION_COMMAND_OPTIONS_CHOICES_TYPE", "choices are only for string, integer and number options")
	}
	for _, t := range v.at("channel_types").list(50) {
		o.ChannelTypes = append(o.ChannelTypes, t.oneOf(0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16))
	}
	if len(o.ChannelTypes) > 0 && o.Type != OptionChannel {
		v.at("channel_types").fail("APPLICATION_COMMAND_OPTIONS_CHANNEL_TYPES", "channel_types is only for channel options")
	}
	readBounds(v, &o)
	return o
}

func readBounds(v field, o *Option) {
	if o.Type == OptionInteger || o.Type == OptionNumber {
		o.MinValue, o.MaxValue = readFloat(v.at("min_value")), readFloat(v.at("max_value"))
		if o.MinValue != nil && o.MaxValue != nil && *o.MinValue > *o.MaxValue {
			v.at("min_value").fail("APPLICATION_COMMAND_OPTIONS_MIN_VALUE_INVALID", "min_value must be less than or equal to max_value")
		}
	}
	if o.Type == OptionString {
		o.MinLength = v.at("min_length").pointer(0, 6000)
		o.MaxLength = v.at("max_length").pointer(1, 6000)
		if o.MinLength != nil && o.MaxLength != nil && *o.MinLength > *o.MaxLength {
			v.at("min_length").fail("APPLICATION_COMMAND_OPTIONS_MIN_LENGTH_INVALID", "min_length must be less than or equal to max_length")
		}
	}
}

func readFloat(v field) *float64 {
	if v.value == nil {
		return nil
	}
	f, err := strconv.ParseFloat(fmt.Sprint(v.value), 64)
	if err != nil || math.Abs(f) > 1<<53 {
		v.fail("NUMBER_TYPE_COERCE", "Value %q is not float.", fmt.Sprint(v.value))
		return nil
	}
	return &f
}

func readChoices(v field, kind int) []Choice {
	var out []Choice
	seen := map[string]bool{}
	for _, f := range v.list(maxChoices) {
		if !f.object() {
			continue
		}
		c := Choice{Name: f.at("name").needText(1, 100), NameLocalizations: readLocales(f.at("name_localizations"), 100, false)}
		value := f.at("value")
		switch x := value.value.(type) {
		case nil:
			value.required()
		case string:
			if kind != OptionString {
				value.fail("NUMBER_TYPE_COERCE", "Value %q is not a number.", x)
			}
			c.Value = value.text(100)
		case json.Number:
			if kind == OptionInteger {
				value.integer(-1<<53, 1<<53)
			} else if kind == OptionString {
				value.fail("STRING_TYPE_CONVERT", "Could not interpret %q as string.", x.String())
			}
			c.Value = x
		default:
			value.fail("BASE_TYPE_CHOICES", "Value must be a string or a number.")
		}
		if seen[c.Name] {
			f.at("name").fail("APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", "Option choice name already exists")
		}
		seen[c.Name] = true
		out = append(out, c)
	}
	return out
}

// size counts characters as Discord does: names, descriptions and choice values,
// each in its longest translation.
func (c Command) size() int {
	return longest(c.Name, c.NameLocalizations) + longest(c.Description, c.DescriptionLocalizations) + optionsSize(c.Options)
}

func optionsSize(list []Option) (n int) {
	for _, o := range list {
		n += longest(o.Name, o.NameLocalizations) + longest(o.Description, o.DescriptionLocalizations) + optionsSize(o.Options)
		for _, ch := range o.Choices {
			n += longest(ch.Name, ch.NameLocalizations)
			if s, ok := ch.Value.(string); ok {
				n += utf8.RuneCountInString(s)
			}
		}
	}
	return n
}

func longest(s string, translations map[string]string) int {
	n := utf8.RuneCountInString(s)
	for _, t := range translations {
		n = max(n, utf8.RuneCountInString(t))
	}
	return n
}
