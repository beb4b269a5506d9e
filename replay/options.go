package replay

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gracy-go/gracy/redact"
)

// Options of a tape. The zero value is mode Smart with the defaults below.
type Options struct {
	// Mode says where answers come from; zero is [Smart].
	Mode Mode
	// Match says which requests are the same.
	Match Match
	// End says what comes after the last recorded answer of a request; zero is
	// [RepeatLast]. Answers are replayed in the order in which their requests
	// were started, each once for each tape that is open.
	End End
	// Redact adds to the built-in list of secrets, which are masked before a
	// request is compared and before anything is stored.
	Redact redact.Rules

	// MaxAge makes exchanges older than it count as missing; 0 is no limit.
	MaxAge time.Duration
	// Since makes exchanges started before it count as missing; zero is no
	// limit. In mode Smart, what is recorded anew replaces what is too old.
	Since time.Time
	// DiscardBad leaves out failures and answers of 400 and above: they are
	// not recorded, and on a tape count as missing.
	DiscardBad bool
	// Discard leaves out what it says; nil leaves out nothing. It is asked
	// while recording and while replaying, must be safe for concurrent use, and
	// sees no body.
	Discard func(*http.Response) bool
	// Errors records transport errors too, and bodies that break off, so that
	// they come back as a [Fault]. The caller's own cancellation and refusals
	// of layers below are never recorded.
	Errors bool

	// MaxRequest is how many bytes of a request body are kept and compared by
	// meaning; longer ones are compared by their SHA-256. 0 is 1 MiB.
	MaxRequest int64
	// MaxBody is how many bytes an answer may have to be recorded; longer ones
	// pass by and count as Skipped. 0 is 32 MiB.
	MaxBody int64
	// OnError hears what cannot be told to a caller: failed writes, refused
	// exchanges, answers too long. It runs in the goroutine that found out, must
	// be safe for concurrent use, and may be nil: Flush and Close return the
	// first error as well.
	OnError func(error)
}

const (
	defaultMaxRequest = 1 << 20
	defaultMaxBody    = 32 << 20
)

func (o Options) withDefaults() Options {
	switch {
	case o.Mode > Off:
		panic(fmt.Sprintf("replay: Options.Mode is unknown: %s", o.Mode))
	case o.End > Cycle:
		panic(fmt.Sprintf("replay: Options.End is unknown: %s", o.End))
	case o.MaxAge < 0:
		panic("replay: Options.MaxAge is negative")
	case o.MaxRequest < 0:
		panic("replay: Options.MaxRequest is negative")
	case o.MaxBody < 0:
		panic("replay: Options.MaxBody is negative")
	}
	if o.MaxRequest == 0 {
		o.MaxRequest = defaultMaxRequest
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	return o
}

// rules is a fingerprint of the redaction; literals stay out of it, since it
// is written to the tape.
func (o Options) rules() string {
	r := o.Redact
	var b strings.Builder
	for _, list := range [][]string{r.Headers, r.Query, r.Fields, r.Keep} {
		fmt.Fprintf(&b, "%q", sorted(list))
	}
	return b.String()
}

// floor returns the largest ID that is too old, 0 for none.
func (o Options) floor(now time.Time) ID {
	var oldest time.Time
	if o.MaxAge > 0 {
		oldest = now.Add(-o.MaxAge)
	}
	if o.Since.After(oldest) {
		oldest = o.Since
	}
	if id := IDAt(oldest); !oldest.IsZero() && id > 0 {
		return id - 1
	}
	return 0
}

// discards reports whether an exchange of a tape counts as missing.
func (o Options) discards(x *Exchange) bool {
	if o.DiscardBad && x.bad() {
		return true
	}
	if o.Discard == nil || x.Response == nil {
		return false
	}
	resp := x.Response.rebuild(nil, nil) //nolint:bodyclose // memory, and replaced below
	resp.Body = http.NoBody
	return o.Discard(resp)
}

// refuses reports whether a live answer is not to be recorded.
func (o Options) refuses(resp *http.Response) bool {
	if o.DiscardBad && resp.StatusCode >= 400 {
		return true
	}
	if o.Discard == nil {
		return false
	}
	r := *resp
	r.Header = resp.Header.Clone()
	r.Body = http.NoBody
	return o.Discard(&r)
}
