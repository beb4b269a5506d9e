package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	if len(args) > 0 {
		rest := args[1:]
		if ok, err := tapeCommands(ctx, args[0], rest, out, progress); ok {
			return err
		}
		switch args[0] {
		case "instr":
			return runInstr(ctx, rest, out, progress)
		case "loopback":
			return runLoopback(ctx, rest, out, progress)
		case "processor":
			return runProcessor(ctx, rest, out, progress)
		case "waiting":
			return runWaiting(ctx, rest, out, progress)
		case "waiters":
			return runWaiters(ctx, out)
		case "docs":
			return runDocs(ctx, rest, progress)
		case "worker":
			return runWorker(ctx, os.Stdin, out)
		case "spin":
			return runSpin(rest)
		case "alloc":
			return runAlloc(rest, out)
		}
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(progress)
	rounds := flags.Int("rounds", 60, "rounds over all stacks")
	length := flags.Duration("slice", 10*time.Millisecond, "time of a stack in a round")
	only := flags.String("run", "", "only stacks that match the regular expression, and the bare ones")
	check := flags.Bool("check", false, "fail if a line of allocations is crossed, or instr -check fails")
	if err := flags.Parse(args); err != nil {
		return err
	}
	match, err := regexp.Compile(*only)
	switch {
	case err != nil:
		return err
	case *rounds < 1 || *length < time.Millisecond:
		return errors.New("-rounds must be at least 1 and -slice at least 1ms")
	case flags.NArg() > 0:
		return fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	list := slices.DeleteFunc(complete(stacks()), func(s *stack) bool {
		return !inSections(s.name) || !match.MatchString(s.name) && !strings.HasPrefix(s.name, bare) && s.name != oneNoop
	})

	for _, s := range list {
		if err := s.check(s.duties); err != nil {
			return err
		}
	}
	if err := checkAdmissions(); err != nil {
		return err
	}
	alone := slices.DeleteFunc(admitted(), func(b *bench) bool {
		return !match.MatchString(b.name) && !strings.HasPrefix(b.name, admitNothing)
	})
	benches, byName, err := measure(ctx, list, alone, *rounds, *length, progress)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	defer w.Flush()
	fmt.Fprintf(w, "%s, %s/%s, GOMAXPROCS %d, GOGC %s, %d rounds of %v for each of %d stacks. All rows are differences in ns for a call.\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), cmp.Or(os.Getenv("GOGC"), "100"),
		*rounds, *length, len(benches))
	costs(w, byName)
	kept := lines(w, redLines(byName))
	if !*check {
		return nil
	}
	if !kept {
		return errors.Join(w.Flush(), errors.New("a red line is crossed"))
	}
	return errors.Join(w.Flush(), runInstr(ctx, []string{"-check"}, out, progress))
}

func measure(
	ctx context.Context, list []*stack, alone []*bench, rounds int, length time.Duration, progress io.Writer,
) ([]*bench, map[string]*bench, error) {
	var benches []*bench
	byName := make(map[string]*bench)
	for _, s := range list {
		benches = append(benches, s.bench(runtime.GOMAXPROCS(0)))
	}
	benches = append(benches, alone...)
	for _, b := range benches {
		if err := b.calibrate(length); err != nil {
			return nil, nil, err
		}
		if err := b.countMemory(); err != nil {
			return nil, nil, err
		}
		byName[b.name] = b
	}
	fmt.Fprintf(progress, "bench: %d stacks, about %v\n", len(benches),
		(2 * time.Duration(rounds*len(benches)) * length).Round(time.Second))
	for range rounds {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if err := round(benches); err != nil {
			return nil, nil, err
		}
	}
	return benches, byName, nil
}
