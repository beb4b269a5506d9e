package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A progress shows how much of a job is done: a bar on a terminal, a line for each fifth
// elsewhere. Other output must be written with line, so that it does not break the bar.
// A progress is safe for concurrent use and has no goroutine: it draws when a step ends.
type progress struct {
	out   io.Writer
	live  bool
	paint paint
	extra func() string // a text after the figures

	mu                  sync.Mutex // mu guards all below
	on                  bool       // between begin and end
	start, drawn        time.Time
	total, done, failed int
	fifth               int // the number of fifths that were written
}

const (
	barWidth = 28
	redraw   = 60 * time.Millisecond
)

func (p *progress) begin(total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.on, p.start, p.total, p.done, p.failed, p.fifth = true, time.Now(), total, 0, 0, 0
	p.drawLocked()
}

func (p *progress) step(failed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if failed {
		p.failed++
	}
	switch {
	case p.live && (time.Since(p.drawn) >= redraw || p.done == p.total):
		p.drawLocked()
	case !p.live && p.done*5/max(1, p.total) > p.fifth:
		p.fifth = p.done * 5 / max(1, p.total)
		fmt.Fprintln(p.out, "  "+p.figuresLocked())
	}
}

// end draws the bar for the last time and leaves it on the screen.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.on && p.live {
		p.drawLocked()
		fmt.Fprintln(p.out)
	}
	p.on = false
}

// line writes a line above the bar.
func (p *progress) line(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.on || !p.live {
		fmt.Fprintln(p.out, text)
		return
	}
	fmt.Fprint(p.out, "\r\x1b[K", text, "\n")
	p.drawLocked()
}

func (p *progress) drawLocked() {
	if !p.live {
		return
	}
	p.drawn = time.Now()
	full := barWidth * p.done / max(1, p.total)
	bar := p.paint.green(strings.Repeat("█", full)) + p.paint.dim(strings.Repeat("░", barWidth-full))
	fmt.Fprint(p.out, "\r  ", bar, "  ", p.figuresLocked(), "\x1b[K")
}

func (p *progress) figuresLocked() string {
	s := fmt.Sprintf("%*d of %d  %4.1fs", len(strconv.Itoa(p.total)), p.done, p.total, time.Since(p.start).Seconds())
	if p.failed > 0 {
		s += fmt.Sprintf("  %d failed", p.failed)
	}
	if p.extra != nil {
		s += p.extra()
	}
	return s
}
