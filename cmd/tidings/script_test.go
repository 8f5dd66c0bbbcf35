package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tidings/internal/discordsim"
	"tidings/internal/discordsim/spec"
)

func TestMain(m *testing.M) {
	// The scenarios wait far more than they work, so the number of cores is no
	// measure for how many may run at once, unless the race detector makes work of
	// them. The command line still has the last word.
	parallel := "8"
	if underRace {
		parallel = "3"
	}
	if err := flag.Set("test.parallel", parallel); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"tidings": main})
}

// TestScript runs the scenarios of testdata/script: the real main as a process of
// its own, against a Discord and an outlet of this process. The commands that the
// scripts have beside testscript's own are the methods of scenario.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			sc, err := newScenario(env)
			if err != nil {
				return err
			}
			env.Values[scenarioKey{}] = sc
			return nil
		},
		Cmds: joined(worldCommands, feedCommands),
	})
}

// What scripts have of Discord, the outlet and the model.
var worldCommands = map[string]func(*testscript.TestScript, bool, []string){
	"awaitbot":   command((*scenario).awaitBot),
	"say":        command((*scenario).say),
	"posts":      command((*scenario).posts),
	"awaitpost":  command((*scenario).awaitPost),
	"publish":    command((*scenario).publish),
	"polled":     command((*scenario).polled),
	"fault":      command((*scenario).fault),
	"awaithit":   command((*scenario).awaitHit),
	"lift":       command((*scenario).lift),
	"deny":       command((*scenario).deny),
	"rmchannel":  command((*scenario).removeChannel),
	"press":      command((*scenario).press),
	"chat":       command((*scenario).chat),
	"onmessage":  command((*scenario).onMessage),
	"eventually": command((*scenario).eventually),
	"model":      command((*scenario).askModel),
	"modelcalls": command((*scenario).modelCalls),
}

func joined(sets ...map[string]func(*testscript.TestScript, bool, []string)) map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, bool, []string){}
	for _, set := range sets {
		maps.Copy(all, set)
	}
	return all
}

type scenarioKey struct{}

// scenario is the world of one script: a Discord with the server "Workshop" and
// its channels #news and #phones, and one outlet.
type scenario struct {
	sim     *discordsim.Server
	outlet  *testOutlet
	report  *spec.Report // nil without Discord's own description
	guild   discordsim.Guild
	last    discordsim.Reply
	faults  map[string]*discordsim.FaultHandle
	release map[string]chan struct{}
	model   *modelServer // nil until a script asks for one
}

// patience is how long a script waits for what must happen.
const patience = 60 * time.Second

// description is Discord's own description of its API, nil where
// TIDINGS_DISCORD_SPEC names none, and under the race detector, with which the
// checking of one request takes a tenth of a second.
var description = sync.OnceValues(func() (*spec.Checker, error) {
	path := os.Getenv("TIDINGS_DISCORD_SPEC")
	if path == "" || underRace {
		return nil, nil
	}
	return spec.Load(path)
})

