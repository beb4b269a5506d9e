package main

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/race"
)

func TestASliceDividesTheCallsBetweenTheRuns(t *testing.T) {
	var calls [2]atomic.Int64
	runs := make([]func() error, 2)
	for i := range runs {
		runs[i] = func() error {
			calls[i].Add(1)
			return nil
		}
	}
	s, err := slice(1000, runs)
	if err != nil || s.wall <= 0 {
		t.Errorf("got %+v, %v", s, err)
	}
	for i := range calls {
		if got := calls[i].Load(); got != 500 {
			t.Errorf("run %d was called %d times", i, got)
		}
	}
}

func TestASliceReturnsTheErrorOfACall(t *testing.T) {
	bad := errors.New("bad")
	good := func() error { return nil }
	for i, runs := range [][]func() error{
		{func() error { return bad }},
		{good, func() error { return bad }},
	} {
		if _, err := slice(10, runs); !errors.Is(err, bad) {
			t.Errorf("%d: got %v", i, err)
		}
	}
}

func TestProcessorTimeGrowsWithWork(t *testing.T) {
	if processor() == 0 {
		return // the time is unknown on this system
	}
	before := processor()
	for processor()-before < 5*time.Millisecond {
		_ = strings.Repeat("work", 1000)
	}
}

var kept []byte

func TestCountMemoryCountsWhatACallAllocates(t *testing.T) {
	if race.Enabled {
		return // the detector allocates
	}
	s := complete([]*stack{{name: "kilobyte", build: func(base http.RoundTripper, _ settings) built {
		return built{rt: roundTrip(func(req *http.Request) (*http.Response, error) {
			kept = make([]byte, 1024)
			return base.RoundTrip(req)
		})}
	}}})[0]
	got := withMemory(t, []*stack{s, find(t, bare)})
	if d := got["kilobyte"].memory.bytes - got[bare].memory.bytes; d != 1024 {
		t.Errorf("counted %v bytes, want 1024", d)
	}
	if d := got["kilobyte"].memory.allocs - got[bare].memory.allocs; d != 1 {
		t.Errorf("counted %v allocations, want 1", d)
	}
	if b := got[bare].memory.allocs; b != 1 {
		t.Errorf("the bare base allocates %v times: a stack may reuse its allocations", b)
	}
}
