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
	exitCanceled = 130 // the code that a shell reports for Ctrl-C
)

// run is the program. It returns the exit code. When ctx ends it returns soon, and the
// tape holds all that was recorded.
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
	err = errors.Join(err, d.save())
	code := d.sum.exit(err)
	if err != nil {
		fmt.Fprintln(stderr, "demo:", redact.Error(err))
	}
	if o.json {
		d.sum.addProblem(err)
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(d.sum); err != nil {
			return exitFailed
		}
	}
	if d.web != nil && err == nil && !d.sum.Canceled {
		d.say("\nserving %s until Ctrl-C", d.web.url)
		<-ctx.Done()
	}
	d.close()
	return code
}

// A demo is one run.
type demo struct {
	*options
	screen *screen
	paint  paint
	logs   *lines
	sum    *Summary

	live   *metrics.Recorder // counts the job over the network
	taped  *metrics.Recorder // counts the job from the tape
	shared limits
	client *http.Client    // the client of the job over the network
	server *pokeapi.Server // the embedded server, nil with -base-url
	web    *web            // the server of the live page and /metrics, nil without -listen
	saved  *os.File        // the file of the page, nil without -html
	folder string          // the folder of a temporary tape, else empty
	steps  int             // the headings so far
}

func newDemo(o *options, text io.Writer) *demo {
	d := &demo{options: o, screen: &screen{out: text}, paint: paintOf(text, os.Getenv), shared: newLimits(o), live: metrics.New("pokeapi"), taped: metrics.New("tape"), sum: newSummary(o)}
	d.live.KeepCalls(metrics.DefaultCalls)
	d.taped.KeepCalls(metrics.DefaultCalls)
	d.logs = &lines{to: d.screen, most: logLines, paint: d.paint}
	if o.verbose {
		d.logs.most = 0
	}
	return d
}

// run does the whole demo. An error means that it ended early. The result of a complete run is in
// the summary.
func (d *demo) run(ctx context.Context) error {
	if err := d.open(); err != nil {
		return err
	}
	d.head()

	first, err := d.record(ctx)
	if err != nil {
		return err
	}
	if d.sum.Canceled {
		d.say("\n%s", d.paint.bold("interrupted")+": "+d.kept())
		return nil
	}
	d.explain(first)

	second, err := d.replay(ctx)
	if err != nil {
		return err
	}
	if d.sum.Canceled {
		d.say("\n%s", d.paint.bold("interrupted")+": "+d.kept())
		return nil
	}
	d.compare(first, second)
	d.serverSide()
	d.conclude()
	return nil
}

// open makes the tape and starts the servers of the run.
func (d *demo) open() error {
	if d.tape == "" && !d.drops("replay") {
		folder, err := os.MkdirTemp("", "gracy-demo-")
		if err != nil {
			return err
		}
		d.folder, d.sum.Tape.Path = folder, filepath.Join(folder, "pokeapi.tape")
	}
	if d.html != "" {
		f, err := os.Create(d.html) // now, so that a wrong name does not cost a run
		if err != nil {
			return fmt.Errorf("-html: %w", err)
		}
		d.saved = f
	}
	if d.listen != "" {
		w, err := serve(d.listen, d.live, d.taped)
		if err != nil {
			return fmt.Errorf("-listen: %w", err)
		}
		d.web = w
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

// save writes the page of what was done, however the run ended.
func (d *demo) save() error {
	if d.saved == nil {
		return nil
	}
	if err := errors.Join(report.HTML(d.saved, d.live, d.taped), d.saved.Close()); err != nil {
		return fmt.Errorf("-html: %w", err)
	}
	d.say("the page is in %s", d.html)
	return nil
}

func (d *demo) close() {
	if d.server != nil {
		_ = d.server.Close() // its counts have been read
	}
	if d.web != nil {
		d.web.close()
	}
	if d.folder != "" {
		_ = os.RemoveAll(d.folder) // what stays is in the temporary folder of the system
	}
}

func (d *demo) head() {
	limit, per := quota()
	if d.server == nil {
		d.say("%s  the API at %s, at most %d requests per second", d.paint.bold("gracy demo"), redact.New(redact.Rules{}).Location(d.base), politeness)
	} else {
		d.say("%s  offline, with a PokéAPI on %s", d.paint.bold("gracy demo"), strings.TrimPrefix(d.server.URL, "http://"))
		d.say("  The server has a quota of %d requests in any %v and counts them itself.", limit, per)
		d.say("  It breaks %.3g %% of its responses on purpose (seed %d).", d.faults*100, d.seed)
	}
	for _, name := range d.without {
		d.say("  This is a control run without %s: it must show %s.", name, layers()[name])
	}
	if d.web != nil {
		d.say("  Open %s for the live page; /metrics is for Prometheus.", d.web.url)
	}
}

// step writes the heading of the next part.
func (d *demo) step(format string, args ...any) {
	d.steps++
	d.say("\n%s", d.paint.bold(fmt.Sprintf("%d  %s", d.steps, fmt.Sprintf(format, args...))))
}

func (d *demo) say(format string, args ...any) { d.screen.line(fmt.Sprintf(format, args...)) }

// url returns the base URL that the client uses.
func (d *demo) url() string {
	if d.server == nil {
		return d.base
	}
	return "http://" + host + "/api/v2"
}

func (d *demo) logger() *slog.Logger { return slog.New(d.logs) }

func (d *demo) explain(first *outcome) {
	if d.server == nil {
		d.step("One call in detail")
	} else {
		d.step("One call in detail: the server responds 503, 429 with Retry-After, 200")
	}
	if first.Explained != nil {
		d.indent(first.Explained.String())
	}
	d.step("The layers of the client, outermost first, and what they do at worst")
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

// brief returns the text of a duration.
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
