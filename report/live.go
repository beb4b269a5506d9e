package report

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	redraws   = 250 * time.Millisecond
	soonest   = 20 * time.Millisecond // text this soon after a frame does not draw another at once
	firstLine = 2 * time.Second       // in a pipe; each pause is twice the one before
	mostPause = time.Minute           // between two lines in a pipe
	mostLine  = 64 << 10              // the bytes of a line that are kept until its end is written
)

// A Display shows the figures of its sources while work goes on: see [Live]. It is safe for
// concurrent use.
type Display struct {
	w       io.Writer
	sources []Source
	style   func() style
	live    bool // whether the lines of w can be overwritten

	done, ended chan struct{}
	once        sync.Once // of Close

	mu      sync.Mutex // mu guards all below, and writes to w
	closed  bool
	err     error     // the first error of w
	rest    []byte    // the start of a line whose end was not written yet
	frame   []string  // the lines of the latest frame
	shown   []string  // those lines of it that are on the terminal, above the cursor
	columns int       // the width of the terminal when it was drawn last
	drawn   time.Time // when it was drawn last
}

// Live shows a table of the sources while work goes on, until Close. On a terminal it redraws the
// [Table] in place a few times a second. Elsewhere it writes a plain line after 2, 4, 8 seconds
// and so on, in the end each minute, if something has changed. Close leaves the whole table
// there.
//
//	live := report.Live(os.Stderr, stats)
//	defer live.Close()
//	log.SetOutput(live)
//
// Write everything else for the same terminal to the Display, which puts it above the table. A
// table that is higher than the terminal shows the busiest routes. The cursor is never hidden, so
// a killed program leaves the terminal in order. Width and color are as for [Table]. With
// TERM=dumb, or if the size of the terminal is not known, there are plain lines.
func Live(w io.Writer, sources ...Source) *Display {
	return newDisplay(w, func() style { return styleOf(w, os.Getenv) }, sources)
}

func newDisplay(w io.Writer, now func() style, sources []Source) *Display {
	d := &Display{w: w, sources: sources, style: now, live: now().height > 0, done: make(chan struct{}), ended: make(chan struct{})}
	if d.live {
		go d.redraw()
	} else {
		go d.report()
	}
	return d
}

// Close draws the table for the last time, with all its routes, and returns when nothing of the
// Display runs any more. It returns the first error of the writer, if any. Later writes go to the
// writer unchanged.
func (d *Display) Close() error {
	d.once.Do(func() {
		close(d.done)
		<-d.ended
		text := table(read(d.sources), d.style())
		d.mu.Lock()
		defer d.mu.Unlock()
		d.closed = true
		if len(d.rest) > 0 {
			text = string(d.rest) + "\n" + text
		}
		d.frame = nil
		d.writeLocked([]byte(text))
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// Write writes whole lines above the table. An incomplete line is held back until its end is
// written.
func (d *Display) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return d.w.Write(p)
	}
	text := append(d.rest, p...) //nolint:gocritic // it is cut below
	end := bytes.LastIndexByte(text, '\n') + 1
	switch {
	case end == 0 && len(text) <= mostLine:
		d.rest = text
		return len(p), d.err
	case end == 0: // too long to be kept: break the line here
		text, d.rest = append(text, '\n'), nil
	default:
		text, d.rest = text[:end], slices.Clone(text[end:])
	}
	d.writeLocked(text)
	return len(p), d.err
}

// redraw draws frames on a terminal.
func (d *Display) redraw() {
	defer close(d.ended)
	for {
		began := time.Now()
		st := d.style()
		frame := lineUp(read(d.sources), st)
		d.mu.Lock()
		if st.width != d.columns || !slices.Equal(frame, d.shown) {
			d.frame = frame
			d.drawLocked(nil, st.width)
		}
		failed := d.err != nil
		d.mu.Unlock()
		if failed || !d.pause(max(redraws, rest*time.Since(began))) {
			return
		}
	}
}

// report writes plain lines.
func (d *Display) report() {
	defer close(d.ended)
	last := ""
	for wait, next := firstLine, firstLine; d.pause(wait); next = min(2*next, next+mostPause) {
		wait = min(next, mostPause)
		s := read(d.sources)
		line := status(s)
		if line == last || s.Total.Calls == 0 && s.InFlight == 0 { // nothing is new, or nothing has happened yet
			continue
		}
		last = line
		d.mu.Lock()
		d.writeLocked([]byte(line + "\n")) // whole: it is not drawn over
		failed := d.err != nil
		d.mu.Unlock()
		if failed {
			return
		}
	}
}

// pause waits for t. It returns false at once when the Display is closed.
func (d *Display) pause(t time.Duration) bool {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-d.done:
		return false
	}
}

// writeLocked writes text above the frame. It redraws a frame that was drawn just now only a moment
// later. The caller holds mu.
func (d *Display) writeLocked(text []byte) {
	if !d.live {
		d.sendLocked(text)
		return
	}
	if time.Since(d.drawn) < soonest {
		frame := d.frame
		d.frame = nil
		d.drawLocked(text, d.columns)
		d.frame = frame
		return
	}
	d.drawLocked(text, d.style().width)
}

// drawLocked replaces what is shown with the text and the frame, in one write. The caller holds mu.
func (d *Display) drawLocked(text []byte, columns int) {
	var b bytes.Buffer
	rows := rowsOf(d.shown, columns)
	up(&b, rows)
	if len(text) > 0 || columns != d.columns {
		// Erase line by line. Erasing from the top of the terminal would move what is there into
		// the scrollback of some terminals.
		b.WriteString(strings.Repeat("\x1b[2K\n", rows))
		up(&b, rows)
	}
	b.Write(text)
	for _, line := range d.frame {
		b.WriteString("\x1b[2K" + line + "\n") // erase first: after a line as wide as the terminal, its last character would go
	}
	b.WriteString("\x1b[J")
	d.shown, d.columns = d.frame, columns
	if d.frame != nil {
		d.drawn = time.Now()
	}
	d.sendLocked(b.Bytes())
}

func (d *Display) sendLocked(b []byte) {
	if _, err := d.w.Write(b); err != nil && d.err == nil {
		d.err = err
	}
}
