package replay

import (
	"errors"
	"testing"
)

func TestReporterReturnsTheFirstError(t *testing.T) {
	var seen []error
	r := &reporter{onError: func(err error) { seen = append(seen, err) }}
	if err := r.take(); err != nil {
		t.Errorf("got %v before there was an error", err)
	}
	first := errors.New("first")
	for _, err := range []error{first, errors.New("second"), errors.New("third")} {
		r.report(err)
	}
	if err := r.take(); !errors.Is(err, first) || err.Error() != "first (and 2 more)" {
		t.Errorf("got %v", err)
	}
	if err := r.take(); err != nil || len(seen) != 3 {
		t.Errorf("then %v, and OnError saw %v", err, seen)
	}
	r.report(errors.New("fourth"))
	if err := r.all(); !errors.Is(err, first) || err.Error() != "first (and 3 more)" {
		t.Errorf("all: %v", err)
	}
	if err := r.take(); err == nil || err.Error() != "fourth" {
		t.Errorf("after all: %v", err)
	}
}
