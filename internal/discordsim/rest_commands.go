package discordsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// commandRoutes are the endpoints that register commands.
func (s *Server) commandRoutes() []route {
	var out []route
	for _, base := range []string{"/applications/{app}/commands", "/applications/{app}/guilds/{guild}/commands"} {
		out = append(out,
			route{pattern: "GET " + base, do: s.getCommands},
			route{pattern: "PUT " + base, do: s.putCommands},
			route{pattern: "POST " + base, do: s.postCommand},
			route{pattern: "GET " + base + "/{command}", do: s.getCommand},
			route{pattern: "PATCH " + base + "/{command}", do: s.patchCommand},
			route{pattern: "DELETE " + base + "/{command}", do: s.deleteCommand},
		)
	}
	return out
}

// commandScope is the guild that a path names, "" for global commands. The caller
// holds mu.
func (c *call) commandScope() (string, *apiError) {
	if app := c.PathValue("app"); app != c.s.app.ID {
		if !isSnowflake(app) {
			return "", badPath("application_id", app)
		}
		return "", &apiError{Status: http.StatusForbidden, Message: "You are not authorized to perform this action on this application", Code: 20012}
	}
	if c.PathValue("guild") == "" {
		return "", nil
	}
	g, err := c.guild()
	if err != nil {
		return "", errMissingAccess()
	}
	return g.ID, nil
}

func (s *Server) getCommands(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	scope, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	return append([]Command{}, s.commands[scope]...), nil
}

func (s *Server) putCommands(c *call) (any, *apiError) {
	f, bad := c.form()
	if bad != nil {
		return nil, bad
	}
	var list []Command
	type key struct {
		kind int
		name string
	}
	seen := map[key]bool{}
	kinds := map[int]int{}
	if top := f.top(); top.value == nil {
		top.fail("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
	}
	for _, v := range f.top().list(maxCommands + 10) {
		cmd := readCommand(v)
		k := key{cmd.Type, cmd.Name}
		if seen[k] && cmd.Name != "" {
			v.at("name").fail("APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		seen[k] = true
		kinds[cmd.Type]++
		list = append(list, cmd)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	for kind, n := range kinds {
		if n > mostCommands(kind) {
			return nil, errTooManyCommands(kind)
		}
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	scope, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	fresh := 0
	for i := range list {
		if old := s.commandIn(scope, list[i].Type, list[i].Name); old != nil {
			list[i].ID = old.ID
		} else {
			fresh++
		}
	}
	if !s.countCreates(scope, fresh) {
		return nil, errDailyCommands()
	}
	for i := range list {
		s.register(&list[i], scope)
	}
	s.commands[scope] = list
	s.commandsChanged()
	return append([]Command{}, list...), nil
}

// mostCommands is how many commands of a type a scope has at most.
func mostCommands(kind int) int {
	if kind == CommandSlash {
		return maxCommands
	}
	return maxMenus
}

func errTooManyCommands(kind int) *apiError {
	return &apiError{Status: 400, Message: fmt.Sprintf("Maximum number of application commands reached (%d)", mostCommands(kind)), Code: 30032}
}

// register gives a command its ids.
func (s *Server) register(cmd *Command, scope string) {
	if cmd.ID == "" {
		cmd.ID = s.ids.next()
	}
	cmd.ApplicationID, cmd.GuildID, cmd.Version = s.app.ID, scope, s.ids.next()
}

// countCreates counts n creations against the day's limit.
func (s *Server) countCreates(scope string, n int) bool {
	now := s.now()
	recent := slices.DeleteFunc(s.creates[scope], func(t time.Time) bool { return now.Sub(t) >= 24*time.Hour })
	if n > 0 && len(recent)+n > s.cfg.Limits.CommandCreates {
		s.creates[scope] = recent
		return false
	}
	for range n {
		recent = append(recent, now)
	}
	s.creates[scope] = recent
	return true
}

func (s *Server) commandIn(scope string, kind int, name string) *Command {
	for i, c := range s.commands[scope] {
		if c.Name == name && c.Type == kind {
			return &s.commands[scope][i]
		}
	}
	return nil
}

func (s *Server) countCommands(scope string, kind int) (n int) {
	for _, c := range s.commands[scope] {
		if c.Type == kind {
			n++
		}
	}
	return n
}

func (s *Server) postCommand(c *call) (any, *apiError) {
	f, bad := c.form()
	if bad != nil {
		return nil, bad
	}
	cmd := readCommand(f.top())
	if err := f.err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	scope, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	if old := s.commandIn(scope, cmd.Type, cmd.Name); old != nil { // an upsert
		cmd.ID = old.ID
		s.register(&cmd, scope)
		*old = cmd
		s.commandsChanged()
		return cmd, nil
	}
	if s.countCommands(scope, cmd.Type) >= mostCommands(cmd.Type) {
		return nil, errTooManyCommands(cmd.Type)
	}
	if !s.countCreates(scope, 1) {
		return nil, errDailyCommands()
	}
	s.register(&cmd, scope)
	s.commands[scope] = append(s.commands[scope], cmd)
	s.commandsChanged()
	return created{cmd}, nil
}

// command is the command that a path names. The caller holds mu.
func (c *call) command() (scope string, index int, err *apiError) {
	scope, err = c.commandScope()
	if err != nil {
		return "", 0, err
	}
	id := c.PathValue("command")
	index = slices.IndexFunc(c.s.commands[scope], func(x Command) bool { return x.ID == id })
	if index < 0 {
		return "", 0, errUnknown("Application Command")
	}
	return scope, index, nil
}

func (s *Server) getCommand(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	scope, i, err := c.command()
	if err != nil {
		return nil, err
	}
	return s.commands[scope][i], nil
}

func (s *Server) patchCommand(c *call) (any, *apiError) {
	f, bad := c.form()
	if bad != nil {
		return nil, bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	scope, i, err := c.command()
	if err != nil {
		return nil, err
	}
	old := s.commands[scope][i]
	if m, ok := f.root.(map[string]any); ok { // what is not said stays
		for name, v := range map[string]any{"name": old.Name, "description": old.Description} {
			if !has(m, name) {
				m[name] = v
			}
		}
		m["type"] = json.Number(strconv.Itoa(old.Type)) // a type never changes
	}
	cmd := readCommand(f.top())
	if err := f.err(); err != nil {
		return nil, err
	}
	if !f.top().at("options").present {
		cmd.Options = old.Options
	}
	if !f.top().at("default_member_permissions").present {
		cmd.DefaultMemberPermissions = old.DefaultMemberPermissions
	}
	cmd.ID, cmd.Type = old.ID, old.Type
	s.register(&cmd, scope)
	s.commands[scope][i] = cmd
	s.commandsChanged()
	return cmd, nil
}

func (s *Server) deleteCommand(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	scope, i, err := c.command()
	if err != nil {
		return nil, err
	}
	s.commands[scope] = slices.Delete(slices.Clone(s.commands[scope]), i, i+1)
	s.commandsChanged()
	return nil, nil
}

// commandsChanged tells the page and whoever waits.
func (s *Server) commandsChanged() {
	s.hub.publish("commands", s.allCommands(), "")
	s.touch()
}

// allCommands are the global commands and every guild's.
func (s *Server) allCommands() []Command {
	out := append([]Command{}, s.commands[""]...)
	for _, g := range s.order {
		out = append(out, s.commands[g]...)
	}
	return out
}

// Commands are all registered commands: the global ones and every guild's.
func (s *Server) Commands() []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.allCommands()
}
