package discordsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// form reads a request's body as Discord does: every field is checked, and all
// faults are answered at once, each at its place. Readers return a zero value for
// what is wrong; the caller asks [form.err] at the end.
type form struct {
	root   any
	faults map[string]any // nested as in the answer; leaves are "_errors"
}

// parseForm decodes a body. Numbers stay exact.
func parseForm(body []byte) (*form, *apiError) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	f := new(form)
	if err := dec.Decode(&f.root); err != nil {
		return nil, errInvalidJSON()
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errInvalidJSON()
	}
	return f, nil
}

// err is the answer for all faults found so far, or nil.
func (f *form) err() *apiError {
	if f.faults == nil {
		return nil
	}
	return &apiError{Status: 400, Message: "Invalid Form Body", Code: 50035, Errors: f.faults}
}

func (f *form) top() field { return field{form: f, value: f.root, present: true} }

type formFault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// field is a value somewhere in the body.
type field struct {
	form    *form
	path    []string
	value   any
	present bool // even when null
}

// given reports whether the field is there and not null.
func (v field) given() bool { return v.value != nil }

// fail notes a fault at this field.
func (v field) fail(code, format string, args ...any) {
	if v.form.faults == nil {
		v.form.faults = map[string]any{}
	}
	node := v.form.faults
	for _, name := range v.path {
		next, ok := node[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			node[name] = next
		}
		node = next
	}
	list, _ := node["_errors"].([]formFault)
	node["_errors"] = append(list, formFault{code, fmt.Sprintf(format, args...)})
}

// at is the field's child by name.
func (v field) at(name string) field {
	child := field{form: v.form, path: append(slices.Clip(v.path), name)}
	if m, ok := v.value.(map[string]any); ok {
		child.value, child.present = m[name], has(m, name)
	}
	return child
}

func has(m map[string]any, name string) bool { _, ok := m[name]; return ok }

