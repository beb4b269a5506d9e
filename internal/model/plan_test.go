package model_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
)

// A plan is a whole run as data, so that it can be printed and reduced.
type plan struct {
	seed   uint64
	layers []layerSpec
	calls  []callSpec
}

// A layerSpec is a layer. Each kind uses some of the fields.
type layerSpec struct {
	kind   string
	policy retry.Policy
	rules  []throttle.Rule
	pause  throttle.Pause
	limits []concurrency.Limit
	cfg    timeout.Config
	d      time.Duration // of perattempt the limit, of hook and bearer how long they take, of hedge the delay
	n      int           // of fretry the attempts, of hook and bearer that every n-th of them fails
	flag   bool          // of retry that it has no budget, of hook that After fails, of bearer that tokens expire
	strict bool          // of hook FailOnError
}

func (l layerSpec) String() string {
	switch l.kind {
	case "retry":
		p := l.policy
		return fmt.Sprintf("retry{attempts=%d delay=%v %v maxhint=%v unsafe=%v key=%v mark=%v repeats=%d buffer=%d nobudget=%v statuses=%v delays=%v}",
			p.Attempts, p.Delay, p.Jitter, p.MaxHint, p.Unsafe, p.IdempotencyKey != nil, p.MarkAmbiguous, p.Repeats, p.BufferLimit, l.flag, p.Statuses, p.Delays)
	case "throttle":
		var b strings.Builder
		for _, r := range l.rules {
			fmt.Fprintf(&b, "{%d/%v %v host=%q method=%q margin=%v maxqueue=%d maxwait=%v cost=%v} ",
				r.Limit, r.Per, r.Mode, r.Host, r.Method, r.Margin, r.MaxQueue, r.MaxWait, r.Cost != nil)
		}
		return fmt.Sprintf("throttle{%spause scope=%v max=%v fixed=%v onempty=%v whole=%v}", &b,
			l.pause.Scope, l.pause.Max, l.pause.Fixed, l.pause.OnEmpty, l.pause.WholeScope)
	case "concurrency":
		var b strings.Builder
		for _, r := range l.limits {
			fmt.Fprintf(&b, "{max=%d scope=%v weight=%v host=%q method=%q maxqueue=%d maxwait=%v adaptive=%v}",
				r.Max, r.Scope, r.Weight != nil, r.Host, r.Method, r.MaxQueue, r.MaxWait, r.Adaptive != nil)
		}
		return "concurrency" + b.String()
	case "timeout":
		return fmt.Sprintf("timeout{total=%v idle=%v fromupload=%v}", l.cfg.Total, l.cfg.Idle, l.cfg.FromUpload)
	}
	return fmt.Sprintf("%s{d=%v n=%d %v %v}", l.kind, l.d, l.n, l.flag, l.strict)
}

// A callSpec is a caller and what the server does with its requests.
type callSpec struct {
	id        int
	at        time.Duration
	method    string
	host      string
	path      string
	body      string // none nobody getbody seek plain unknown
	size      int
	pace      time.Duration // between pieces of the request body
	failAt    int           // the request body fails there, if positive
	deadline  time.Duration
	cancelAt  time.Duration
	key       bool
	ifMatch   bool
	client    bool
	expect    []int
	whole     int64
	overrides []string
	priority  int
	read      string // all some close double late
	readDelay time.Duration
	script    []respSpec
	used      int // of the script, in a run
	hops      int
}

func (c callSpec) String() string {
	s := fmt.Sprintf("call %d at %v: %s %s%s body=%s/%d pace=%v failAt=%d deadline=%v cancel=%v key=%v ifmatch=%v ",
		c.id, c.at, c.method, c.host, c.path, c.body, c.size, c.pace, c.failAt, c.deadline, c.cancelAt, c.key, c.ifMatch)
	s += fmt.Sprintf("client=%v expect=%v whole=%d overrides=%v priority=%d read=%s/%v",
		c.client, c.expect, c.whole, c.overrides, c.priority, c.read, c.readDelay)
	for _, r := range c.script {
		s += "\n      " + r.String()
	}
	return s
}

// A respSpec is what the server does with one request.
type respSpec struct {
	kind       string // status error hang
	err        string // dial reset eof dns
	status     int
	retryAfter string
	hint       time.Duration // what retryAfter says at least
	date       bool
	wait       time.Duration // before headers
	reads      int           // of the request body: 0 none, 1 part, 2 all
	lateClose  time.Duration // the request body is closed that much after the response
	size       int
	known      bool // Content-Length is said
	pace       time.Duration
	breakAt    int // -1 never
	stall      bool
	info       bool
	location   string
}

func (r respSpec) String() string {
	if r.kind == "error" {
		return fmt.Sprintf("error %s after %v reads=%d", r.err, r.wait, r.reads)
	}
	return fmt.Sprintf("%s %d after %v retryafter=%q(%v, date %v) reads=%d late=%v size=%d known=%v pace=%v break=%d stall=%v info=%v location=%q",
		r.kind, r.status, r.wait, r.retryAfter, r.hint, r.date, r.reads, r.lateClose, r.size, r.known, r.pace, r.breakAt, r.stall, r.info, r.location)
}

func (p plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d\n", p.seed)
	for _, l := range p.layers {
		fmt.Fprintf(&b, "   %v\n", l)
	}
	for _, c := range p.calls {
		fmt.Fprintf(&b, "   %v\n", c)
	}
	return b.String()
}
