package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

// busy is a source that can change.
type busy struct {
	mu sync.Mutex // mu guards s
	s  metrics.Snapshot
}

func (b *busy) Snapshot() metrics.Snapshot {
	b.mu.Lock()
	defer b.mu.Unlock()
	return metrics.Merge(b.s)
}

// calls makes routes with n calls each.
func (b *busy) calls(routes, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.s = metrics.Snapshot{Client: "api", From: start, To: start.Add(time.Hour)}
	for i := range routes {
		b.s.Rows = append(b.s.Rows, metrics.Row{
			Client: "api", Method: "GET", Route: fmt.Sprintf("/things/%02d", i), Calls: uint64(n + i), Successes: uint64(n + i),
			Attempts: uint64(n + i), Status2xx: uint64(n + i), First: start, Last: start.Add(10 * time.Second),
		})
	}
}

func on(s *screen) func() style {
	return func() style {
		s.mu.Lock()
		defer s.mu.Unlock()
		return style{width: s.columns, height: s.rows}
	}
}

func TestLiveRedrawsInPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term, source := newScreen(80, 24), &busy{}
		fmt.Fprintln(term, "$ program")
		d := newDisplay(term, on(term), []Source{source})
		synctest.Wait()
		if got := term.text(); got != "$ program\napi: no calls were made" && got != "$ program\n"+nothing {
			t.Errorf("at first\n%s", got)
		}
		for i := range 40 {
			source.calls(3, i+1)
			time.Sleep(100 * time.Millisecond)
		}
		fmt.Fprintf(d, "a line\nand ")
		fmt.Fprintf(d, "another\n")
		fmt.Fprintf(d, "unended")
		time.Sleep(time.Second)
		synctest.Wait()
		got := term.text()
		if strings.Count(got, "TOTAL") != 1 || !strings.HasPrefix(got, "$ program\na line\nand another\napi: 123 calls in 10s\n╭") {
			t.Errorf("after 4 s\n%s", got)
		}
		if n := term.writes; n > 4+4*4+8 {
			t.Errorf("%d writes in 5 s, want four a second and three of text", n)
		}
		synctest.Wait()
		before := term.writes
		time.Sleep(time.Minute)
		synctest.Wait()
		if term.writes != before {
			t.Errorf("%d writes while nothing changed", term.writes-before)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		fmt.Fprintln(d, "$ next")
		got = term.text()
		want := "$ program\na line\nand another\nunended\n" + table(source.Snapshot(), style{width: 80}) + "$ next"
		if got != want {
			t.Errorf("at the end\n%s\nwant\n%s", got, want)
		}
		if strings.Contains(term.raw.String(), "\r\x1b[J") {
			t.Error("what is shown was erased in one, which tmux puts into its history")
		}
		if strings.Contains(term.raw.String(), "\x1b[?") {
			t.Error("a mode of the terminal was changed, which a killed program would not restore")
		}
	})
}

// A table that is higher than the terminal shows the busiest routes. It pushes no line out of the
// terminal except those it replaces.
func TestLiveFitsTheTerminal(t *testing.T) {
	for rows, want := range map[int]string{24: "and 26 more routes", 12: "and 38 more routes", 10: "and 40 more routes", 8: "api: ", 1: "api: "} {
		synctest.Test(t, func(t *testing.T) {
			term, source := newScreen(70, rows), &busy{}
			source.calls(41, 10)
			d := newDisplay(term, on(term), []Source{source})
			for i := range 8 {
				source.calls(41, 10+i)
				time.Sleep(redraws)
			}
			synctest.Wait()
			scrolled := term.scrolled
			for i := range 8 {
				source.calls(41, 20+i)
				time.Sleep(redraws)
			}
			synctest.Wait()
			got := term.text()
			if term.scrolled != scrolled || strings.Count(got, "api: ") > 1 || rows > 1 && !strings.Contains(got, want) {
				t.Errorf("%d rows: scrolled %d and %d\n%s", rows, scrolled, term.scrolled, got)
			}
			if rows >= 10 && (!strings.Contains(got, "/things/40") || strings.Contains(got, "/things/00") || !strings.Contains(got, "TOTAL")) {
				t.Errorf("%d rows: not the busiest routes and the total\n%s", rows, got)
			}
			if err := d.Close(); err != nil || !strings.Contains(term.raw.String(), "/things/00") {
				t.Errorf("error %v; the last table has not all routes", err)
			}
		})
	}
}

