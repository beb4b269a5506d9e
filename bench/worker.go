package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// A task is what a worker is asked to do: calls of a stack to a server in the same process.
type task struct {
	Stack   string
	Way     string // one of the ways of a loop
	Callers int
	Time    time.Duration // of the calls; 0 means one call of each caller
	Tape    *tapeTask     // instead of the calls
}

// A result is what a task took.
type result struct {
	Calls int
	Units int           // what was received: responses, mebibytes or events
	Wall  time.Duration // from the first call to the end of the last
	CPU   time.Duration // of the process: caller, server and garbage collector
	Error string
	tapeResult
}

// runWorker is the command "worker": it reads tasks, one per line, performs them and writes the
// results.
func runWorker(ctx context.Context, in io.Reader, out io.Writer) error {
	loop, err := newLoop()
	if err != nil {
		return err
	}
	defer loop.close()
	tapes := make(openTapes)
	defer tapes.close()
	lines, w := bufio.NewScanner(in), json.NewEncoder(out)
	for lines.Scan() {
		var t task
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			return err
		}
		var r result
		if t.Tape != nil {
			r, err = tapes.do(*t.Tape)
		} else {
			r, err = loop.do(ctx, t)
		}
		if err != nil {
			r.Error = fmt.Sprintf("%s: %v", t.Stack, err)
		}
		if err := w.Encode(r); err != nil {
			return err
		}
	}
	return lines.Err()
}

// A worker is a process of a build that does tasks.
type worker struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

// start starts a worker. It runs until it is stopped, or ctx ends.
func (b *build) start(ctx context.Context) (*worker, error) {
	w := &worker{cmd: exec.CommandContext(ctx, b.program, "worker")} //nolint:gosec // a program of ours
	w.cmd.Stderr = os.Stderr
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.in, w.out = in, json.NewDecoder(out)
	return w, w.cmd.Start()
}

// do lets the worker perform a task.
func (w *worker) do(t task) (r result, err error) {
	if err := json.NewEncoder(w.in).Encode(t); err != nil {
		return r, err
	}
	if err := w.out.Decode(&r); err != nil {
		return r, fmt.Errorf("the worker ended: %w", err)
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

func (w *worker) stop() error { return errors.Join(w.in.Close(), w.cmd.Wait()) }