func newScenario(env *testscript.Env) (*scenario, error) {
	sc := &scenario{
		// Discord's three seconds are held in bot's tests, on a clock of their own; here
		// eight bots share a machine that may be slow.
		sim: discordsim.New(discordsim.Config{
			Token: "t0ken", Limits: discordsim.Limits{AnswerWithin: patience},
		}),
		outlet:  newTestOutlet(),
		faults:  make(map[string]*discordsim.FaultHandle),
		release: make(map[string]chan struct{}),
	}
	sc.guild = sc.sim.AddGuild(discordsim.GuildSpec{Name: "Workshop"})
	sc.sim.AddRole(sc.guild.ID, discordsim.RoleSpec{Name: "News", Mentionable: true})
	for _, name := range []string{"news", "phones"} {
		sc.sim.AddChannel(sc.guild.ID, discordsim.ChannelSpec{Name: name})
	}
	handler := sc.sim.Handler()
	checker, err := description()
	if err != nil {
		return nil, err
	}
	if checker != nil {
		handler, sc.report = checker.Wrap(handler)
	}
	if err := sc.sim.ListenHandler("127.0.0.1:0", handler); err != nil {
		return nil, err
	}
	if err := sc.outlet.listen(); err != nil {
		return nil, err
	}
	env.Defer(func() {
		for _, held := range sc.release {
			close(held)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := sc.sim.Close(ctx); err != nil {
			env.T().Log("close Discord: ", err)
		}
		sc.outlet.close()
		if sc.report != nil {
			for _, v := range sc.report.Violations() {
				env.T().Log("Discord's description: ", v)
			}
			if len(sc.report.Violations()) > 0 {
				env.T().FailNow()
			}
		}
	})
	env.Setenv("OUTLET", sc.outlet.url())
	env.Setenv("OUTLET_BY_NAME", strings.Replace(sc.outlet.url(), "127.0.0.1", "localhost", 1))
	env.Setenv("SITE", sc.outlet.site.URL)
	env.Setenv("DISCORD_TOKEN", "t0ken")
	env.Setenv("TIDINGS_DISCORD_API_URL", sc.sim.APIURL())
	env.Setenv("TIDINGS_FETCH_ALLOW", "127.0.0.0/8")
	env.Setenv("TIDINGS_POLL_BUNDLE", "none") // tests read nothing but loopback addresses
	env.Setenv("TIDINGS_POLL_SCHEDULE", "@every 1s")
	env.Setenv("TIDINGS_DATABASE_PATH", filepath.Join(env.WorkDir, "tidings.db"))
	env.Setenv("TIDINGS_LOG_FORMAT", "text")
	env.Setenv("TIDINGS_FETCH_HOST_PAUSE", "0s") // there is one host
	free, err := freeAddress()
	if err != nil {
		return nil, err
	}
	env.Setenv("FREE", free)
	return sc, nil
}

func command(run func(*scenario, *testscript.TestScript, []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("! is not supported")
		}
		sc := ts.Value(scenarioKey{}).(*scenario)
		ts.Check(run(sc, ts, args))
	}
}

func wait() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}

func (sc *scenario) channel(name string) (discordsim.Channel, error) {
	c, ok := sc.sim.ChannelNamed(sc.guild.ID, strings.TrimPrefix(name, "#"))
	if !ok {
		return c, fmt.Errorf("no channel %s", name)
	}
	return c, nil
}

// awaitBot waits until the bot is connected and has registered its commands.
//
//	awaitbot
func (sc *scenario) awaitBot(*testscript.TestScript, []string) error {
	ctx, cancel := wait()
	defer cancel()
	if err := sc.sim.WaitConnected(ctx); err != nil {
		return err
	}
	return sc.sim.WaitCommands(ctx)
}

// say types a line in a channel, as the admin or as somebody else, and prints the
// reply.
//
//	say #news '/subscribe query:xiaomi channel:#phones' [member]
func (sc *scenario) say(ts *testscript.TestScript, args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("usage: say #channel '/command option:value' [member]")
	}
	channel, err := sc.channel(args[0])
	if err != nil {
		return err
	}
	user := sc.sim.Admin().ID
	if len(args) > 2 && args[2] == "member" {
		user = sc.sim.Member().ID
	}
	ctx, cancel := wait()
	defer cancel()
	reply, err := sc.sim.Type(ctx, channel.ID, user, os.Expand(args[1], ts.Getenv))
	if err != nil {
		fmt.Fprintln(ts.Stdout(), err)
		return nil // what Discord itself refuses is a reply as well
	}
	sc.last = reply
	_, err = fmt.Fprintln(ts.Stdout(), messageText(reply.Message))
	return err
}

// press presses the button with a label under the last reply, or under the newest
// post of a channel, and prints the reply.
//
//	press 'Pause' [#channel]
func (sc *scenario) press(ts *testscript.TestScript, args []string) error {
	message := sc.last.Message
	if len(args) > 1 {
		channel, err := sc.channel(args[1])
		if err != nil {
			return err
		}
		all := sc.sim.Messages(channel.ID)
		if len(all) == 0 {
			return fmt.Errorf("nothing is posted in %s", args[1])
		}
		message = all[len(all)-1]
	}
	button, ok := message.Button(args[0])
	if !ok {
		return fmt.Errorf("no button %q under %q", args[0], messageText(message))
	}
	ctx, cancel := wait()
	defer cancel()
	reply, err := sc.sim.Press(ctx, message, button.CustomID, sc.sim.Admin().ID)
	if err != nil {
		return err
	}
	sc.last = reply
	_, err = fmt.Fprintln(ts.Stdout(), messageText(reply.Message))
	return err
}

