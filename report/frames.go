package report

import "time"

// frames makes frames for all who request them. It makes one at most once a second, and fewer if
// making one takes long. So it takes at most 2 % of a processor, however many viewers come and go.
type frames struct {
	content func() ([]byte, error)
	turn    chan struct{} // a lock of the fields below, held while a frame is made; a viewer waits for that frame

	last []byte
	err  error
	due  time.Time // when the next frame may be made
}

func newFrames(content func() ([]byte, error)) *frames {
	return &frames{content: content, turn: make(chan struct{}, 1)}
}

// get returns the latest frame. It makes a new one if one is due. wait is the time until the next.
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
