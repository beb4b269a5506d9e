package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// docsFiles have places for what this program prints. Each place begins with a line that names the
// command that prints it,
//
//	<!-- bench instr -run ^chain -->
//
// and ends with docsEnd.
const (
	docsBegin = "<!-- bench "
	docsEnd   = "<!-- bench end -->"
)

func docsFiles() []string { return []string{"../docs/performance.md", "../docs/replay.md"} }

// runDocs is the command "docs". It runs each command that a page names twice, and writes there
// what both print, as ranges.
func runDocs(ctx context.Context, args []string, progress io.Writer) error {
	flags := flag.NewFlagSet("bench docs", flag.ContinueOnError)
	flags.SetOutput(progress)
	base := flags.String("base", "", "the commit beside this one; default: the one in the file")
	only := flags.String("only", "", "only the places of the command of that name")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	for _, file := range docsFiles() {
		text, err := os.ReadFile(file) //nolint:gosec // a file of the repository
		if err != nil {
			return err
		}
		filled, err := fill(string(text), func(words []string) (string, error) {
			if *only != "" && words[0] != *only {
				return "", nil
			}
			for i := 1; i < len(words); i++ {
				if words[i-1] == "-base" && *base != "" {
					words[i] = *base
				}
			}
			fmt.Fprintf(progress, "bench: %s, twice\n", strings.Join(words, " "))
			return runTwice(ctx, words, progress)
		})
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(filled), 0o644); err != nil { //nolint:gosec // a file of the repository
			return err
		}
	}
	return nil
}

// runTwice runs a command twice and returns what both runs print, merged.
func runTwice(ctx context.Context, words []string, progress io.Writer) (string, error) {
	var runs [2]bytes.Buffer
	for i := range runs {
		if err := run(ctx, words, &runs[i], progress); err != nil {
			return "", err
		}
	}
	return mergeTables(runs[0].String(), runs[1].String())
}

// fill returns a text in which each place has what show returns for its command. If show returns
// "", the place is left unchanged.
func fill(text string, show func(words []string) (string, error)) (string, error) {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, docsBegin)
		out.WriteString(before)
		if !ok {
			return out.String(), nil
		}
		command, rest, ok := strings.Cut(rest, " -->\n")
		old, after, ended := strings.Cut(rest, docsEnd)
		words := strings.Fields(command)
		if !ok || !ended || len(words) == 0 || strings.Contains(old, docsBegin) {
			return "", errors.New("a place for a table has no command or no end")
		}
		filled, err := show(words)
		if err != nil {
			return "", err
		}
		if filled == "" {
			filled = old
		} else {
			filled = "\n" + filled + "\n"
		}
		out.WriteString(docsBegin + command + " -->\n" + filled + docsEnd)
		text = after
	}
}
