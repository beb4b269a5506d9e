package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"time"
)

// runWaiting is the command "waiting": it measures the memory of a waiting request and the cost of
// many keys.
func runWaiting(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	o, err := parseTurns("waiting", args, 5, time.Second, progress)
	if err != nil {
		return err
	}
	builds, done, err := buildAll(ctx, o.base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	measured := make(map[string][]map[string]float64)
	for range o.rounds {
		for _, b := range builds {
			text, err := command(ctx, ".", b.program, "waiters")
			if err != nil {
				return err
			}
			var figures map[string]float64
			if err := json.Unmarshal([]byte(text), &figures); err != nil {
				return err
			}
			measured[b.name] = append(measured[b.name], figures)
		}
	}
	fmt.Fprintf(out, "%s, %s/%s, GOMAXPROCS %d, runs in turn: %d, medians and quartiles.\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), o.rounds)
	waitingTable(out, builds, measured)
	return nil
}

func waitingTable(out io.Writer, builds []*build, measured map[string][]map[string]float64) {
	head := []string{"what"}
	for _, b := range builds {
		head = append(head, b.name)
	}
	var lines [][]string
	line := func(text string, digits int, of func(map[string]float64) float64) {
		cells := []string{text}
		for _, b := range builds {
			var v []float64
			for _, f := range measured[b.name] {
				v = append(v, of(f))
			}
			cells = append(cells, spreadOf(digits, v))
		}
		lines = append(lines, cells)
	}
	plain := func(name string, digits int) {
		line(name, digits, func(f map[string]float64) float64 { return f[name] })
	}
	ratio := func(text, a, b string) {
		line(text, 2, func(f map[string]float64) float64 { return f[a] / f[b] })
	}
	for _, w := range waiters() {
		plain(waiterBytes+w.name, 0)
		if w.name != blockedName {
			ratio(w.name+" ÷ blocked", waiterBytes+w.name, waiterBytes+blockedName)
		}
	}
	for _, what := range []string{keysCome, keysCancel} {
		for _, keys := range []int{1000, 10_000} {
			plain(what+strconv.Itoa(keys), 1)
		}
		ratio(what+"10000 ÷ 1000", what+"10000", what+"1000")
	}
	table(out, head, lines)
}
