package gracy_test

import (
	"fmt"
	"iter"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// layerCase is a layer as the contract suite needs it: made anew for each case, and
// with the departures from the contract that its job needs.
type layerCase struct {
	name    string
	make    func(*fixtures) gracy.Layer
	departs roundtriptest.Allowance
}

// fixtures is where a test puts what its layers need.
type fixtures struct {
	t       *testing.T
	dir     string
	keeps   bool // recordings are to be in files
	n       atomic.Int64
	closers []func() error
}

// nowhere is a store of tapes that nobody plays.
type nowhere struct{}

func (nowhere) Append([]store.Entry) error { return nil }
func (nowhere) Scan(store.ID) iter.Seq2[*store.Exchange, error] {
	return maps.All(map[*store.Exchange]error(nil))
}
func (nowhere) Close() error { return nil }

// longest is the longest body that is recorded: its default among the long tests. The case
// of the longest body reads 33 MiB, and to keep most of that costs a third of all cases.
func longest() int64 {
	if long.Wanted() {
		return 0
	}
	return 1 << 20
}

// tape records to a file, or unless the long tests are wanted mostly to nowhere: the files
// of a hundred cases take longer than all else.
func (s *fixtures) tape(mode replay.Mode) gracy.Layer {
	opts := replay.Options{Mode: mode, MaxBody: longest()}
	open := func() (*replay.Tape, error) {
		return replay.Open(filepath.Join(s.dir, strconv.FormatInt(s.n.Add(1), 10)+".json"), opts)
	}
	if !s.keeps && !long.Wanted() {
		open = func() (*replay.Tape, error) { return replay.New(nowhere{}, opts) }
	}
	tape, err := open()
	if err != nil {
		s.t.Fatal(err)
	}
	s.closers = append(s.closers, tape.Close)
	return tape
}

// layerCases are the layers in the documented order, outermost first.
func layerCases() []layerCase {
	return []layerCase{
		{"metrics", func(*fixtures) gracy.Layer { return metrics.New("api") }, 0},
		{"logging", func(*fixtures) gracy.Layer { return logging.New(logging.Config{}) }, 0},
		{"hook", func(*fixtures) gracy.Layer { return hook.New(hook.Hooks{}) }, 0},
		{"timeout", func(*fixtures) gracy.Layer { return timeout.New(timeout.Config{}) }, roundtriptest.TimesOut},
		{"retry", func(*fixtures) gracy.Layer { return retry.New(retry.Policy{}) }, roundtriptest.Retries},
		{"replay", func(s *fixtures) gracy.Layer { return s.tape(replay.ModeRecord) }, 0},
		{"concurrency", func(*fixtures) gracy.Layer {
			return concurrency.New(concurrency.Limit{Max: 64}, concurrency.Limit{Max: 100, Scope: transport.ScopeAll})
		}, 0},
		{"throttle", func(*fixtures) gracy.Layer {
			return throttle.New(throttle.Rule{Limit: 10000}, throttle.Rule{Limit: 10000, Per: time.Minute})
		}, 0},
		{"attempt timeout", func(*fixtures) gracy.Layer { return timeout.PerAttempt(0) }, roundtriptest.TimesOut},
		{"auth", func(*fixtures) gracy.Layer { return auth.Header("X-Api-Key", "k", "https://elsewhere.test") }, 0},
	}
}

// closingStack closes what a stack opened when the suite closes the stack.
type closingStack struct {
	http.RoundTripper
	closers []func() error
}

func (w closingStack) Unwrap() http.RoundTripper { return w.RoundTripper }

func (w closingStack) CloseIdleConnections() {
	if c, ok := w.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func (w closingStack) Close() error {
	for _, f := range w.closers {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func contract(t *testing.T, ks ...layerCase) {
	t.Helper()
	var departs roundtriptest.Allowance
	for _, k := range ks {
		departs |= k.departs
	}
	dir := t.TempDir()
	var n atomic.Int64
	wrap := func(next http.RoundTripper) http.RoundTripper {
		i := n.Add(1)
		s := &fixtures{t: t, dir: filepath.Join(dir, strconv.FormatInt(i, 10)), keeps: i%8 == 1}
		var layers []gracy.Layer
		for _, k := range ks {
			layers = append(layers, k.make(s))
		}
		return closingStack{gracy.Around(next, layers...), s.closers}
	}
	var exceptions []roundtriptest.Exception
	if departs != 0 {
		exceptions = append(exceptions, departs)
	}
	hasTape := slices.ContainsFunc(ks, func(k layerCase) bool { return k.name == "replay" })
	if why := rttest.ClosedDuringRead; hasTape && why != "" {
		exceptions = append(exceptions, roundtriptest.Skip("wire-cancel-frees-connection", why))
	}
	roundtriptest.Run(t, wrap, exceptions...)
}

func TestContractOfEachLayer(t *testing.T) {
	long.Only(t) // the contract test of each package runs over its layer as well
	for _, k := range layerCases() {
		t.Run(k.name, func(t *testing.T) { contract(t, k) })
	}
}

// Every ordered pair, the documented order and its reverse: any order is safe.
func TestContractOfEachOrderedPair(t *testing.T) {
	t.Parallel()
	if !race.Enabled { // which finds in a pair what neither layer does alone
		long.Only(t)
	}
	for i, a := range layerCases() {
		for j, b := range layerCases() {
			if i == j {
				continue
			}
			t.Run(fmt.Sprintf("%s(%s)", a.name, b.name), func(t *testing.T) {
				t.Parallel()
				contract(t, a, b)
			})
		}
	}
}

func TestContractOfTheWholeStack(t *testing.T) {
	t.Run("documented order", func(t *testing.T) { contract(t, layerCases()...) })
	if !long.Wanted() {
		return
	}
	t.Run("reverse order", func(t *testing.T) {
		ks := layerCases()
		for i, j := 0, len(ks)-1; i < j; i, j = i+1, j-1 {
			ks[i], ks[j] = ks[j], ks[i]
		}
		contract(t, ks...)
	})
	t.Run("each layer twice", func(t *testing.T) { contract(t, append(layerCases(), layerCases()...)...) })
}
