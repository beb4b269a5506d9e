package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// instrRows returns the rows whose instructions are counted, each over a base.
func instrRows() []row {
	return []row{
		over(bare, oneNoop, "a no-op layer: the Call and its ledger"),
		over(bare, "metrics", "metrics"),
		over(bare, "logging failures", "logging with nothing to say"),
		over(bare, "logging each", "logging a line for each response"),
		over(bare, "logging by hand", "slog by hand, a line for each response"),
		over(bareClient, "typed", "a typed GET of a parse.Endpoint, over a bare http.Client"),
		over(bareClient, "typed by hand", "the same by net/http and encoding/json"),
		over(bare, "retry", "retry"),
		over(bare, "concurrency", "concurrency"),
		over(bare, "throttle", "throttle, a rule with a URL"),
		over(bare, throttleEvery, "throttle, a rule of every request"),
		over(bare, "total timeout", "timeout.New, total alone"),
		over(bare, "total and idle timeout", "timeout.New, total and idle"),
		over(bare, "attempt timeout", "timeout.PerAttempt"),
		over(bare, "hook", "hook without an edit"),
		over(bare, "auth", "auth, a header"),
		over(bare, chain, "**chain** of the README, with a logger that has nothing to say"),
		over(bare, chainHook, "chain, and a hook without an edit around it"),
		over(bareIDs, "chain, new ids", "chain, new ids in the path"),
		over(bare, chainTimed, "chain and timeouts: total, idle, attempt"),
		over(bare, "chain, 1 rule", "chain, 1 rule"),
		over(bare, "chain, 1,000 rules", "chain, 1,000 rules"),
		over(bareIDs, "chain, 1,000 rules, new ids", "chain, 1,000 rules, new ids"),
		over(bare, six, "**six**: metrics, logging off, retry, replay off, concurrency, throttle"),
		over(bare, "six and timeouts", "six and timeouts: total, idle, attempt"),
		over(bare, "timeout by hand", "by hand: context.WithTimeout, Request.WithContext, cancel at Close"),
		over(bareClient, "http.Client.Timeout", "http.Client.Timeout, over the same client without"),
		over(bareTwice, "retry, 503 and 200", "retry, a 503 and a further attempt, over two bare calls"),
		over(bare, rateByHandName, "x/time/rate as a layer by hand"),
		over(bare, slotByHandName, "x/sync/semaphore as a layer by hand, to the body's end"),
		over(bareClient, "six, http.Client", "six in an http.Client, over a bare http.Client"),
		over(barePOST, "six, POST", "six, POST"),
		over(barePiped, "chain, net/http", "chain, over a transport of net/http"),
		over(barePiped, "chain and timeouts, net/http", "chain and timeouts, over a transport of net/http"),
		over(barePiped, "timeout by hand, net/http", "by hand: context.WithTimeout and so on, over a transport of net/http"),
		over(clientPiped, "http.Client.Timeout, net/http", "http.Client.Timeout, over a transport of net/http"),
		over(barePiped, "assembled, net/http", "assembled, over a transport of net/http"),
		over(bare, baselineSix, "**baseline-6**: the same work by hand, least code"),
		over(bare, fused, "**baseline-fused**: the happy path of chain by hand, with a Call"),
		over(bare, assembledSix, "**assembled**: promhttp, slog off, rehttp, x/sync, x/time"),
		over(bare, "assembled, to body end", "assembled, slot held to the body's end"),
	}
}

// instrOptions are the flags of the command "instr".
type instrOptions struct {
	base  string
	by    int
	check bool
	write bool
	times int
	rows  []row
}

