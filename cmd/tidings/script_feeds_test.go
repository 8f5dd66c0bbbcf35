package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"tidings/internal/discordsim"
)

// What scripts have for feeds: an outlet in trouble, a hub, files and menus.
var feedCommands = map[string]func(*testscript.TestScript, bool, []string){
	"outlet":     command((*scenario).askOutlet),
	"hub":        command((*scenario).askHub),
	"awaitposts": command((*scenario).awaitPosts),
	"expand":     command((*scenario).expand),
	"attach":     command((*scenario).attach),
	"save":       command((*scenario).save),
	"choose":     command((*scenario).choose),
}

// askOutlet has the outlet's feed fail, heal, or move for good.
//
//	outlet fail 403
//	outlet heal
//	outlet move /moved.xml
func (sc *scenario) askOutlet(_ *testscript.TestScript, args []string) error {
	switch {
	case len(args) == 2 && args[0] == "fail":
		status, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		sc.outlet.fail(status)
	case len(args) == 1 && args[0] == "heal":
		sc.outlet.fail(0)
	case len(args) == 2 && args[0] == "move":
		sc.outlet.move(args[1])
	default:
		return errors.New("usage: outlet fail STATUS, outlet heal, outlet move PATH")
	}
	return nil
}

// askHub waits until the bot has subscribed at the outlet's hub, or has the hub push
// the feed as it now is, with its own signature or another's.
//
//	hub await
//	hub push [forged]
func (sc *scenario) askHub(_ *testscript.TestScript, args []string) error {
	hub := &sc.outlet.hub
	switch {
	case len(args) == 1 && args[0] == "await":
		return hub.await()
	case len(args) > 0 && args[0] == "push":
		secret := ""
		if len(args) > 1 {
			secret = args[1]
		}
		status, err := hub.push(sc.outlet.feed("Hubbed Outlet", false), secret)
		if err == nil && status/100 != 2 {
			err = fmt.Errorf("the push was answered %d %s", status, http.StatusText(status))
		}
		return err
	}
	return errors.New("usage: hub await, hub push [forged]")
}

// awaitPosts waits until a channel has at least so many posts, and prints the last.
//
//	awaitposts #news 2
func (sc *scenario) awaitPosts(ts *testscript.TestScript, args []string) error {
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
	all, err := sc.sim.WaitMessages(ctx, channel.ID, want)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(ts.Stdout(), messageText(all[len(all)-1]))
	return err
}

// expand replaces the variables in a file of the script.
//
//	expand list.opml
func (sc *scenario) expand(ts *testscript.TestScript, args []string) error {
	path := ts.MkAbs(args[0])
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(os.Expand(string(text), ts.Getenv)), 0o600)
}

// attach makes a file of the script one that the next commands may name.
//
//	attach list.opml
func (sc *scenario) attach(ts *testscript.TestScript, args []string) error {
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	if err != nil {
		return err
	}
	sc.sim.AddFile(args[0], data)
	return nil
}

// save writes the last reply's file.
//
//	save import.txt
func (sc *scenario) save(ts *testscript.TestScript, args []string) error {
	files := sc.last.Message.Attachments
	if len(files) != 1 {
		return fmt.Errorf("the last reply has %d files", len(files))
	}
	data, ok := sc.sim.File(files[0].URL)
	if !ok {
		return fmt.Errorf("nothing is at %s", files[0].URL)
	}
	return os.WriteFile(ts.MkAbs(args[0]), data, 0o600)
}

// choose picks options, by their labels, in the last reply's menu, and prints the
// reply.
//
//	choose 'Everything' 'The rest'
func (sc *scenario) choose(ts *testscript.TestScript, args []string) error {
	menu, ok := menuOf(sc.last.Message.Components)
	if !ok {
		return errors.New("the last reply has no menu")
	}
	var values []string
	for _, label := range args {
		i := slices.IndexFunc(menu.Options, func(o discordsim.SelectOption) bool { return strings.HasPrefix(o.Label, label) })
		if i < 0 {
			return fmt.Errorf("the menu has no option %q", label)
		}
		values = append(values, menu.Options[i].Value)
	}
	ctx, cancel := wait()
	defer cancel()
	reply, err := sc.sim.Select(ctx, sc.last.Message, menu.CustomID, sc.sim.Admin().ID, values...)
	if err != nil {
		return err
	}
	sc.last = reply
	_, err = fmt.Fprintln(ts.Stdout(), messageText(reply.Message))
	return err
}

// menuOf finds the menu among components.
func menuOf(components []discordsim.Component) (discordsim.Component, bool) {
	for _, c := range components {
		if len(c.Options) > 0 {
			return c, true
		}
		if menu, ok := menuOf(c.Components); ok {
			return menu, true
		}
	}
	return discordsim.Component{}, false
}
