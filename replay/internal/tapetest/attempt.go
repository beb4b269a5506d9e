package tapetest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
)

// spy is a test that records whether and how it failed.
type spy struct {
	testing.TB
	mu     sync.Mutex // mu guards failed
	failed []string
}

func (s *spy) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = append(s.failed, text)
}

func (s *spy) Error(args ...any)                 { s.note(fmt.Sprint(args...)) }
func (s *spy) Errorf(format string, args ...any) { s.note(fmt.Sprintf(format, args...)) }

func (s *spy) Fatal(args ...any) {
	s.note(fmt.Sprint(args...))
	runtime.Goexit()
}

func (s *spy) Fatalf(format string, args ...any) {
	s.note(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (s *spy) Fail() { s.note("it failed") }

func (s *spy) FailNow() {
	s.Fail()
	runtime.Goexit()
}

func (s *spy) Failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.failed) > 0
}

// Attempt runs a test that may fail without failing t, and returns how it failed. Its cleanups
// run at the end of t.
func Attempt(t *testing.T, test func(tb testing.TB)) []string {
	t.Helper()
	s := &spy{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(s)
	}()
	<-done
	return s.failed
}
