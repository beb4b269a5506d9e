package report

import "time"

// frames makes what is shown, once for all who request it: at most once a second, and less often
// if making it takes long. So it takes at most 2 % of a processor, however many viewers come and
// go.
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

// get returns the latest frame, and makes a new one if one is due. wait is the time until the
// next.
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
