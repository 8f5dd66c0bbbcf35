package config

import (
	"fmt"
	"strings"
	"time"
)

// Example returns a file that sets nothing: every key with its help and its
// default, commented out. tidings.example.yaml is this text.
func Example() string {
	c := Default()
	var b strings.Builder
	b.WriteString("# Tidings reads this file as tidings.yaml, or from the path that --config names.\n" +
		"# What stands here is the default. Every key can be set in the environment too:\n" +
		"# poll.schedule is TIDINGS_POLL_SCHEDULE, lists are separated by commas.\n")
	section := ""
	for _, f := range fieldsOf(&c) {
		name, leaf, _ := strings.Cut(f.key, ".")
		if name != section {
			fmt.Fprintf(&b, "\n%s:\n", name)
			section = name
		}
		for _, line := range wrap(f.help, 86) {
			fmt.Fprintf(&b, "  # %s\n", line)
		}
		fmt.Fprintf(&b, "  # %s:%s\n", leaf, exampleValue(f))
	}
	return b.String()
}

// exampleValue is what follows the key and its colon.
func exampleValue(f field) string {
	switch v := f.value.Interface().(type) {
	case string:
		return fmt.Sprintf(" %q", v)
	case Secret:
		return ` ""`
	case time.Duration:
		return " " + short(v)
	case []string:
		if f.key == "fetch.allow_hosts" {
			return ` ["wiki.corp"]`
		}
		return ` ["192.168.7.0/24"]`
	case map[string]string:
		return "\n  #   https://example.com/feed.xml: \"@hourly\""
	default:
		return " " + strings.ToLower(fmt.Sprint(v))
	}
}

// wrap breaks text into lines of at most width characters.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
