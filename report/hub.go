package report

import (
	"bytes"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	interval   = time.Second
	rest       = 50 // the pause after a frame, as a multiple of the time that making it took
	mostViews  = 100
	stuckAfter = 10 * time.Second // how long a viewer may take to accept a piece
	piece      = 16 << 10
	beat       = 5 * time.Second // the longest time without an event, so that the page sees that the stream is alive
)

// A hub makes frames while there are viewers, and sends each to all of them.
type hub struct {
	frames *frames

	mu      sync.Mutex // mu guards the fields below
	views   map[chan []byte]bool
	last    []byte        // the latest frame that was sent, nil before the first
	leave   chan struct{} // closed when the last viewer leaves
	done    chan struct{} // closed by close
	running sync.WaitGroup
}

func newHub(frame func() ([]byte, error)) *hub {
	return &hub{frames: newFrames(frame), views: map[chan []byte]bool{}, done: make(chan struct{})}
}

// enter adds a viewer. The channel delivers frames to it, but only the latest. It is nil if there
// are too many viewers or the hub is closed.
func (h *hub) enter() chan []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.done:
		return nil
	default:
	}
	if len(h.views) >= mostViews {
		return nil
	}
	view := make(chan []byte, 1)
	if h.last != nil {
		view <- h.last
	}
	h.views[view] = true
	if len(h.views) == 1 {
		h.leave = make(chan struct{})
		h.running.Add(1)
		go h.run(h.leave)
	}
	return view
}

func (h *hub) exit(view chan []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.views, view)
	if len(h.views) == 0 {
		close(h.leave)
		h.last = nil
	}
}

// run makes frames until the last viewer has left.
func (h *hub) run(leave chan struct{}) {
	defer h.running.Done()
	for {
		frame, wait, err := h.frames.get()
		if err == nil {
			h.show(frame, leave)
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-leave:
			timer.Stop()
			return
		case <-h.done:
			timer.Stop()
			return
		}
	}
}

// show gives a frame to all viewers, unless those for whom it was made have left. A viewer that
// has not taken the previous frame gets this one instead.
func (h *hub) show(frame []byte, leave chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-leave:
		return
	default:
	}
	if bytes.Equal(frame, h.last) {
		frame = nil // nothing is new
	} else {
		h.last = frame
	}
	for view := range h.views {
		select {
		case before := <-view:
			if frame == nil {
				view <- before
				continue
			}
		default:
		}
		view <- frame
	}
}

func (h *hub) close() {
	h.mu.Lock()
	select {
	case <-h.done:
	default:
		close(h.done)
	}
	h.mu.Unlock()
	h.running.Wait()
}

// serve is the stream of one viewer, of server-sent events as the HTML standard has them.
func (h *hub) serve(w http.ResponseWriter, r *http.Request) {
	view := h.enter()
	if view == nil {
		w.Header().Set("Retry-After", "10")
		http.Error(w, "too many viewers, or the page is closed", http.StatusServiceUnavailable)
		return
	}
	defer h.exit(view)
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return
	}
	defer func() { _ = control.SetWriteDeadline(time.Time{}) }() // the connection may carry another request
	// A frame is sent in pieces, so that a viewer with a slow connection gets it, and a viewer that
	// accepts nothing is noticed.
	send := func(text ...[]byte) bool {
		for _, t := range text {
			for b := range slices.Chunk(t, piece) {
				// A server that has no deadlines cannot end the stream by one.
				_ = control.SetWriteDeadline(time.Now().Add(stuckAfter))
				if _, err := w.Write(b); err != nil {
					return false
				}
			}
		}
		return control.Flush() == nil
	}
	if !send([]byte("retry: 2000\n\n")) {
		_, _ = w.Write([]byte("event: poll\ndata:\n\n")) // the client gets all of it when the handler returns
		return
	}
	quiet := time.NewTicker(beat)
	defer quiet.Stop()
	for {
		select {
		case frame := <-view:
			event := [][]byte{[]byte("event: frame\ndata: "), frame, []byte("\n\n")}
			if frame == nil {
				event = [][]byte{[]byte(":\n\n")} // a comment, so that a viewer that is gone is noticed
			} else {
				quiet.Reset(beat)
			}
			if !send(event...) {
				return
			}
		case <-quiet.C:
			if !send([]byte("event: alive\ndata:\n\n")) {
				return
			}
		case <-h.done:
			send([]byte("event: end\ndata:\n\n"))
			return
		case <-r.Context().Done():
			return
		}
	}
}