// chat posts a message as a member.
//
//	chat #news 'Have you seen $OUTLET/story/one?'
func (sc *scenario) chat(ts *testscript.TestScript, args []string) error {
	channel, err := sc.channel(args[0])
	if err != nil {
		return err
	}
	_, err = sc.sim.Say(channel.ID, sc.sim.Member().ID, os.Expand(args[1], ts.Getenv))
	return err
}

// onMessage runs a command of the message menu on the newest message of a channel, as
// a member, and prints the reply.
//
//	onmessage #news 'Summarise links'
func (sc *scenario) onMessage(ts *testscript.TestScript, args []string) error {
	channel, err := sc.channel(args[0])
	if err != nil {
		return err
	}
	all := sc.sim.Messages(channel.ID)
	if len(all) == 0 {
		return fmt.Errorf("nothing is posted in %s", args[0])
	}
	ctx, cancel := wait()
	defer cancel()
	reply, err := sc.sim.RunOnMessage(ctx, sc.sim.Member().ID, all[len(all)-1], args[1])
	if err != nil {
		return err
	}
	sc.last = reply
	_, err = fmt.Fprintln(ts.Stdout(), messageText(reply.Message))
	return err
}

// quiet is how long a channel must stay as it is before a count of posts is
// believed: longer than a poll and its jobs take.
const quiet = 2500 * time.Millisecond

// posts waits until a channel has exactly so many posts, makes sure that no more
// follow, and prints them.
//
//	posts #phones 1
func (sc *scenario) posts(ts *testscript.TestScript, args []string) error {
	channel, err := sc.channel(args[0])
	if err != nil {
		return err
	}
	want, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	ctx, cancel := wait()
	defer cancel()
	if _, err := sc.sim.WaitMessages(ctx, channel.ID, want); err != nil {
		return err
	}
	time.Sleep(quiet)
	all := sc.sim.Messages(channel.ID)
	for _, m := range all {
		fmt.Fprintln(ts.Stdout(), messageText(m))
	}
	if len(all) != want {
		return fmt.Errorf("%s has %d posts, want %d", args[0], len(all), want)
	}
	return nil
}

