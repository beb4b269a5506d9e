package bodies

import "testing"

func TestAReaderThatIsPassedOverIsNotWaitedFor(t *testing.T) {
	h := handouts{reading: 1}
	first, lost, next := new(handout), new(handout), new(handout)
	want := func(what string, n int) {
		t.Helper()
		if got := h.needed(); got != n {
			t.Errorf("%s: %d readers are needed, want %d", what, got, n)
		}
	}
	h.begin(first)
	want("the first", 1)
	h.ask(lost)
	want("one more is asked for", 2)
	h.begin(first) // once more
	want("the first goes on", 2)
	h.ask(next)
	want("another one is asked for", 2)
	h.begin(next)
	want("which is read", 2)
	h.end(first)
	want("the first is closed", 1)
	h.begin(lost)
	want("the lost one is read after all", 2)
	h.end(lost)
	h.end(next)
	want("all are closed", 0)
}

func TestAReaderThatIsLostIsNotWaitedFor(t *testing.T) {
	h := handouts{reading: 1}
	o := new(handout)
	h.ask(o)
	h.lose()
	if h.needed() != 1 {
		t.Errorf("%d readers are needed, want the first alone", h.needed())
	}
	if h.begin(o); h.needed() != 2 {
		t.Errorf("%d readers are needed, want the one too that is read after all", h.needed())
	}
}

func TestAReaderThatIsClosedUnreadIsNotWaitedFor(t *testing.T) {
	var h handouts
	o := new(handout)
	h.ask(o)
	h.end(o)
	if h.needed() != 0 {
		t.Errorf("%d readers are needed, want none", h.needed())
	}
}