func parseInstr(args []string, progress io.Writer) (o instrOptions, err error) {
	flags := flag.NewFlagSet("bench instr", flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.StringVar(&o.base, "base", "", "a commit whose layers are counted too, by this bench")
	by := flags.String("by", "", "function: list where the instructions of each row are")
	most := flags.Int("most", 40, "the length of such a list")
	flags.BoolVar(&o.check, "check", false, "fail if a row is more than 5 % above "+guardFile)
	flags.BoolVar(&o.write, "update", false, "write "+guardFile)
	flags.IntVar(&o.times, "times", 1, "how often each stack is counted: the median is shown, and the spread")
	only := flags.String("run", "", "only rows whose stack or text matches the regular expression, and the baseline")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	match, err := regexp.Compile(*only)
	switch {
	case err != nil:
		return o, err
	case *by != "" && *by != "function":
		return o, fmt.Errorf("-by takes function, not %q", *by)
	case o.times < 1 || *most < 1:
		return o, errors.New("-times and -most must be at least 1")
	case flags.NArg() > 0:
		return o, fmt.Errorf("unknown argument %q", flags.Arg(0))
	case o.write && *only != "":
		return o, errors.New("-update writes all rows, so it takes no -run")
	}
	if *by != "" {
		o.by = *most
	}
	o.rows = slices.DeleteFunc(instrRows(), func(r row) bool {
		return r.plus[0] != baselineSix && !match.MatchString(r.plus[0]) && !match.MatchString(r.text)
	})
	return o, nil
}

// runInstr is the command "instr".
func runInstr(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	o, err := parseInstr(args, progress)
	if err != nil {
		return err
	}
	if _, err := valgrind(); err != nil {
		fmt.Fprintf(out, "skipped: %v\n", err)
		return nil
	}
	builds, done, err := buildAll(ctx, o.base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	for _, b := range builds {
		fmt.Fprintf(progress, "bench: instructions of %s\n", b.name)
		if err := b.count(ctx, stacksOf(o.rows), o.times); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%s, %s/%s. Instructions, lines of code and allocations of a call over those of its base, without the clock and the collector.\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH)
	instrTable(out, o.rows, builds)
	if o.by > 0 {
		byFunction(out, o.rows, builds, o.by)
	}
	if o.write {
		return writeGuard(guardFile, figuresOf(o.rows, builds[0]))
	}
	if o.check {
		return checkGuard(out, guardFile, figuresOf(o.rows, builds[0]))
	}
	return nil
}

// stacksOf returns the names of the stacks of some rows.
func stacksOf(rows []row) (names []string) {
	for _, r := range rows {
		names = append(append(names, r.minus...), r.plus...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// A build is this bench with the layers of one commit, and what was counted of it.
type build struct {
	name    string
	program string
	counts  map[string][]profile // the counts of each stack
	code    map[string]code      // the lines of code of each stack
	memory  map[string]memory
}

// count counts the instructions and allocations of stacks, on all processors.
func (b *build) count(ctx context.Context, names []string, times int) error {
	b.counts, b.code, b.memory = make(map[string][]profile), make(map[string]code), make(map[string]memory)
	var mu sync.Mutex // mu guards b.counts, b.code, b.memory and failed.
	var failed error
	var work sync.WaitGroup
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, name := range names {
		for i := range times {
			turns <- struct{}{}
			work.Go(func() {
				defer func() { <-turns }()
				p, lines, err := instructions(ctx, b.program, name)
				var m memory
				if err == nil && i == 0 {
					m, err = allocations(ctx, b.program, name)
				}
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, err)
				b.counts[name] = append(b.counts[name], p)
				if i == 0 {
					b.code[name], b.memory[name] = lines, m
				}
			})
		}
	}
	work.Wait()
	return failed
}

// median returns the median count of a stack, and the lowest and the highest total.
func (b *build) median(name string) (mid profile, low, high float64) {
	v := slices.Clone(b.counts[name])
	slices.SortFunc(v, func(a, b profile) int { return int(a.total() - b.total()) })
	return v[len(v)/2], v[0].total(), v[len(v)-1].total()
}

// of returns the profile of a row.
func (b *build) of(r row) profile {
	p, _, _ := b.median(r.plus[0])
	q, _, _ := b.median(r.minus[0])
	return p.minus(q, 1)
}

// spread returns how far apart the counts of a row can be.
func (b *build) spread(r row) float64 {
	_, low, high := b.median(r.plus[0])
	_, low2, high2 := b.median(r.minus[0])
	return high - low + high2 - low2
}

// instrTable prints a line for each row, with the columns of each build.
func instrTable(w io.Writer, rows []row, builds []*build) {
	head := []string{"what"}
	for _, b := range builds {
		head = append(head, b.name, "÷ baseline-6", "code lines", "B", "allocs")
	}
	if len(builds) > 1 {
		head = append(head, "÷ "+builds[1].name)
	}
	spread := len(builds[0].counts[rows[0].plus[0]]) > 1
	if spread {
		head = append(head, "spread")
	}
	var lines [][]string
	for _, r := range rows {
		cells := []string{r.text}
		for _, b := range builds {
			n := b.of(r).total()
			m, base := b.memory[r.plus[0]], b.memory[r.minus[0]]
			cells = append(cells, whole0(n), fmt.Sprintf("%.2f", n/b.least(rows)),
				strconv.Itoa(b.code[r.plus[0]].beyond(b.code[r.minus[0]])), whole(m.bytes-base.bytes), whole(m.allocs-base.allocs))
		}
		if len(builds) > 1 {
			cells = append(cells, fmt.Sprintf("%.2f", builds[0].of(r).total()/builds[1].of(r).total()))
		}
		if spread {
			cells = append(cells, whole0(builds[0].spread(r)))
		}
		lines = append(lines, cells)
	}
	fmt.Fprintln(w)
	table(w, head, lines)
}

// least returns the instructions of baseline-6, which is always among the rows of a run.
func (b *build) least(rows []row) float64 {
	for _, r := range rows {
		if r.plus[0] == baselineSix {
			return b.of(r).total()
		}
	}
	return 0
}

// byFunction lists the functions that take the instructions of each row.
func byFunction(w io.Writer, rows []row, builds []*build, most int) {
	for _, r := range rows {
		for _, b := range builds {
			p := b.of(r)
			var names []string
			for f := range p {
				names = append(names, f)
			}
			slices.SortFunc(names, func(f, g string) int {
				if p[f] != p[g] {
					return int(2*p[g]) - int(2*p[f])
				}
				return strings.Compare(f, g)
			})
			var lines [][]string
			for _, f := range names[:min(most, len(names))] {
				if p[f] > -0.5 && p[f] < 0.5 {
					continue
				}
				lines = append(lines, []string{"`" + f + "`", whole0(p[f]), fmt.Sprintf("%.1f %%", 100*p[f]/p.total())})
			}
			fmt.Fprintf(w, "\n### %s: %s\n\n", r.text, b.name)
			table(w, []string{"function", "instructions", "share"}, lines)
		}
	}
}

func whole0(v float64) string { return fmt.Sprintf("%.0f", v) }
