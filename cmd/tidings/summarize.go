package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"tidings/internal/match"
	"tidings/internal/news"
	"tidings/internal/summary"
)

type summarizeCommand struct {
	Source   string `arg:"" optional:"" name:"file|url" help:"A web page or a text file; - for standard input."`
	Query    string `help:"What the summary should speak of, where the article does." placeholder:"QUERY"`
	MaxWords int    `help:"The most words of the summary." default:"60"`
	JSONL    bool   `name:"jsonl" help:"Read lines {\"id\",\"title\",\"text\",\"query\"?} from standard input and write one summary a line."`
	JSON     bool   `help:"Print a JSON object."`
	web      `embed:""`
}

// summaryLine is a line that "summarize --jsonl" writes.
type summaryLine struct {
	ID        any      `json:"id"` // as the input has it
	Error     string   `json:"error,omitempty"`
	Sentences []string `json:"sentences"`
	Words     int      `json:"words"`
	Method    string   `json:"method"`
}

func (c summarizeCommand) Run(ctx context.Context, s streams) error {
	if c.MaxWords < 1 {
		return usagef("--max-words must be at least 1.")
	}
	if _, err := queryTerms(c.Query); err != nil {
		return usagef("--query: %s", words(err))
	}
	summarizer := summary.New(summary.Config{})
	if c.JSONL {
		if c.Source != "" {
			return usagef("--jsonl reads standard input; leave %q out.", c.Source)
		}
		return c.batch(ctx, summarizer, s)
	}
	if c.Source == "" {
		return usagef("Name a file or an address to summarise, or use --jsonl.")
	}
	req, err := c.request(ctx, s.in)
	if err != nil {
		return fmt.Errorf("%s: %s", c.Source, words(err))
	}
	sum, err := summarizer.Summarize(ctx, req)
	if err != nil {
		return fmt.Errorf("summarize %s: %w", c.Source, err)
	}
	if c.JSON {
		return jsonLines(s.out)(lineOf(c.Source, sum))
	}
	if len(sum.Sentences) == 0 {
		return news.Userf("%s has no text that a summary could be made of.", c.Source)
	}
	_, err = fmt.Fprintf(s.out, "%s\n\n%s\n", req.Title, strings.Join(sum.Sentences, " "))
	return err
}

// request reads the source: a web page, or plain text whose first line is the title.
func (c summarizeCommand) request(ctx context.Context, in io.Reader) (news.SummaryRequest, error) {
	terms, err := queryTerms(c.Query)
	if err != nil {
		return news.SummaryRequest{}, err
	}
	read, err := c.reader(in)
	if err != nil {
		return news.SummaryRequest{}, err
	}
	src, err := read(ctx, c.Source)
	if err != nil {
		return news.SummaryRequest{}, err
	}
	req := news.SummaryRequest{Query: terms, MaxWords: c.MaxWords}
	if src.url == "" && !looksLikeHTML(src.body) {
		req.Text = string(src.body)
		if title, rest, ok := strings.Cut(req.Text, "\n\n"); ok && !strings.Contains(title, "\n") && len(title) < 200 {
			req.Title, req.Text = strings.TrimSpace(title), rest
		}
		return req, nil
	}
	a, err := src.extract()
	if err != nil {
		return news.SummaryRequest{}, err
	}
	req.Title, req.Text = a.Title, a.Text
	return req, nil
}

// queryTerms returns the words and phrases of a query, none for "".
func queryTerms(query string) ([]string, error) {
	if query == "" {
		return nil, nil
	}
	q, err := match.Compile(query)
	if err != nil {
		return nil, err
	}
	return q.Terms(), nil
}

func looksLikeHTML(body []byte) bool {
	return strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 256)])), "<")
}

// batch summarises line by line, so that a long input needs no more memory than
// its longest line.
func (c summarizeCommand) batch(ctx context.Context, summarizer *summary.Extractive, s streams) error {
	write := jsonLines(s.out)
	lines := bufio.NewReaderSize(s.in, 64<<10)
	failed := 0
	for n := 1; ; n++ {
		text, err := readLine(lines)
		if errors.Is(err, io.EOF) {
			return failures(failed)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		line := c.summarizeLine(ctx, summarizer, text)
		if line.Error != "" {
			failed++
			fmt.Fprintf(s.err, "line %d: %s\n", n, line.Error)
		}
		if err := write(line); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
}

// summarizeLine answers one line of input; a line that cannot be read gets a line
// with an error, so that the answers stay in step with the questions.
func (c summarizeCommand) summarizeLine(ctx context.Context, summarizer *summary.Extractive, text string) summaryLine {
	in, err := readSummaryInput(text)
	if err != nil {
		return summaryLine{ID: in.id(), Error: err.Error(), Sentences: []string{}}
	}
	terms, err := queryTerms(orElse(in.Query, c.Query))
	if err != nil {
		return summaryLine{ID: in.id(), Error: words(err), Sentences: []string{}}
	}
	sum, err := summarizer.Summarize(ctx, news.SummaryRequest{Title: in.Title, Text: in.Text, Query: terms, MaxWords: c.MaxWords})
	if err != nil {
		return summaryLine{ID: in.id(), Error: err.Error(), Sentences: []string{}}
	}
	return lineOf(in.id(), sum)
}

// summaryInput is a line that "summarize --jsonl" reads.
type summaryInput struct {
	ID    json.RawMessage `json:"id"`
	Title string          `json:"title"`
	Text  string          `json:"text"`
	Query string          `json:"query"`
}

// id is what identifies the line, a string or whatever else it is; "" for none.
func (in summaryInput) id() any {
	if len(in.ID) == 0 {
		return ""
	}
	return in.ID
}

// readSummaryInput reads a line. With an error, the id is still there where it could
// be read.
func readSummaryInput(text string) (summaryInput, error) {
	var in summaryInput
	err := json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &in)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return in, nil
	case errors.As(err, &wrong) && wrong.Field != "":
		return in, fmt.Errorf("%q is a %s where a string belongs", wrong.Field, wrong.Value)
	case errors.As(err, &wrong):
		return in, fmt.Errorf(`this is no JSON object with "id", "title" and "text"; it is of type %s`, wrong.Value)
	}
	return in, fmt.Errorf(`this is no JSON object with "id", "title" and "text": %w`, err)
}

func lineOf(id any, sum news.Summary) summaryLine {
	line := summaryLine{ID: id, Sentences: sum.Sentences, Words: sum.Words, Method: string(sum.Method)}
	if line.Sentences == nil {
		line.Sentences = []string{}
	}
	if line.Method == "" {
		line.Method = string(news.Extractive)
	}
	return line
}

// readLine reads a line of at most maxSourceBytes. The last one needs no newline.
func readLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxSourceBytes:
			return "", fmt.Errorf("longer than %d MB", maxSourceBytes>>20)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) > 0:
			return string(line), nil
		case err != nil:
			return "", err
		}
		return string(line), nil
	}
}
