package outlets

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// header is the top of a data file: lines of "key: value" up to the first empty
// line. It is strict, so that a slip of the pen is told and not guessed at:
// every key is known, given once, and has a value. Its methods note each fault;
// finish returns them all.
type header struct {
	fields map[string]field
	faults []error
}

type field struct {
	value string
	line  int
	used  bool
}

// parseHeader returns the header and what follows the empty line after it.
func parseHeader(text string) (*header, string, error) {
	if !utf8.ValidString(text) {
		return nil, "", errors.New("the file is not UTF-8")
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }); i >= 0 {
		return nil, "", fmt.Errorf("line %d: a control character", 1+strings.Count(text[:i], "\n"))
	}
	h := &header{fields: map[string]field{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		text = text[len(line):]
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		key, value, found := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		_, known := h.fields[key]
		switch {
		case !found:
			return nil, "", fmt.Errorf(`line %d: %q is no "key: value"`, n, line)
		case value == "":
			return nil, "", fmt.Errorf("line %d: %s has no value", n, key)
		case known:
			return nil, "", fmt.Errorf("line %d: %s was given before", n, key)
		}
		h.fields[key] = field{value: value, line: n}
	}
	return h, text, nil
}

func (h *header) fault(format string, args ...any) {
	h.faults = append(h.faults, fmt.Errorf(format, args...))
}

func (h *header) has(key string) bool {
	_, ok := h.fields[key]
	return ok
}

func (h *header) get(key string) (field, bool) {
	f, ok := h.fields[key]
	if !ok {
		h.fault("%s is missing", key)
		return f, false
	}
	f.used = true
	h.fields[key] = f
	return f, true
}

func (h *header) text(key string) string {
	f, _ := h.get(key)
	return f.value
}

// optional returns "" for a key that is not there.
func (h *header) optional(key string) string {
	if !h.has(key) {
		return ""
	}
	return h.text(key)
}

func (h *header) oneOf(key string, choices ...string) string {
	f, ok := h.get(key)
	if ok && !slices.Contains(choices, f.value) {
		h.fault("line %d: %s is one of %s", f.line, key, strings.Join(choices, ", "))
	}
	return f.value
}

func (h *header) number(key string, least, most int) int {
	f, ok := h.get(key)
	n, err := strconv.Atoi(f.value)
	if ok && (err != nil || n < least || n > most) {
		h.fault("line %d: %s is a number from %d to %d", f.line, key, least, most)
	}
	return n
}

// list reads values with commas between them.
func (h *header) list(key string) []string {
	f, ok := h.get(key)
	if !ok {
		return nil
	}
	list := strings.Split(f.value, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	if slices.Contains(list, "") {
		h.fault("line %d: %s has an empty entry", f.line, key)
	}
	return list
}

func (h *header) duration(key string) time.Duration {
	f, ok := h.get(key)
	d, err := time.ParseDuration(f.value)
	if ok && (err != nil || d <= 0) {
		h.fault("line %d: %s is a duration such as 26h30m", f.line, key)
	}
	return d
}

// finish returns every fault noted, with those of keys that nobody asked for.
func (h *header) finish() error {
	for key, f := range h.fields {
		if !f.used {
			h.fault("line %d: %s is no key", f.line, key)
		}
	}
	slices.SortFunc(h.faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(h.faults...)
}
