// Command tidings is a Discord bot for news: it polls feeds, condenses the stories
// that servers subscribed to, and posts them. "tidings demo" shows all of it on one
// computer, with no Discord account.
//
// This package is wiring and the command line; it is the only place where the
// rooms of the house meet.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"tidings/config"
	"tidings/internal/news"
)

// commands is the command line.
type commands struct {
	Run       runCommand       `cmd:"" help:"Run the bot on Discord."`
	Demo      demoCommand      `cmd:"" help:"Try everything on this computer: no Discord account, no internet."`
	Check     checkCommand     `cmd:"" help:"Look at the configuration, the database, the token and the feeds, and say what to mend."`
	Summarize summarizeCommand `cmd:"" help:"Summarise an article."`
	Parse     parseCommand     `cmd:"" help:"Show what Tidings sees in a feed."`
	Extract   extractCommand   `cmd:"" help:"Show what Tidings reads on a web page."`
	Match     matchCommand     `cmd:"" help:"Show whether a query matches a text, and what matched where."`
	Feeds     feedsCommand     `cmd:"" help:"Import feeds from an OPML file, or export them to one."`
	Health    healthCommand    `cmd:"" help:"Ask a running bot how it is; exit 1 when it is not well. For container health checks."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// streams are where a command reads and writes, so that tests can stand there.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Exit codes.
const (
	exitFailure = 1 // it was tried and did not work
	exitUsage   = 2 // the command line or the configuration must change first
)

// exitError ends the program with a code and says no more, because what there was
// to say has been printed.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func main() {
	os.Exit(run(os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// run runs one command and returns the program's exit code.
func run(args []string, s streams) int {
	var c commands
	parser, err := kong.New(&c,
		kong.Name("tidings"),
		kong.Description("A Discord bot for news. Begin with: tidings demo"),
		kong.Writers(s.out, s.err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Bind(s),
	)
	if err != nil {
		fmt.Fprintf(s.err, "tidings: %v\n", err)
		return exitUsage
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(s.err, "tidings: %v\nTry: tidings --help\n", err)
		return exitUsage
	}
	ctx := context.Background()
	if endsInOrder[command.Command()] {
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
	}
	command.BindTo(ctx, (*context.Context)(nil))
	return report(command.Run(), s.err)
}

// endsInOrder names the commands that have something to put away when they are told
// to stop. The others end at once, even where they wait for standard input.
var endsInOrder = map[string]bool{"run": true, "demo": true}

// usageError is a fault of the command line that only the command itself can see.
type usageError string

func (e usageError) Error() string { return string(e) }

func usagef(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }

// report prints an error as a person should read it and returns the exit code.
func report(err error, w io.Writer) int {
	var faults config.Faults
	var code exitError
	var user *news.UserError
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &faults):
		fmt.Fprintln(w, faults)
		return exitUsage
	case errors.As(err, &usage):
		fmt.Fprintln(w, usage)
		return exitUsage
	case errors.As(err, &user):
		fmt.Fprintln(w, user.Text)
		return exitFailure
	}
	fmt.Fprintf(w, "tidings: %s\n", strings.TrimSpace(err.Error()))
	return exitFailure
}
