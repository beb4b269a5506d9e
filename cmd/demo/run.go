package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/pokeapi"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/report"
)

const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2
	exitCanceled = 130 // as a shell says of Ctrl-C
)

// run is the program: what it writes and its exit code. It returns soon after
// ctx ends, with all that was recorded on the tape.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseFlags(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(stderr, "demo: %v (-help lists the flags)\n", err)
		return exitUsage
	}
	text := stdout
	if o.json {
		text = stderr
	}
	d := newDemo(o, text)
	err = d.run(ctx)
	code := d.sum.exit(err)
	if err != nil {
		fmt.Fprintln(stderr, "demo:", redact.Error(err))
	}
	if o.json {
		d.sum.note(err)
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(d.sum); err != nil {
			return exitFailed
		}
	}
	if d.exporter != nil && err == nil && !d.sum.Canceled {
		d.say("\nserving %s until Ctrl-C", d.exporter.url)
		<-ctx.Done()
	}
	d.close()
	return code
}

// demo is one run.
type demo struct {
	*options
	text  io.Writer
	paint paint
	bar   *progress
	logs  *lines
	sum   *Summary

	live     *metrics.Recorder // of the job
	taped    *metrics.Recorder // of the job from the tape
	shared   limits
	client   *http.Client    // of the job
	server   *pokeapi.Server // nil with -base-url
	exporter *exporter       // nil without -listen
	folder   string          // of a temporary tape
	steps    int
}

func newDemo(o *options, text io.Writer) *demo {
	d := &demo{options: o, text: text, shared: newLimits(o), live: metrics.New("pokeapi"), taped: metrics.New("tape"), sum: newSummary(o)}
	var live bool
	d.paint, live = look(text, os.Getenv)
	d.bar = &progress{out: text, live: live, paint: d.paint}
	d.logs = &lines{bar: d.bar, most: logLines, paint: d.paint}
	if o.verbose {
		d.logs.most = 0
	}
	return d
}

// run does the whole demo. An error is what made it stop early; how it went
// otherwise is in the summary.
func (d *demo) run(ctx context.Context) error {
	if err := d.open(); err != nil {
		return err
	}
	d.head()

	first, err := d.ask(ctx)
	if err != nil {
		return err
	}
	if d.sum.Canceled {
		d.say("\n%s", d.paint.bold("stopped")+": "+d.kept())
		return nil
	}
	d.say("")
	if err := report.Table(d.text, d.live); err != nil {
		return err
	}
	d.explain(first)

	second, err := d.again(ctx)
	if err != nil {
		return err
	}
	if d.sum.Canceled {
		d.say("\n%s", d.paint.bold("stopped")+": "+d.kept())
		return nil
	}
	d.compare(first, second)
	d.serverSide()
	d.conclude()
	return nil
}

// open starts what the run needs besides the client.
func (d *demo) open() error {
	if d.tape == "" && !d.drops("replay") {
		folder, err := os.MkdirTemp("", "gracy-demo-")
		if err != nil {
			return err
		}
		d.folder, d.sum.Tape.Path = folder, filepath.Join(folder, "pokeapi.tape")
	}
	if d.listen != "" {
		e, err := export(d.listen, d.live, d.taped)
		if err != nil {
			return fmt.Errorf("-listen: %w", err)
		}
		d.exporter = e
	}
	if d.base != "" {
		return nil
	}
	s, err := startServer(d.options)
	if err != nil {
		return err
	}
	d.server = s
	return nil
}

func (d *demo) close() {
	if d.server != nil {
		_ = d.server.Close() // its counts are read already
	}
	if d.exporter != nil {
		d.exporter.close()
	}
	if d.folder != "" {
		_ = os.RemoveAll(d.folder) // a temporary folder, cleared by the system at last
	}
}

func (d *demo) head() {
	limit, per := quota()
	if d.server == nil {
		d.say("%s  %s, asked %d times per second at most", d.paint.bold("gracy demo"), redact.New(redact.Rules{}).Location(d.base), politeness)
	} else {
		d.say("%s  offline: a PokéAPI on %s", d.paint.bold("gracy demo"), strings.TrimPrefix(d.server.URL, "http://"))
		d.say("  quota %d in any %v, counted at the server; %.3g %% of answers broken, seed %d", limit, per, d.faults*100, d.seed)
	}
	for _, name := range d.without {
		d.say("  control run without %s: it must show %s", name, layers()[name])
	}
	if d.exporter != nil {
		d.say("  metrics at %s", d.exporter.url)
	}
}

// step writes the heading of the next part.
func (d *demo) step(format string, args ...any) {
	d.steps++
	d.say("\n%s", d.paint.bold(fmt.Sprintf("%d  %s", d.steps, fmt.Sprintf(format, args...))))
}

func (d *demo) say(format string, args ...any) { d.bar.line(fmt.Sprintf(format, args...)) }

// url is where the client believes the API to be.
func (d *demo) url() string {
	if d.server == nil {
		return d.base
	}
	return "http://" + host + "/api/v2"
}

func (d *demo) logger() *slog.Logger { return slog.New(d.logs) }

func (d *demo) explain(first *outcome) {
	if d.server == nil {
		d.step("One call explained")
	} else {
		d.step("One call explained: the server says 503, then 429 with a hint, then 200")
	}
	if first.Explained != nil {
		d.indent(first.Explained.String())
	}
	d.step("The client explained")
	d.indent(gracy.Explain(d.client).String())
}

// indent writes text below a heading, no wider than a terminal of 80 columns.
func (d *demo) indent(text string) {
	for line := range strings.Lines(text) {
		for _, l := range wrap(strings.TrimRight(line, "\n"), 76) {
			d.say("  %s", l)
		}
	}
}

// brief is a duration for people.
func brief(t time.Duration) string {
	if t < time.Second {
		return t.Round(time.Millisecond).String()
	}
	return fmt.Sprintf("%.1fs", t.Seconds())
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
