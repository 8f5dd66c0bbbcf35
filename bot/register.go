package bot

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"
)

// registerCommands tells Discord the commands, unless it knows them: of each
// server and day, only 200 creations are allowed.
func (b *Bot) registerCommands(ctx context.Context, app string) error {
	want := b.commands
	have, err := b.rest.commands(ctx, app)
	if err != nil {
		return fmt.Errorf("ask for the registered commands: %w", err)
	}
	same, err := sameCommands(want, have)
	if err != nil {
		return err
	}
	if same {
		b.log.Debug("the commands are registered", "commands", len(have))
		return nil
	}
	if err := b.rest.overwriteCommands(ctx, app, want); err != nil {
		return fmt.Errorf("register the commands: %w", err)
	}
	b.log.Info("registered the commands", "commands", len(want))
	return nil
}

// sameCommands compares what we define with what Discord answers, which adds
// ids and defaults of its own and leaves out what is empty.
func sameCommands(a, b []*discordgo.ApplicationCommand) (bool, error) {
	left, err := normalCommands(a)
	if err != nil {
		return false, err
	}
	right, err := normalCommands(b)
	if err != nil {
		return false, err
	}
	return bytes.Equal(left, right), nil
}

// normalCommand is what the bot sets of a command.
type normalCommand struct {
	Type        discordgo.ApplicationCommandType
	Name        string
	Description string
	Permissions int64
	Contexts    []discordgo.InteractionContextType
	Options     []normalOption
}

type normalOption struct {
	Type         discordgo.ApplicationCommandOptionType
	Name         string
	Description  string
	Required     bool
	Autocomplete bool
	Channels     []discordgo.ChannelType
	Choices      []normalChoice
	Min, Max     float64
	MinLength    int
	MaxLength    int
	Options      []normalOption
}

type normalChoice struct {
	Name  string
	Value string
}

func normalCommands(commands []*discordgo.ApplicationCommand) ([]byte, error) {
	var normal []normalCommand
	for _, c := range commands {
		n := normalCommand{
			Type:        cmp.Or(c.Type, discordgo.ChatApplicationCommand),
			Name:        c.Name,
			Description: c.Description,
			Options:     normalOptions(c.Options),
		}
		if c.DefaultMemberPermissions != nil {
			n.Permissions = *c.DefaultMemberPermissions
		}
		if c.Contexts != nil {
			n.Contexts = slices.Sorted(slices.Values(*c.Contexts))
		}
		normal = append(normal, n)
	}
	slices.SortFunc(normal, func(a, b normalCommand) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	})
	encoded, err := json.Marshal(normal)
	if err != nil {
		return nil, fmt.Errorf("compare the commands: %w", err)
	}
	return encoded, nil
}

func normalOptions(options []*discordgo.ApplicationCommandOption) []normalOption {
	var normal []normalOption
	for _, o := range options {
		n := normalOption{
			Type:         o.Type,
			Name:         o.Name,
			Description:  o.Description,
			Required:     o.Required,
			Autocomplete: o.Autocomplete,
			Max:          o.MaxValue,
			MaxLength:    o.MaxLength,
			Options:      normalOptions(o.Options),
		}
		if len(o.ChannelTypes) > 0 {
			n.Channels = slices.Sorted(slices.Values(o.ChannelTypes))
		}
		for _, c := range o.Choices {
			n.Choices = append(n.Choices, normalChoice{c.Name, fmt.Sprint(c.Value)})
		}
		if o.MinValue != nil {
			n.Min = *o.MinValue
		}
		if o.MinLength != nil {
			n.MinLength = *o.MinLength
		}
		normal = append(normal, n)
	}
	return normal
}