// awaitPost waits until a post in a channel contains a text.
//
//	awaitpost #phones 'Also in'
func (sc *scenario) awaitPost(ts *testscript.TestScript, args []string) error {
	channel, err := sc.channel(args[0])
	if err != nil {
		return err
	}
	ctx, cancel := wait()
	defer cancel()
	post, err := sc.sim.WaitMessage(ctx, channel.ID, func(m discordsim.Message) bool {
		return strings.Contains(messageText(m), args[1])
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(ts.Stdout(), messageText(post))
	return err
}

// publish puts a story on the outlet.
//
//	publish SLUG 'Title' 'Text' [AGE]
func (sc *scenario) publish(_ *testscript.TestScript, args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("usage: publish SLUG 'Title' 'Text' [AGE]")
	}
	age := time.Duration(0)
	if len(args) > 3 {
		var err error
		if age, err = time.ParseDuration(args[3]); err != nil {
			return err
		}
	}
	sc.outlet.publish(args[0], args[1], args[2], time.Now().Add(-age))
	return nil
}

// polled waits until the outlet was asked for its feed, as it now is, again.
func (sc *scenario) polled(*testscript.TestScript, []string) error {
	ctx, cancel := wait()
	defer cancel()
	// Two more requests: the first may have been answered before the last story.
	want := sc.outlet.requests() + 2
	for sc.outlet.requests() < want {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the feed was not polled: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// fault makes Discord misbehave.
//
//	fault NAME METHOD PATH [times=N] [status=N] [code=N] [retry=DURATION] [after] [hold] [drop]
func (sc *scenario) fault(_ *testscript.TestScript, args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("usage: fault NAME METHOD PATH [settings]")
	}
	f := discordsim.Fault{Method: args[1], Path: args[2], Times: 1}
	for _, arg := range args[3:] {
		key, value, _ := strings.Cut(arg, "=")
		var err error
		switch key {
		case "times":
			f.Times, err = strconv.Atoi(value)
		case "status":
			f.Status, err = strconv.Atoi(value)
		case "code":
			f.Code, err = strconv.Atoi(value)
		case "retry":
			f.RetryAfter, err = time.ParseDuration(value)
		case "drop":
			f.Drop = true
		case "after":
			f.AfterHandling = true
		case "hold":
			held := make(chan struct{})
			sc.release[args[0]] = held
			f.Hold = held
		default:
			err = fmt.Errorf("unknown setting %q", arg)
		}
		if err != nil {
			return err
		}
	}
	sc.faults[args[0]] = sc.sim.Fail(f)
	return nil
}

// awaitHit waits until a fault has caught a request.
func (sc *scenario) awaitHit(_ *testscript.TestScript, args []string) error {
	handle, ok := sc.faults[args[0]]
	if !ok {
		return fmt.Errorf("no fault %q", args[0])
	}
	select {
	case <-handle.Entered():
		return nil
	case <-time.After(patience):
		return fmt.Errorf("fault %q caught nothing", args[0])
	}
}

// lift ends a fault and lets what it holds go.
func (sc *scenario) lift(_ *testscript.TestScript, args []string) error {
	handle, ok := sc.faults[args[0]]
	if !ok {
		return fmt.Errorf("no fault %q", args[0])
	}
	handle.Remove()
	if held, ok := sc.release[args[0]]; ok {
		close(held)
		delete(sc.release, args[0])
	}
	return nil
}

// deny takes a permission from the bot in a channel.
//
//	deny #phones send|view|embed
func (sc *scenario) deny(_ *testscript.TestScript, args []string) error {
	channel, err := sc.channel(args[0])
	if err != nil {
		return err
	}
	permission, ok := map[string]discordsim.Permissions{
		"send": discordsim.SendMessages, "view": discordsim.ViewChannel, "embed": discordsim.EmbedLinks,
	}[args[1]]
	if !ok {
		return fmt.Errorf("no permission %q", args[1])
	}
	return sc.sim.DenyBot(channel.ID, permission)
}

// removeChannel deletes a channel.
func (sc *scenario) removeChannel(_ *testscript.TestScript, args []string) error {
	channel, err := sc.channel(args[0])
	if err != nil {
		return err
	}
	return sc.sim.RemoveChannel(channel.ID)
}

// eventually says a line until the reply contains a text.
//
//	eventually #news '/subscriptions' 'paused'
func (sc *scenario) eventually(ts *testscript.TestScript, args []string) error {
	channel, err := sc.channel(args[0])
	if err != nil {
		return err
	}
	ctx, cancel := wait()
	defer cancel()
	for {
		reply, err := sc.sim.Type(ctx, channel.ID, sc.sim.Admin().ID, os.Expand(args[1], ts.Getenv))
		if err != nil {
			return err
		}
		sc.last = reply
		text := messageText(reply.Message)
		if strings.Contains(text, args[2]) {
			_, err := fmt.Fprintln(ts.Stdout(), text)
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s never answered %q, at last:\n%s", args[1], args[2], text)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// messageText is what a person reads in a message.
func messageText(m discordsim.Message) string {
	var b strings.Builder
	fmt.Fprintln(&b, m.Content)
	for _, e := range m.Embeds {
		if e.Author != nil {
			fmt.Fprintln(&b, e.Author.Name)
		}
		fmt.Fprintf(&b, "%s\n%s\n%s\n", e.Title, e.URL, e.Description)
		for _, f := range e.Fields {
			fmt.Fprintf(&b, "%s\n%s\n", f.Name, f.Value)
		}
	}
	if menu, ok := menuOf(m.Components); ok {
		for _, o := range menu.Options {
			fmt.Fprintln(&b, o.Label)
		}
	}
	return strings.TrimSpace(b.String())
}
