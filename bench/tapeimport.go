//go:build !older

package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/interop"
)

// runImport is the command "import": it imports a cassette of go-vcr onto a bbolt tape, in turn
// with go-vcr opening it.
func runImport(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	flags := flag.NewFlagSet("bench import", flag.ContinueOnError)
	flags.SetOutput(progress)
	n := flags.Int("n", 100_000, "recordings of the cassette")
	rounds := flags.Int("rounds", 3, "rounds")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *n < 1 || *rounds < 1 || flags.NArg() > 0 {
		return errors.New("-n and -rounds must be at least 1, and there are no further arguments")
	}
	dir, err := os.MkdirTemp("", "import")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "cassette.yaml")
	if err := writeCassette(path, *n); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, GOMAXPROCS %d; a cassette of %d recordings, %d MB.\n", runtime.Version(), runtime.GOMAXPROCS(0), *n, size(path)>>20)
	var opened, imports, read []imported
	for i := range *rounds {
		if err := ctx.Err(); err != nil {
			return err
		}
		a, err := observed(func() error { return openCassette(path, *n) })
		if err != nil {
			return err
		}
		b, err := observed(func() error { return importCassette(ctx, path, filepath.Join(dir, fmt.Sprint(i, ".tape")), *n) })
		if err != nil {
			return err
		}
		c, err := observed(func() error { return readCassette(path, *n) })
		if err != nil {
			return err
		}
		opened, imports, read = append(opened, a), append(imports, b), append(read, c)
		fmt.Fprintf(progress, "bench: round %d: go-vcr opens %v, import %v, read alone %v\n", i+1, a, b, c)
	}
	a, b, c := middleOf(opened), middleOf(imports), middleOf(read)
	fmt.Fprintf(out, "go-vcr opens it: %v\nimport to a bbolt tape: %v\nreading alone: %v\n", a, b, c)
	fmt.Fprintf(out, "go-vcr / import: %.2f of the time, %.1f of the heap\n", float64(a.took)/float64(b.took), float64(a.heap)/float64(b.heap))
	return nil
}

// imported is how long an import or opening took, and the largest heap in use meanwhile.
type imported struct {
	took, cpu time.Duration
	heap      uint64
}

// String returns the figures as text.
func (i imported) String() string {
	return fmt.Sprintf("%v (%v of processor, heap %d MB)", i.took.Round(time.Millisecond), i.cpu.Round(time.Millisecond), i.heap>>20)
}

func middleOf(list []imported) imported {
	slices.SortFunc(list, func(a, b imported) int { return int(a.took - b.took) })
	return list[len(list)/2]
}

// observed runs a function and samples the heap every 20 ms.
func observed(do func() error) (imported, error) {
	runtime.GC()
	var most atomic.Uint64
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-ended:
				return
			case <-tick.C:
			}
		}
	}()
	before, start := processor(), time.Now()
	err := do()
	result := imported{took: time.Since(start), cpu: processor() - before}
	close(ended)
	<-done
	result.heap = most.Load()
	return result, err
}

// writeCassette writes what go-vcr 4 would record of items.
func writeCassette(path string, n int) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	_, _ = w.WriteString("---\nversion: 2\ninteractions:\n")
	for i := range n {
		body := item(i)
		_, _ = fmt.Fprintf(w, `    - id: %d
      request:
        proto: HTTP/1.1
        proto_major: 1
        proto_minor: 1
        content_length: 0
        host: api.test
        form:
            page:
                - "1"
        headers:
            Accept:
                - application/json
        url: %s/v2/item/%d?page=1
        method: GET
      response:
        proto: HTTP/1.1
        proto_major: 1
        proto_minor: 1
        content_length: %d
        body: '%s'
        headers:
            Content-Length:
                - "%d"
            Content-Type:
                - application/json; charset=utf-8
            Date:
                - Sat, 28 Nov 2026 10:00:00 GMT
            Etag:
                - W/"31-25"
            Server:
                - stub
        status: 200 OK
        code: 200
        duration: 1.5ms
`, i, itemHost, i, len(body), body, len(body))
	}
	return errors.Join(w.Flush(), file.Close())
}

// openCassette opens a cassette with go-vcr and makes one call.
func openCassette(path string, n int) error {
	for _, k := range recorderKinds() {
		if k.name != onVCR {
			continue
		}
		rt, stop, err := k.replay(path)
		if err != nil {
			return err
		}
		return errors.Join(getItem(rt, itemHost, min(n-1, 10)), stop())
	}
	return errCount
}

func importCassette(ctx context.Context, path, tape string, n int) error {
	t, err := replay.Open(tape, replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		return err
	}
	report, err := interop.Import(ctx, t, path, interop.GoVCR)
	if err == nil && report.Done != n {
		err = fmt.Errorf("%w: %d of %d", errCount, report.Done, n)
	}
	return errors.Join(err, t.Close())
}

func readCassette(path string, n int) error {
	for _, err := range interop.Read(path, interop.GoVCR) {
		if err != nil {
			return err
		}
		n--
	}
	if n != 0 {
		return errCount
	}
	return nil
}