// object reports whether the field is an object, and faults it otherwise.
func (v field) object() bool {
	if _, ok := v.value.(map[string]any); ok {
		return true
	}
	v.fail("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
	return false
}

// required faults a field that is absent or null.
func (v field) required() bool {
	if v.value == nil {
		v.fail("BASE_TYPE_REQUIRED", "This field is required")
		return false
	}
	return true
}

// list returns the elements of an array of at most max elements.
func (v field) list(max int) []field {
	if v.value == nil {
		return nil
	}
	raw, ok := v.value.([]any)
	if !ok {
		v.fail("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
		return nil
	}
	if len(raw) > max {
		v.fail("BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", max)
		return nil
	}
	out := make([]field, len(raw))
	for i, x := range raw {
		out[i] = field{form: v.form, path: append(slices.Clip(v.path), strconv.Itoa(i)), value: x, present: true}
	}
	return out
}

// text reads an optional string of at most max characters.
func (v field) text(max int) string {
	if v.value == nil {
		return ""
	}
	s, ok := v.value.(string)
	if !ok {
		if n, num := v.value.(json.Number); num { // Discord's forms coerce numbers
			return n.String()
		}
		v.fail("STRING_TYPE_CONVERT", "Could not interpret %q as string.", fmt.Sprint(v.value))
		return ""
	}
	if utf8.RuneCountInString(s) > max {
		v.fail("BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", max)
	}
	return s
}

// needText reads a string that must be there and not be empty.
func (v field) needText(min, max int) string {
	if s, ok := v.value.(string); !v.given() || (ok && s == "") {
		v.fail("BASE_TYPE_REQUIRED", "This field is required")
		return ""
	}
	s, ok := v.value.(string)
	if n := utf8.RuneCountInString(s); ok && (n < min || n > max) {
		v.fail("BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", min, max)
		return s
	}
	return v.text(max)
}

// boolean reads an optional boolean.
func (v field) boolean() bool {
	if v.value == nil {
		return false
	}
	b, ok := v.value.(bool)
	if !ok {
		v.fail("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
	}
	return b
}

// integer reads an optional integer within bounds.
func (v field) integer(min, max int64) *int64 {
	if v.value == nil {
		return nil
	}
	var text string
	switch x := v.value.(type) {
	case json.Number:
		text = x.String()
	case string:
		text = x
	default:
		text = fmt.Sprint(x)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if f, ferr := strconv.ParseFloat(text, 64); err != nil && ferr == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		n, err = int64(f), nil
	}
	switch {
	case err != nil:
		v.fail("NUMBER_TYPE_COERCE", "Value %q is not int.", text)
		return nil
	case n < min:
		v.fail("NUMBER_TYPE_MIN", "int value should be greater than or equal to %d.", min)
		return nil
	case n > max:
		v.fail("NUMBER_TYPE_MAX", "int value should be less than or equal to %d.", max)
		return nil
	}
	return &n
}

// number reads an optional integer, zero when absent or wrong.
func (v field) number(min, max int64) int {
	if n := v.integer(min, max); n != nil {
		return int(*n)
	}
	return 0
}

// pointer is number, with nil when absent or wrong.
func (v field) pointer(min, max int64) *int {
	n := v.integer(min, max)
	if n == nil {
		return nil
	}
	i := int(*n)
	return &i
}

// oneOf reads a required integer that must be one of the choices.
func (v field) oneOf(choices ...int) int {
	if !v.required() {
		return 0
	}
	n := v.integer(math.MinInt64, math.MaxInt64)
	if n == nil {
		return 0
	}
	if !slices.Contains(choices, int(*n)) {
		words := make([]string, len(choices))
		for i, c := range choices {
			words[i] = strconv.Itoa(c)
		}
		v.fail("BASE_TYPE_CHOICES", "Value must be one of {%s}.", strings.Join(words, ", "))
		return 0
	}
	return int(*n)
}

// snowflake reads an optional id.
func (v field) snowflake() string {
	if v.value == nil {
		return ""
	}
	s := fmt.Sprint(v.value)
	if !isSnowflake(s) {
		v.fail("NUMBER_TYPE_COERCE", "Value %q is not snowflake.", s)
		return ""
	}
	return s
}

// link reads an optional address of at most 2048 characters in one of the schemes.
func (v field) link(schemes ...string) string { return v.shortLink(2048, schemes...) }

// shortLink is link with another length.
func (v field) shortLink(max int, schemes ...string) string {
	s := v.text(max)
	if s == "" {
		return ""
	}
	scheme, rest, found := strings.Cut(s, ":")
	if !found {
		scheme = "none"
	}
	if !found || !slices.Contains(schemes, strings.ToLower(scheme)) {
		quoted := make([]string, len(schemes))
		for i, x := range schemes {
			quoted[i] = "'" + x + "'"
		}
		v.fail("URL_TYPE_INVALID_SCHEME", "Scheme %q is not supported. Scheme must be one of (%s).", scheme, strings.Join(quoted, ", "))
		return s
	}
	u, err := url.Parse(s)
	if err != nil || (u.Host == "" && u.Scheme != "discord" && u.Scheme != "attachment") || strings.ContainsAny(rest, " \t\r\n<>\"") || strings.HasPrefix(u.Host, ".") {
		v.fail("URL_TYPE_INVALID_URL", "Not a well formed URL.")
	}
	return s
}

// time reads an optional ISO 8601 time.
func (v field) time() *Timestamp {
	s := v.text(100)
	if s == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return &Timestamp{t}
		}
	}
	v.fail("DATE_TIME_TYPE_PARSE", "Could not parse %s. Should be ISO8601.", s)
	return nil
}

// tuple writes numbers as Discord's messages list them: (1, 2).
func tuple(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = strconv.Itoa(n)
	}
	return "(" + strings.Join(words, ", ") + ")"
}
