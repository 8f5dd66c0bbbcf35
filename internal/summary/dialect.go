package summary

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// Servers that speak OpenAI's chat completions differ in two things that are asked of
// them here: how to say that the answer is to be an object, and how long it may be.
// https://platform.openai.com/docs/api-reference/chat/create
const (
	formatSchema = "json_schema" // of just these properties
	formatObject = "json_object" // of whatever the question says
	formatNone   = ""            // the question alone says it

	limitNew = "max_completion_tokens"
	limitOld = "max_tokens"
)

// dialect is one way to ask.
type dialect struct{ format, limit string }

// dialects are all ways, the best first.
func dialects() []dialect {
	return []dialect{
		{formatSchema, limitNew}, {formatSchema, limitOld}, {formatObject, limitNew}, {formatObject, limitOld},
		{formatNone, limitNew}, {formatNone, limitOld},
	}
}

// body is what is sent in a dialect.
func (d dialect) body(model string, messages []chatMessage, format answerFormat) map[string]any {
	body := map[string]any{"model": model, "messages": messages, d.limit: maxAnswerTokens}
	if d.format != formatNone {
		body["response_format"] = format.in(d.format)
	}
	return body
}

// refusedFor reports what of the dialect a server's refusal names. One that names both
// may just repeat the question.
func (d dialect) refusedFor(said string) (format, limit bool) {
	said = strings.ToLower(said)
	limit = strings.Contains(said, d.limit)
	if d.format != formatNone {
		format = slices.ContainsFunc([]string{"response_format", "json_schema", "json_object", "json schema", "grammar"}, func(w string) bool {
			return strings.Contains(said, w)
		})
	}
	return format && !limit, limit && !format
}

// without returns those of the ways left that are worth trying after a refusal of d.
func (d dialect) without(left []dialect, said string) []dialect {
	format, limit := d.refusedFor(said)
	return slices.DeleteFunc(slices.Clone(left), func(other dialect) bool {
		return other == d || format && other.format == d.format || limit && other.limit == d.limit
	})
}

// spoken is what is known of the dialect that a server understands. It is for as long
// as the process runs.
type spoken struct {
	mu    sync.Mutex
	first dialect
	sure  bool // it has answered to it
}

// ways returns the dialects to try, and whether the first is known to be understood.
func (s *spoken) ways() (ways []dialect, sure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := dialects()
	if !s.sure {
		return all, false
	}
	return append([]dialect{s.first}, slices.DeleteFunc(all, func(d dialect) bool { return d == s.first })...), true
}

func (s *spoken) understood(d dialect) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.first, s.sure = d, true
}

// answerFormat is an object that an answer is to be.
type answerFormat struct {
	name       string
	properties map[string]any
}

func (f answerFormat) in(format string) any {
	if format != formatSchema {
		return map[string]any{"type": format}
	}
	return map[string]any{
		"type": formatSchema,
		"json_schema": map[string]any{
			"name": f.name, "strict": true,
			"schema": map[string]any{
				"type": "object", "additionalProperties": false,
				"required": slices.Sorted(maps.Keys(f.properties)), "properties": f.properties,
			},
		},
	}
}

func textSchema() any  { return map[string]any{"type": "string"} }
func textsSchema() any { return map[string]any{"type": "array", "items": textSchema()} }