// A terminal that becomes narrower wraps what it shows, and one that becomes wider gets more
// columns.
func TestLiveFollowsTheSizeOfTheTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term, source := newScreen(120, 24), &busy{}
		source.calls(3, 5)
		fmt.Fprintln(term, "$ program")
		d := newDisplay(term, on(term), []Source{source})
		synctest.Wait()
		for _, columns := range []int{50, 100, 31, 140} {
			term.resize(columns)
			time.Sleep(2 * redraws)
			synctest.Wait()
			want := "$ program\n" + strings.Join(lineUp(source.Snapshot(), style{width: columns, height: 24}), "\n")
			if got := term.text(); got != want {
				t.Errorf("%d columns:\n%s\nwant\n%s", columns, got, want)
			}
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
}

// In a pipe there are plain lines, less and less often, if something has changed, and the table at
// the end.
func TestLiveWritesPlainLinesInAPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		source, began := &busy{}, time.Now()
		var at []time.Duration
		d := newDisplay(writer(func(p []byte) (int, error) { at = append(at, time.Since(began)); return b.Write(p) }), func() style { return style{width: 80} }, []Source{source})
		for i := range 300 {
			if i < 200 && i > 2 {
				source.calls(2, i)
			}
			time.Sleep(time.Second)
		}
		synctest.Wait()
		if got, want := fmt.Sprint(at), "[4s 8s 16s 32s 1m4s 2m4s 3m4s 4m4s]"; got != want {
			t.Errorf("lines at %s, want %s", got, want)
		}
		if got := b.String(); strings.ContainsAny(got, "\x1b\r") || !strings.HasPrefix(got, "api: ") || strings.Count(got, "\n") != len(at) {
			t.Errorf("%q", got)
		}
		b.Reset()
		fmt.Fprint(d, "a line\n")
		if err := errors.Join(d.Close(), d.Close()); err != nil {
			t.Error(err)
		}
		if got, want := b.String(), "a line\n"+table(source.Snapshot(), style{width: 80}); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

// Many lines at once do not each draw a frame, and none is lost.
func TestLiveTakesManyLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term, source := newScreen(80, 24), &busy{}
		source.calls(3, 5)
		d := newDisplay(term, on(term), []Source{source})
		synctest.Wait()
		var group sync.WaitGroup
		for i := range 1000 {
			group.Go(func() { fmt.Fprintf(d, "line %d\n", i) })
		}
		group.Wait()
		time.Sleep(redraws)
		synctest.Wait()
		got := term.raw.String()
		if n := strings.Count(got, "line "); n != 1000 || strings.Count(got, "TOTAL") > 4 || strings.Count(term.text(), "TOTAL") != 1 {
			t.Errorf("%d lines, %d frames\n%s", n, strings.Count(got, "TOTAL"), term.text())
		}
		long := strings.Repeat("x", mostLine)
		for range 3 {
			fmt.Fprint(d, long)
		}
		if len(d.rest) > mostLine {
			t.Errorf("%d bytes of a line without an end are kept", len(d.rest))
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if n := strings.Count(term.raw.String(), long); n != 3 {
			t.Errorf("%d of 3 parts of a long line were written", n)
		}
	})
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestLiveEndsWhereTheWriterFails(t *testing.T) {
	for _, st := range []style{{width: 80}, {width: 80, height: 24}} {
		synctest.Test(t, func(t *testing.T) {
			source := &busy{}
			source.calls(1, 1)
			writes := 0
			d := newDisplay(writer(func([]byte) (int, error) { writes++; return 0, errBroken }), func() style { return st }, []Source{source})
			time.Sleep(time.Hour)
			synctest.Wait()
			if writes != 1 {
				t.Errorf("%d writes, want none after the error", writes)
			}
			if err := d.Close(); !errors.Is(err, errBroken) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// A line in a pipe is not drawn over: it is whole, however long. No line says that nothing has
// happened yet.
func TestLiveInAPipeCutsNoLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, stats := pokeapi(), metrics.New("pokeapi")
		var b, none bytes.Buffer
		source.Client = strings.Repeat("pokeapi-", 12) + "eu"
		source.Rows = slices.Clone(source.Rows)
		for i := range source.Rows {
			source.Rows[i].Client = source.Client
		}
		d := newDisplay(&b, func() style { return style{width: 80} }, []Source{source})
		idle := newDisplay(&none, func() style { return style{width: 80} }, []Source{stats})
		time.Sleep(3 * firstLine)
		synctest.Wait()
		if got, want := b.String(), source.Client+": 1242 calls in 2m00s, 3 failed, 50 retries\n"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if none.Len() > 0 {
			t.Errorf("of nothing: %s", none.String())
		}
		if err := errors.Join(d.Close(), idle.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestLiveOfNoTerminal(t *testing.T) {
	var b bytes.Buffer
	d := Live(&b, metrics.New("pokeapi"))
	if _, err := io.WriteString(d, "a line\n"); err != nil {
		t.Error(err)
	}
	if err := d.Close(); err != nil || b.String() != "a line\npokeapi: no calls were made\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}
