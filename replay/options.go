package replay

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
)

// Options are the options of a tape. The zero value is ModeSmart with the defaults below.
type Options struct {
	// Mode says where responses come from. Zero is [ModeSmart].
	Mode Mode
	// Match says which requests are the same.
	Match Match
	// End says what follows the last recorded response of a request. Zero is [EndRepeatLast].
	// Responses are replayed in the order in which their requests were started, each once for
	// each open tape.
	End End
	// Reuse lets ModeSmart respond with what it has recorded since the tape was opened, like a
	// cache. Without it, a request that is not on the tape yet is sent and recorded each time, as
	// a sequence, until the tape is closed or rewound. So a loop that polls ends, and its replay
	// takes the same course.
	Reuse bool
	// Redact adds to the built-in list of secrets, which are masked before a
	// request is compared and before anything is stored.
	Redact redact.Rules

	// Identity says on whose behalf a request is made, "" for nobody in particular. Requests with
	// different identities share no recording in the modes that send. Nil takes the identity from
	// the credentials of the request. Set a function if they rotate, or if a layer inside the
	// tape sets them. The function sees the request with its secrets but without its body, must
	// not change it, and must be safe for concurrent use. The tape keeps a keyed hash.
	Identity func(*http.Request) string

	// Host maps a host, as written in a URL, to the name under which a request is compared and
	// recorded. So a tape does not depend on where its server was: on the port of an
	// httptest.Server, or on staging. What is sent does not change. Host must be safe for
	// concurrent use. Nil leaves each host its own name.
	Host func(host string) string

	// Codings open bodies in content codings other than gzip and deflate, so that secrets in them
	// are masked. A body that cannot be opened keeps its exchange off the tape. Nil means gzip
	// and deflate alone. See module replay/codings.
	Codings []Coding

	// KeepSecrets names requests whose responses are secrets, such as those to a store of
	// passwords: hosts ("vault.test", with a port or for all ports) and patterns of
	// [http.ServeMux] ("GET vault.test/v1/kv/data/{path...}"). The body of such a response is
	// stored unchanged, so that it replays. Anyone who has the file can read it. Everything else
	// is masked, and a registered literal ([redact.Rules].Literals) keeps the exchange off the
	// tape, as elsewhere. Stats.Unmasked counts these exchanges and Explain warns. Nil keeps
	// none.
	KeepSecrets []string

	// PassThrough names requests that have nothing to do with the tape, by hosts ("localhost")
	// and patterns ("GET /healthz"), as in KeepSecrets. They are sent in every mode, also in
	// ModeReplay, and never recorded. Nil is none.
	PassThrough []string
	// RejectUnsafe rejects with [ErrUnsafe] what would be sent with a method other than GET,
	// HEAD, OPTIONS and TRACE (RFC 9110 9.2.1), so that recording changes nothing at the server.
	// It does not apply to PassThrough and [Off].
	RejectUnsafe bool

	// BeforeRecord is called with each exchange before it is recorded. It may change the response
	// or the fault, such as a date or a long body. It leaves the exchange out by returning false
	// or by setting both to nil. Other changes have no effect. The request has its secrets
	// masked. The response is masked after the function returns. A body beyond 32 MiB may be
	// missing, with only its length known (x.MissingBody). BeforeRecord must be safe for
	// concurrent use. Nil changes nothing.
	BeforeRecord func(x *store.Exchange) bool
	// BeforeReplay is called with a copy of each exchange before it is replayed. It may change
	// the response or the fault, for example to move a date to today. It must not change req or
	// read its body, and must be safe for concurrent use. A body beyond 32 MiB may be missing, as
	// for BeforeRecord. Nil changes nothing.
	BeforeReplay func(req *http.Request, x *store.Exchange)
	// Fallback is called with each miss that would be returned. It may return a response of its
	// own, or an error, which counts as one with which nothing was sent. If it returns nil for
	// both, the miss is returned. It must not read the body of the request, and must be safe for
	// concurrent use. Nil is no fallback.
	Fallback func(req *http.Request, miss *MissError) (*http.Response, error)
	// Ordered makes ModeReplay respond only in the order in which the whole tape was recorded.
	// Any request but the next one is a miss with the reason MissOrder. After the last exchange,
	// EndCycle begins again, and any other End is a miss. The other modes ignore it.
	Ordered bool

	// Speed replays in the time that recording took, divided by Speed: the headers, the pieces of
	// a stream (a body without a length), and the end of the body. A body with a length arrives
	// evenly. 1 is the recorded speed, 10 ten times as fast, and 0 does not wait. The pieces are
	// separate in any case, as their reader got them. A wait ends with the context of the
	// request. A reader that was slow while recording makes a slow recording.
	Speed float64
	// Delay is the wait before each response and each further piece of a body, in place of the
	// recorded times. 0 means Speed.
	Delay time.Duration

	// MaxAge is the age beyond which exchanges are too old. On a text tape it counts from 00:00
	// UTC of their day. Ages go by the clock of the machine. If that was ahead while the tape was
	// recorded, later exchanges date from that time too, until it has come. OnError is called when
	// ModeSmart opens such a tape. 0 is no limit.
	MaxAge time.Duration
	// Since makes exchanges that started before it too old. Zero is no limit. In ModeSmart, a new
	// recording replaces those that are too old.
	Since time.Time
	// Expired says what happens to exchanges that are too old. Zero is [ExpiredMissing].
	Expired Expired
	// DiscardBad leaves out failures and responses of 400 and above: they are not recorded, and
	// on a tape they count as missing.
	DiscardBad bool
	// Discard leaves out the responses for which it returns true. It is called while recording
	// and while replaying, must be safe for concurrent use, and sees no body. Nil leaves out
	// nothing.
	Discard func(*http.Response) bool
	// Errors also records transport errors, and bodies that break off. They are replayed as a
	// store.Fault, but io.ErrUnexpectedEOF of a body as itself. The caller's own cancellation and
	// rejections by inner layers are never recorded as faults. With or without Errors, a body
	// that its caller left is recorded up to there and ends with a [store.CutError].
	Errors bool

	// MaxRequest is how many bytes of a request body are kept and compared by meaning. Longer
	// ones are compared by their SHA-256. 0 is 1 MiB, math.MaxInt64 no limit.
	MaxRequest int64
	// MaxBody is the largest response body in bytes that is recorded. Longer ones are passed on:
	// Stats.TooLong counts them, the ledger has a note, and OnError is called with an error that
	// is also an [http.MaxBytesError]. 0 is 32 MiB, math.MaxInt64 no limit. A text, such as JSON,
	// is held in memory until it ends, since secrets are masked in it. If the store is a
	// store.PartStore, as a bbolt file is, other bodies of 1 MiB or more go there while they are
	// read, and are replayed from there a part at a time.
	MaxBody int64
	// RestWait is how long Close of a response body waits for an end that its caller has not
	// read, as with a decoder that stops at the closing brace. A body that ends later is cut
	// where its caller left: see [store.CutError]. The caller waits meanwhile and holds its slot,
	// also for a stream that it closes early. It waits as long again for a [store.ContextStore] that
	// does not respond. 0 is 100 ms.
	RestWait time.Duration
	// OnError is called with the errors of the tape: failed writes and lookups, withheld exchanges,
	// responses over MaxBody, a tape that is ahead of the clock. It runs in the goroutine that found
	// the error and must be safe for concurrent use. It must not call methods of the tape that wait
	// for the store (Flush, Close, Prune, Reindex), nor send a request through the tape. It may be
	// nil: Flush also returns the first error since the last Flush, and Close the first of all,
	// except for responses over MaxBody and the clock.
	OnError func(error)
}

