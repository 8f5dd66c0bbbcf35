package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
	l.file(o.Path, o.Required)
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

func (l *loader) file(path string, required bool) {
	text, err := readFile(path, maxFileBytes)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !required:
	case errors.Is(err, fs.ErrNotExist):
		l.fault(path, "", "there is no such file; copy tidings.example.yaml, or leave --config out")
	case err != nil:
		l.fault(path, "", "the file cannot be read: %v", err)
	default:
		l.yaml(path, bytes.TrimPrefix(text, []byte("\ufeff")))
	}
}

// readFile reads a file of at most limit bytes, which may be a device or a pipe. Its
// errors leave the path out.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	var text []byte
	if err == nil {
		defer f.Close()
		text, err = io.ReadAll(io.LimitReader(f, limit+1))
	}
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		return nil, fault.Err
	}
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("it has more than %d bytes", limit)
	}
	return text, err
}

// yaml walks the document by hand rather than decoding it into Config, since a
// decoder stops at the first fault.
func (l *loader) yaml(path string, text []byte) {
	doc, err := parser.ParseBytes(text, 0)
	if err != nil {
		// The parser's message ends with an excerpt of the file, which may hold a token.
		first, _, _ := strings.Cut(err.Error(), "\n")
		at := path
		var line, column int
		if n, _ := fmt.Sscanf(first, "[%d:%d]", &line, &column); n == 2 {
			at = fmt.Sprintf("%s:%d", path, line)
			_, first, _ = strings.Cut(first, "] ")
		}
		if strings.Contains(first, "'\t'") {
			first = "there is a tab here; indent with spaces"
		}
		l.fault(at, "", "this is no YAML: %s", first)
		return
	}
	seen := false
	for _, d := range doc.Docs {
		switch d.Body.(type) {
		case nil, *ast.CommentGroupNode, *ast.DirectiveNode:
			continue
		}
		if seen {
			l.fault(place(path, d.Body), "", "a second document begins here; join the two by removing the line ---")
			return
		}
		seen = true
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
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		l.fault(place(path, node), "", "%s: %s", what, noIndirection)
	default:
		l.fault(place(path, node), "", "%s should hold keys and values, such as \"poll:\" with \"schedule: ...\" below it", what)
	}
	for _, v := range values {
		each(scalar(v.Key), place(path, v.Key), v.Value)
	}
}

// noIndirection is what the YAML gets that the loader, which reads the document as it
// stands, does not follow.
const noIndirection = "anchors, aliases and tags (&, *, !) are not followed; write the value itself, in quotes where it begins with such a sign"

func (l *loader) leaf(path, key, at string, value ast.Node) {
	f, ok := l.field(key)
	if !ok {
		section, name, _ := strings.Cut(key, ".")
		if own := l.known(name + "."); own != "" {
			l.fault(at, key, "there is no such key; %s is a section of its own beside %s, with %s", name, section, own)
			return
		}
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
			items[i] = l.scalarOf(path, key, item)
		}
		err = f.setList(items)
	case *ast.MappingNode, *ast.MappingValueNode:
		items := make(map[string]string)
		l.mapping(path, value, key, func(name, _ string, v ast.Node) { items[name] = l.scalarOf(path, key, v) })
		err = f.setMap(items)
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		err = errors.New(noIndirection)
	default:
		l.set(f, at, scalar(value))
		return
	}
	l.sources[key] = at
	if err != nil {
		l.fault(at, key, "%v", err)
	}
}

// scalarOf is the value of an item of a list or a mapping, which must be a single one.
func (l *loader) scalarOf(path, key string, node ast.Node) string {
	switch node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode, *ast.NullNode:
		l.fault(place(path, node), key, "one value belongs here")
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		l.fault(place(path, node), key, noIndirection)
	}
	return scalar(node)
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
		return strings.TrimRight(n.Value.Value, "\n") // what a block ends with is layout
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
	const maxSecretBytes = 4 << 10
	text, err := readFile(path, maxSecretBytes)
	if err != nil {
		l.fault(l.sources[fileKey], fileKey, "%q cannot be read: %v", path, err)
		return
	}
	l.sources[key] = path
	*secret = Secret(strings.TrimSpace(string(text)))
	if *secret == "" {
		l.fault(l.sources[fileKey], fileKey, "%q is empty; it should hold the %s and nothing else", path, what)
	}
}
