package main

import "testing"

func TestALoopCallsItsServer(t *testing.T) {
	l, err := newLoop()
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	for _, c := range []struct {
		task
		units int
	}{
		{task{Stack: chain, Way: small, Callers: 3}, 3},
		{task{Stack: chain, Way: none, Callers: 2}, 2 * 64},
		{task{Stack: fused, Way: small, Callers: 1}, 1},
		{task{Stack: chainTimed, Way: large, Callers: 1}, largeSize >> 20},
		{task{Stack: bare, Way: events, Callers: 1}, manyEvents},
	} {
		r, err := l.do(t.Context(), c.task)
		if err != nil || r.Calls < c.Callers || r.Units != c.units || r.Wall <= 0 {
			t.Errorf("%+v: got %+v, %v", c.task, r, err)
		}
	}
	for _, c := range []task{{Stack: "no such", Callers: 1}, {Stack: bare}, {Stack: bare, Callers: most + 1}} {
		if _, err := l.do(t.Context(), c); err == nil {
			t.Errorf("%+v passed", c)
		}
	}
}
