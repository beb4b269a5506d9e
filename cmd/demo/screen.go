package main

import (
	"fmt"
	"io"
	"sync"

	"github.com/gracy-go/gracy/report"
)

// A screen writes all text of a run, line by line. While a job runs, the text is above a live table
// of its figures. A screen is safe for concurrent use.
type screen struct {
	mu  sync.Mutex // mu guards out
	out io.Writer
}

// line writes a line, above the table if there is one.
func (s *screen) line(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintln(s.out, text)
}

// show shows a live table of the source until end is called, which leaves the table on the screen.
func (s *screen) show(source report.Source) (end func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.out
	live := report.Live(before, source)
	s.out = live
	return func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.out = before
		return live.Close()
	}
}
