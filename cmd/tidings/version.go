package main

import (
	"fmt"
	"runtime/debug"
)

// version is set by the linker in a release: -ldflags "-X main.version=1.2.3".
var version = ""

type versionCommand struct{}

func (versionCommand) Run(s streams) error {
	fmt.Fprintf(s.out, "tidings %s\n", versionString())
	return nil
}

// versionString is the release, or the commit that the program was built from.
func versionString() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, modified := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			revision = s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "+changes"
		}
	}
	if revision == "" {
		return "development (" + info.GoVersion + ")"
	}
	return revision + modified + " (" + info.GoVersion + ")"
}
