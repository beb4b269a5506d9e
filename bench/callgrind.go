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

// code is the lines of code, of codeLine bytes each, that every call executes, by their numbers. A
// processor loads code by such lines. Over a connection a stack finds few of its own loaded.
type code map[uint64]struct{}

// codeLine is the size of a line of the instruction cache of common processors.
const codeLine = 64

// beyond returns how many lines of c are not in d.
func (c code) beyond(d code) (n int) {
	for line := range c {
		if _, ok := d[line]; !ok {
			n++
		}
	}
	return n
}

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

// instructions counts the instructions of a call of a stack, which the given program makes, and
// returns the lines of code that it executes.
//
// The program makes two stretches of calls in one process. It calls mark before, between and after
// them, where callgrind writes what it has counted and starts again. Costs that arise once are in
// both stretches, so the difference is the cost of the calls alone.
func instructions(ctx context.Context, program, name string) (profile, code, error) {
	tool, err := valgrind()
	if err != nil {
		return nil, nil, err
	}
	dir, err := os.MkdirTemp("", "instr")
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "out")
	//nolint:gosec // both programs are ours
	cmd := exec.CommandContext(ctx, tool, "--tool=callgrind", "--callgrind-out-file="+file,
		"--dump-instr=yes", "--dump-before=main.mark", program, "spin", name)
	// One thread at a time, no garbage collector, and no signal during a call. Nor RDTSCP, which the
	// runtime executes when two of its threads want the same lock, so now and then on a busy machine:
	// where the processor lacks it, valgrind reports it all the same, and ends a program that executes it.
	cmd.Env = append(os.Environ(), "GOGC=off", "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1,cpu.rdtscp=off")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("%s under valgrind: %w: %s", name, err, bytes.TrimSpace(text))
	}
	short, _, err := readProfile(file + ".2")
	if err != nil {
		return nil, nil, err
	}
	long, executed, err := readProfile(file + ".3")
	if err != nil {
		return nil, nil, err
	}
	s, err := stackNamed(name)
	if err != nil {
		return nil, nil, err
	}
	_, n := stretchOf(s)
	return long.minus(short, 1).parts(float64(2 * n)), inEachCall(executed, 3*n), nil
}

// inEachCall returns the lines of code that were executed about as often as there were calls, or
// more often. A few calls take another way, such as those that fill a cache.
func inEachCall(executed map[uint64]float64, calls int) code {
	c := make(code)
	for address, n := range executed {
		if n >= 0.9*float64(calls) {
			c[address/codeLine] = struct{}{}
		}
	}
	return c
}

func readProfile(path string) (profile, map[uint64]float64, error) {
	f, err := os.Open(path) //nolint:gosec // callgrind has written it for us
	if err != nil {
		return nil, nil, fmt.Errorf("callgrind has not counted the calls apart: %w", err)
	}
	defer func() { _ = f.Close() }()
	return parseProfile(f)
}

// parseProfile reads the format of callgrind, and returns how often the instruction at each address
// was executed too. Names are abbreviated: "(12) name" at the first occurrence, "(12)" later. The
// line after a "calls=" is the cost of the called function.
func parseProfile(r io.Reader) (profile, map[uint64]float64, error) {
	names := make(map[string]string)
	name := func(v string) string {
		id, text, ok := strings.Cut(v, " ")
		if ok {
			names[id] = text
		}
		return names[id]
	}
	p, executed := make(profile), make(map[uint64]float64)
	function, called := "", false
	var at uint64
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
			cells := strings.Fields(line) // address, line of the source, cost
			var n float64
			err := errors.New("three cells are wanted")
			if len(cells) == 3 {
				at, err = moved(at, cells[0])
			}
			if err == nil {
				n, err = strconv.ParseFloat(cells[2], 64)
			}
			if err != nil || function == "" {
				return nil, nil, fmt.Errorf("a line of callgrind's that says nothing: %q", line)
			}
			if called {
				called = false
				continue
			}
			p[function] += n
			executed[at] += n
		}
	}
	if err := s.Err(); err != nil {
		return nil, nil, err
	}
	if len(p) == 0 {
		return nil, nil, errors.New("callgrind has counted nothing")
	}
	return p, executed, nil
}

// moved returns the address that a text names, beside the one before: "0x10", "+3", "-3", or "*" for
// the same.
func moved(from uint64, text string) (uint64, error) {
	if text == "*" {
		return from, nil
	}
	n, err := strconv.ParseUint(strings.TrimLeft(text, "+-"), 0, 64)
	switch text[0] {
	case '+':
		n = from + n
	case '-':
		n = from - n
	}
	return n, err
}
