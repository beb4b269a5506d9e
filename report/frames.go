package report

import "time"

// frames makes what is shown, once for all who ask for it within a while: at most once a second, and less often
// where making it takes long, so that it takes at most 2 % of a processor however many ask, or come and go.
type frames struct {
	content func() ([]byte, error)
	turn    chan struct{} // holds an element while somebody uses the fields below or makes a frame, for which all wait

	last []byte
	err  error
	due  time.Time // when the next one may be made
}

func newFrames(content func() ([]byte, error)) *frames {
	return &frames{content: content, turn: make(chan struct{}, 1)}
}

// get returns the latest, and makes a new one where it is due. wait is the time until the next.
func (f *frames) get() (frame []byte, wait time.Duration, err error) {
	f.turn <- struct{}{}
	defer func() { <-f.turn }()
	began := time.Now()
	if wait = f.due.Sub(began); wait <= 0 {
		f.last, f.err = f.content()
		wait = max(interval, rest*time.Since(began))
		f.due = time.Now().Add(wait)
	}
	return f.last, wait, f.err
}
