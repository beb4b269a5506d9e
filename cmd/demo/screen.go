package main

import (
	"fmt"
	"io"
	"sync"

	"github.com/gracy-go/gracy/report"
)

// A screen takes all text of a run, line by line. While a job goes on it is written through a live table of the
// figures of the job. A screen is safe for concurrent use.
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

// show shows a live table of the source until the function is called that it returns, which leaves the table.
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
