package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Fault is one thing that is wrong with the configuration.
type Fault struct {
	Source string // "tidings.yaml:14", an environment variable, "--set", or "" where nothing was set
	Key    string // such as poll.schedule; "" where the fault has no key
	Text   string // what is wrong and what would be right
}

func (f Fault) String() string {
	var parts []string
	for _, part := range []string{f.Source, f.Key, f.Text} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// Faults is an error that lists everything that is wrong.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// Options is where Load looks.
type Options struct {
	Path     string                      // of the YAML file; it must exist where Required says so
	Required bool                        // the path was named by the operator
	Env      func(string) (string, bool) // such as os.LookupEnv
	Set      map[string]string           // from the command line, by key
}

// maxFileBytes is the largest file that Load reads.
const maxFileBytes = 1 << 20

// Load reads the configuration. Its error is Faults when there is any fault in
// what the operator wrote.
func Load(o Options) (Config, error) {
	c := Default()
	l := loader{fields: fieldsOf(&c), sources: make(map[string]string)}
	if err := l.file(o.Path, o.Required); err != nil {
		return Config{}, err
	}
	l.environment(o.Env)
	l.flags(o.Set)
	l.secretFile(&c.Discord.Token, "discord.token", c.Discord.TokenFile, "token")
	l.secretFile(&c.Model.Key, "model.key", c.Model.KeyFile, "key")
	l.check(&c)
	if len(l.faults) > 0 {
		return Config{}, l.faults
	}
	return c, nil
}

// loader gathers values and faults.
type loader struct {
	fields  []field
	sources map[string]string // by key, where its value came from
	faults  Faults
}

func (l *loader) fault(source, key, format string, args ...any) {
	l.faults = append(l.faults, Fault{Source: source, Key: key, Text: fmt.Sprintf(format, args...)})
}

func (l *loader) field(key string) (field, bool) {
	i := slices.IndexFunc(l.fields, func(f field) bool { return f.key == key })
	if i < 0 {
		return field{}, false
	}
	return l.fields[i], true
}

// set gives a field its value, or records why that cannot be.
func (l *loader) set(f field, source, text string) {
	l.sources[f.key] = source
	if err := f.set(text); err != nil {
		l.fault(source, f.key, "%s %v", shown(f, text), err)
	}
}

// shown is a value as a fault may quote it.
func shown(f field, text string) string {
	if f.secret() {
		return redacted
	}
	return fmt.Sprintf("%.80q", text)
}

func (l *loader) file(path string, required bool) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !required:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		l.fault(path, "", "there is no such file; copy tidings.example.yaml, or leave --config out")
		return nil
	case err != nil:
		return fmt.Errorf("look for configuration: %w", err)
	case info.Size() > maxFileBytes:
		l.fault(path, "", "the file has %d bytes; a configuration has at most %d", info.Size(), maxFileBytes)
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	l.yaml(path, text)
	return nil
}

// yaml walks the document by hand rather than decoding it into Config, since a
// decoder stops at the first fault.
func (l *loader) yaml(path string, text []byte) {
	doc, err := parser.ParseBytes(text, 0)
	if err != nil {
		// The parser's message ends with an excerpt of the file, which may hold a token.
		first, _, _ := strings.Cut(err.Error(), "\n")
		l.fault(path, "", "this is no YAML: %s", first)
		return
	}
	for _, d := range doc.Docs {
		if d.Body == nil {
			continue
		}
		l.mapping(path, d.Body, "the file", func(key string, at string, value ast.Node) {
			if !slices.ContainsFunc(l.fields, func(f field) bool { return strings.HasPrefix(f.key, key+".") }) {
				l.fault(at, key, "there is no such key; known are %s", l.known(""))
				return
			}
			if _, ok := value.(*ast.NullNode); ok {
				return // a section whose keys are all commented out
			}
			l.mapping(path, value, key, func(name, at string, value ast.Node) {
				l.leaf(path, key+"."+name, at, value)
			})
		})
	}
}

