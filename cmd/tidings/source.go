package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"tidings/config"
	"tidings/internal/article"
	"tidings/internal/fetch"
	"tidings/internal/news"
)

// reading is the flags of the commands that read files and web addresses.
type reading struct {
	Sources []string       `arg:"" name:"file|url" help:"Files, web addresses, or - for standard input."`
	JSON    bool           `help:"Print one JSON object a line."`
	Allow   []netip.Prefix `help:"Private address ranges that may be read, such as 127.0.0.0/8." placeholder:"CIDR"`
}

// source is one document, wherever it came from.
type source struct {
	body        []byte
	contentType string // "" for a file
	url         string // after redirects; "" for a file
}

// maxSourceBytes bounds what is read from a file or from standard input.
const maxSourceBytes = 32 << 20

// reader returns a function that reads a file, an address, or standard input.
func (r reading) reader(in io.Reader) (func(ctx context.Context, name string) (source, error), error) {
	defaults := config.Default().Fetch
	client, err := fetch.New(fetch.Config{
		UserAgent: defaults.UserAgent, Timeout: defaults.Timeout, MaxBytes: int64(defaults.MaxBytes), Allow: r.Allow,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare to fetch: %w", err)
	}
	return func(ctx context.Context, name string) (source, error) {
		if strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
			return readURL(ctx, client, name)
		}
		if name == "-" {
			return readAll(in)
		}
		f, err := os.Open(name)
		if err != nil {
			return source{}, err
		}
		defer f.Close()
		return readAll(f)
	}, nil
}

func readURL(ctx context.Context, client *fetch.Client, url string) (source, error) {
	res, err := client.Get(ctx, fetch.Request{URL: url})
	var fault *fetch.Error
	if errors.As(err, &fault) {
		return source{}, errors.New(fault.Words())
	}
	if err != nil {
		return source{}, err
	}
	return source{body: res.Body, contentType: res.ContentType, url: res.URL}, nil
}

func readAll(r io.Reader) (source, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxSourceBytes+1))
	if err != nil {
		return source{}, err
	}
	if len(body) > maxSourceBytes {
		return source{}, fmt.Errorf("larger than %d MB", maxSourceBytes>>20)
	}
	return source{body: body}, nil
}

// words is an error as a person at the command line should read it.
func words(err error) string {
	var user *news.UserError
	if errors.As(err, &user) {
		return user.Text
	}
	return err.Error()
}

// jsonLines returns a function that writes one JSON object a line.
func jsonLines(w io.Writer) func(any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode
}

// failures is the outcome of a command that goes on after a source that cannot be
// read: exit code 1 when there was any.
func failures(n int) error {
	if n > 0 {
		return exitError(exitFailure)
	}
	return nil
}

// extract reads the article in a web page.
func (s source) extract() (news.Article, error) {
	return article.New(article.Config{}).Extract(s.body, s.contentType, s.url)
}
