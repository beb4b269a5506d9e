package main

import (
	"strings"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/metrics"
)

func TestLinesAreWrittenAboveTheTable(t *testing.T) {
	var out strings.Builder
	s := &screen{out: &out}
	s.line("before")
	end := s.show(metrics.New("x"))
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() { s.line("meanwhile") })
	}
	group.Wait()
	if err := end(); err != nil {
		t.Error(err)
	}
	s.line("after")
	if got, want := out.String(), "before\n"+strings.Repeat("meanwhile\n", 10)+"x: no calls were made\nafter\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