// mapping calls each for every key of a node that must be a mapping.
func (l *loader) mapping(path string, node ast.Node, what string, each func(key, at string, value ast.Node)) {
	var values []*ast.MappingValueNode
	switch n := node.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	case *ast.CommentGroupNode:
	default:
		l.fault(place(path, node), "", "%s should hold keys and values, such as \"poll:\" with \"schedule: ...\" below it", what)
	}
	for _, v := range values {
		each(scalar(v.Key), place(path, v.Key), v.Value)
	}
}

func (l *loader) leaf(path, key, at string, value ast.Node) {
	f, ok := l.field(key)
	if !ok {
		section, _, _ := strings.Cut(key, ".")
		l.fault(at, key, "there is no such key; known are %s", l.known(section+"."))
		return
	}
	var err error
	switch n := value.(type) {
	case *ast.NullNode:
		return // "key:" with nothing after it keeps the default
	case *ast.SequenceNode:
		items := make([]string, len(n.Values))
		for i, item := range n.Values {
			items[i] = scalar(item)
		}
		err = f.setList(items)
	case *ast.MappingNode, *ast.MappingValueNode:
		items := make(map[string]string)
		l.mapping(path, value, key, func(name, _ string, v ast.Node) { items[name] = scalar(v) })
		err = f.setMap(items)
	default:
		l.set(f, at, scalar(value))
		return
	}
	l.sources[key] = at
	if err != nil {
		l.fault(at, key, "%v", err)
	}
}

func place(path string, node ast.Node) string {
	return fmt.Sprintf("%s:%d", path, node.GetToken().Position.Line)
}

// scalar is a node's value as the operator wrote it, without quotes.
func scalar(node ast.Node) string {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	}
	return strings.TrimSpace(node.GetToken().Value)
}

// known lists the keys below a prefix, or the sections for "".
func (l *loader) known(prefix string) string {
	var names []string
	for _, f := range l.fields {
		name, ok := strings.CutPrefix(f.key, prefix)
		if !ok {
			continue
		}
		if prefix == "" {
			name, _, _ = strings.Cut(name, ".")
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func (l *loader) environment(lookup func(string) (string, bool)) {
	if lookup == nil {
		return
	}
	for _, f := range l.fields {
		// An empty variable is how compose files and scripts say "not set".
		if text, ok := lookup(f.env()); ok && text != "" {
			l.set(f, f.env(), text)
		}
	}
	// The names that other bots use, so that a secret store need not be changed.
	for name, key := range map[string]string{"DISCORD_TOKEN": "discord.token", "DISCORD_TOKEN_FILE": "discord.token_file"} {
		if text, ok := lookup(name); ok && text != "" {
			f, _ := l.field(key)
			l.set(f, name, text)
		}
	}
}

func (l *loader) flags(set map[string]string) {
	for _, key := range sorted(set) {
		f, ok := l.field(key)
		if !ok {
			l.fault("--set", key, "there is no such key; tidings.example.yaml lists all")
			continue
		}
		l.set(f, "--set", set[key])
	}
}

func sorted(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// secretFile reads a secret from the file that a key names, such as a mounted
// one.
func (l *loader) secretFile(secret *Secret, key, path, what string) {
	if path == "" {
		return
	}
	fileKey := key + "_file"
	if *secret != "" {
		l.fault(l.sources[fileKey], fileKey, "%q is set beside a %s (%s); keep one of the two", path, what, l.sources[key])
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		reason := err
		if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
			reason = pathErr.Err
		}
		l.fault(l.sources[fileKey], fileKey, "%q cannot be read: %v", path, reason)
		return
	}
	*secret = Secret(strings.TrimSpace(string(text)))
	if *secret == "" {
		l.fault(l.sources[fileKey], fileKey, "%q is empty; it should hold the %s and nothing else", path, what)
	}
}