const (
	defaultMaxRequest = 1 << 20
	defaultMaxBody    = 32 << 20
	defaultRestWait   = 100 * time.Millisecond
	maxLimit          = math.MaxInt64 / 16 // a limit is multiplied by eight, and added to
)

func (o Options) withDefaults() Options {
	switch {
	case o.Mode > Off:
		panic(fmt.Sprintf("replay: Options.Mode is unknown: %s", o.Mode))
	case o.End > EndCycle:
		panic(fmt.Sprintf("replay: Options.End is unknown: %s", o.End))
	case o.Match.Ignore&^SDKNoise != 0:
		panic(fmt.Sprintf("replay: Match.Ignore is unknown: %d", o.Match.Ignore))
	case o.Expired > ExpiredRejected:
		panic(fmt.Sprintf("replay: Options.Expired is unknown: %s", o.Expired))
	case !(o.Speed >= 0):
		panic(fmt.Sprintf("replay: Options.Speed is negative: %v", o.Speed))
	case o.Delay < 0:
		panic(fmt.Sprintf("replay: Options.Delay is negative: %v", o.Delay))
	case o.MaxAge < 0:
		panic(fmt.Sprintf("replay: Options.MaxAge is negative: %v", o.MaxAge))
	case o.MaxRequest < 0:
		panic(fmt.Sprintf("replay: Options.MaxRequest is negative: %d", o.MaxRequest))
	case o.MaxBody < 0:
		panic(fmt.Sprintf("replay: Options.MaxBody is negative: %d", o.MaxBody))
	case o.RestWait < 0:
		panic(fmt.Sprintf("replay: Options.RestWait is negative: %v", o.RestWait))
	}
	o.Match = o.Match.compiled()
	chosenBy("KeepSecrets", o.KeepSecrets) // panics on what it cannot read
	chosenBy("PassThrough", o.PassThrough)
	for _, c := range o.Codings {
		if c.Name == "" || c.Name != strings.ToLower(c.Name) || c.NewReader == nil || c.NewWriter == nil {
			panic(fmt.Sprintf("replay: Options.Codings: %q lacks a lower-case name or a function", c.Name))
		}
	}
	if o.MaxRequest == 0 {
		o.MaxRequest = defaultMaxRequest
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	if o.RestWait == 0 {
		o.RestWait = defaultRestWait
	}
	o.MaxRequest, o.MaxBody = min(o.MaxRequest, maxLimit), min(o.MaxBody, maxLimit)
	return o
}

// recipe is a fingerprint of everything that goes into a key.
func (o Options) recipe() string { return o.Match.recipe(o.MaxRequest, o.rules()) }

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
