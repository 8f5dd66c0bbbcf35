package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rooms says which of our packages may import which others of ours, as docs/design.md
// explains. A package below a room (internal/store/internal/db) belongs to it.
var rooms = map[string][]string{
	"internal/news":       {},
	"internal/match":      {"internal/news"},
	"internal/fetch":      {"internal/news"},
	"config":              {"internal/news"},
	"internal/article":    {"internal/fetch", "internal/news"},
	"internal/summary":    {"internal/news"},
	"feeds":               {"internal/news", "internal/fetch"},
	"internal/dispatch":   {"internal/news", "internal/match"},
	"bot":                 {"internal/news", "internal/match"},
	"internal/jobs":       {"internal/news"},
	"internal/store":      {"internal/news"},
	"internal/telemetry":  {},
	"internal/discordsim": {},
	"internal/outlets":    {},
}

// libraries says which room alone knows a library.
var libraries = map[string]string{
	"github.com/mmcdole/gofeed":              "feeds",
	"github.com/bwmarrin/discordgo":          "bot",
	"github.com/riverqueue/river":            "internal/jobs",
	"modernc.org/sqlite":                     "internal/store",
	"github.com/pressly/goose":               "internal/store",
	"github.com/markusmobius/go-trafilatura": "internal/article",
}

type goPackage struct {
	ImportPath string
	Doc        string
	Imports    []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Doc,Imports", "tidings/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// roomOf returns the room that a package of ours belongs to, "" for none.
func roomOf(path string) string {
	path = strings.TrimPrefix(path, "tidings/")
	for room := range rooms {
		if path == room || strings.HasPrefix(path, room+"/") {
			return room
		}
	}
	return ""
}

func TestRoomsImportWhomTheyMay(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if strings.HasPrefix(p.ImportPath, "tidings/cmd/") {
			continue // the only place where rooms meet
		}
		room := roomOf(p.ImportPath)
		if room == "" {
			t.Errorf("%s belongs to no room: add it to this table and to docs/design.md", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if other := roomOf(imported); strings.HasPrefix(imported, "tidings/") && other != room && !slices.Contains(rooms[room], other) {
				t.Errorf("%s imports %s, which %s may not", p.ImportPath, imported, room)
			}
			for library, owner := range libraries {
				if strings.HasPrefix(imported, library) && room != owner {
					t.Errorf("%s imports %s, which only %s may know", p.ImportPath, imported, owner)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItPromises(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}
