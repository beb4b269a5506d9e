package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// A profile is the instructions of each function, without those of the functions that it calls.
type profile map[string]float64

// total returns the sum over all functions.
func (p profile) total() (sum float64) {
	for _, n := range p {
		sum += n
	}
	return sum
}

// minus returns p less weight times q.
func (p profile) minus(q profile, weight float64) profile {
	out := make(profile, len(p))
	maps.Copy(out, p)
	for f, n := range q {
		out[f] -= weight * n
	}
	return out
}

// parts returns p divided by n.
func (p profile) parts(n float64) profile { return profile{}.minus(p, -1/n) }

// errNoValgrind says that nothing can be counted on this machine.
var errNoValgrind = errors.New("valgrind is not there, so no instructions are counted")

// valgrind returns the path of the program.
func valgrind() (string, error) {
	path, err := exec.LookPath("valgrind")
	if err != nil {
		return "", errNoValgrind
	}
	return path, nil
}

// instructions counts the instructions of a call of a stack, which the given program makes.
//
// The program makes two stretches of calls in one process. It calls mark before, between and after
// them, where callgrind writes what it has counted and starts again. Costs that arise once are in
// both stretches, so the difference is the cost of the calls alone.
func instructions(ctx context.Context, program, name string) (profile, error) {
	tool, err := valgrind()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "instr")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "out")
	//nolint:gosec // both programs are ours
	cmd := exec.CommandContext(ctx, tool, "--tool=callgrind", "--callgrind-out-file="+file,
		"--dump-before=main.mark", program, "spin", name)
	// One thread at a time, no garbage collector, and no signal during a call.
	cmd.Env = append(os.Environ(), "GOGC=off", "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s under valgrind: %w: %s", name, err, bytes.TrimSpace(text))
	}
	short, err := readProfile(file + ".2")
	if err != nil {
		return nil, err
	}
	long, err := readProfile(file + ".3")
	if err != nil {
		return nil, err
	}
	s, err := stackNamed(name)
	if err != nil {
		return nil, err
	}
	_, n := stretchOf(s)
	return long.minus(short, 1).parts(float64(2 * n)), nil
}

func readProfile(path string) (profile, error) {
	f, err := os.Open(path) //nolint:gosec // callgrind has written it for us
	if err != nil {
		return nil, fmt.Errorf("callgrind has not counted the calls apart: %w", err)
	}
	defer func() { _ = f.Close() }()
	return parseProfile(f)
}

// parseProfile reads the format of callgrind. Names are abbreviated: "(12) name" at the first
// occurrence, "(12)" later. The line after a "calls=" is the cost of the called function.
func parseProfile(r io.Reader) (profile, error) {
	names := make(map[string]string)
	name := func(v string) string {
		id, text, ok := strings.Cut(v, " ")
		if ok {
			names[id] = text
		}
		return names[id]
	}
	p := make(profile)
	function, called := "", false
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		line := s.Text()
		switch key, value, ok := strings.Cut(line, "="); {
		case line == "":
		case ok && key == "fn":
			// Callgrind counts a function that runs inside itself as several functions.
			function, _, _ = strings.Cut(name(value), "'")
		case ok && key == "cfn":
			name(value)
		case ok && key == "calls":
			called = true
		case strings.IndexByte("0123456789+-*", line[0]) >= 0:
			if called {
				called = false
				continue
			}
			_, cost, ok := strings.Cut(line, " ")
			n, err := strconv.ParseFloat(cost, 64)
			if !ok || err != nil || function == "" {
				return nil, fmt.Errorf("a line of callgrind's that says nothing: %q", line)
			}
			p[function] += n
		}
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if len(p) == 0 {
		return nil, errors.New("callgrind has counted nothing")
	}
	return p, nil
}
