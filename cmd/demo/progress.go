package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// progress shows how far a job is: a bar that is drawn over itself on a
// terminal, a line for each fifth elsewhere. Lines of others go through line,
// so that they do not tear the bar. It is safe for concurrent use, has no
// goroutine, and draws only when something happens.
type progress struct {
	out   io.Writer
	live  bool
	paint paint
	extra func() string // shown behind the figures

	mu                  sync.Mutex
	on                  bool
	start, drawn        time.Time
	total, done, failed int
	fifth               int
}

const (
	barWidth = 28
	redraw   = 60 * time.Millisecond
)

func (p *progress) begin(total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.on, p.start, p.total, p.done, p.failed, p.fifth = true, time.Now(), total, 0, 0, 0
	p.draw()
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
		p.draw()
	case !p.live && p.done*5/max(1, p.total) > p.fifth:
		p.fifth = p.done * 5 / max(1, p.total)
		fmt.Fprintln(p.out, "  "+p.figures())
	}
}

// end leaves the last state of the bar where it is.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.on && p.live {
		p.draw()
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
	p.draw()
}

func (p *progress) draw() {
	if !p.live {
		return
	}
	p.drawn = time.Now()
	full := barWidth * p.done / max(1, p.total)
	bar := p.paint.green(strings.Repeat("█", full)) + p.paint.dim(strings.Repeat("░", barWidth-full))
	fmt.Fprint(p.out, "\r  ", bar, "  ", p.figures(), "\x1b[K")
}

func (p *progress) figures() string {
	s := fmt.Sprintf("%*d of %d  %4.1fs", len(strconv.Itoa(p.total)), p.done, p.total, time.Since(p.start).Seconds())
	if p.failed > 0 {
		s += fmt.Sprintf("  %d failed", p.failed)
	}
	if p.extra != nil {
		s += p.extra()
	}
	return s
}
