package main

import (
	"context"
	"net/http"
	"slices"
)

// A builder puts a stack around the base.
type builder func(base http.RoundTripper, k settings) built

// A stack is one thing that is timed.
type stack struct {
	name   string
	build  builder
	call   way
	duties duty
	ctx    func(context.Context) context.Context // adds what callers put into the context
	heavy  bool                                  // a call may take a millisecond, so that few can be counted
	flaky  bool                                  // every other response is a 503
	piped  bool                                  // the base is a transport of net/http, over a pipe
	alone  bool                                  // it runs on one core only, since the order of the responses matters
}

// The names of the stacks that others are compared with.
const (
	bare          = "bare"
	bareTwice     = "bare, 503 and 200"
	barePOST      = "bare, POST"
	bareIDs       = "bare, new ids"
	bareClient    = "bare, http.Client"
	barePiped     = "bare, net/http"
	clientPiped   = "bare, http.Client, net/http"
	chain         = "chain"
	chainHook     = "chain and a hook"
	chainTimed    = "chain and timeouts"
	fused         = "baseline-fused"
	busy          = "bare and work"
	slotContended = "contended slot"
	handContended = "contended slot by hand"
	oneNoop       = "no-op"
	six           = "six"
	baselineSix   = "baseline-6"
	baselinePOST  = "baseline-6, POST"
	assembledSix  = "assembled"
	assembledPOST = "assembled, POST"

	throttleEvery  = "throttle, any request"
	slotOurs       = "concurrency"
	slotByHandName = "slot by hand"
	rateByHandName = "rate by hand"
)

// nothing is the ctx of most stacks. It returns its argument.
func nothing(ctx context.Context) context.Context { return ctx }

// client returns a builder of a stack that is called through an http.Client.
func client(b builder, limited bool) builder {
	if b == nil {
		return nil
	}
	return func(base http.RoundTripper, k settings) built {
		s := b(base, k)
		s.client = &http.Client{Transport: s.rt}
		if limited {
			s.client.Timeout = k.timeout
		}
		return s
	}
}

// stacks returns the stacks that are timed.
func stacks() []*stack {
	sixOf := []maker{metricsLayer, loggingOff, retryLayer, replayOff, concurrencyLayer, throttleLayer}
	sixDuties := retries | limits | slots | bodies | counts
	with := func(chain []maker, i int, m maker) []maker {
		c := slices.Clone(chain)
		c[i] = m
		return c
	}
	sevenOf := append([]maker{observing}, sixOf...)
	eightOf := append([]maker{observing}, sevenOf...)
	chainOf := readmeChain()

	return []*stack{
		{name: bare, build: ours()},
		{name: bareTwice, build: ours(), call: twice, flaky: true, alone: true},
		{name: barePOST, build: ours(), call: post},
		{name: bareIDs, build: ours(), call: newIDs},
		{name: bareClient, build: client(ours(), false), call: do},

		{name: "logging off", build: ours(loggingOff)},
		{name: "replay off", build: ours(replayOff)},
		{name: "both off", build: ours(loggingOff, replayOff)},
		{name: oneNoop, build: ours(noop)},
		{name: "no-op x2", build: ours(noop, noop)},
		{name: "no-op x7", build: ours(noop, noop, noop, noop, noop, noop, noop)},
		{name: "no-op, logging off", build: ours(noop, loggingOff)},
		{name: "no-op, replay off", build: ours(noop, replayOff)},
		{name: "no-op, logging errors", build: ours(noop, loggingErrors)},
		{name: "retry", build: ours(retryLayer), duties: retries},
		{name: slotOurs, build: ours(concurrencyLayer), duties: slots | bodies},
		{name: "throttle", build: ours(throttleLayer), duties: limits},
		{name: "throttle, 2 rules", build: ours(throttleTwo), duties: limits},
		{name: throttleEvery, build: ours(throttleAll), duties: limits},
		{name: "metrics", build: ours(metricsLayer), duties: counts},

		{name: six, build: ours(sixOf...), duties: sixDuties},
		{name: "six, route given", build: ours(sixOf...), duties: sixDuties, ctx: withRoute},
		{name: "six, 2 rules", build: ours(with(sixOf, 5, throttleTwo)...), duties: sixDuties},
		{name: "six, logging errors", build: ours(with(sixOf, 1, loggingErrors)...), duties: sixDuties},
		{name: "six, POST of an upload", build: ours(sixOf...), call: postUpload, duties: sixDuties},
		{name: "six, POST", build: ours(sixOf...), call: post, duties: sixDuties},
		{name: "six, http.Client", build: client(ours(sixOf...), false), call: do, duties: sixDuties},
		{name: "seven, an observer", build: ours(sevenOf...), duties: sixDuties},
		{name: "eight, two observers", build: ours(eightOf...), duties: sixDuties},
		{name: "six and timeouts", build: ours(withTimeouts(sixOf)...), duties: sixDuties | deadlines | perTry},

		{name: chain, build: ours(chainOf...), duties: sixDuties},
		{name: "chain, new ids", build: ours(chainOf...), call: newIDs, duties: sixDuties},
		{name: chainHook, build: ours(append([]maker{hookIdle}, chainOf...)...), duties: sixDuties},
		{name: chainTimed, build: ours(withTimeouts(chainOf)...), duties: sixDuties | deadlines | perTry},
		{name: "chain, 1 rule", build: ours(with(chainOf, 4, manyRules(1))...), duties: sixDuties},
		{name: "chain, 1,000 rules", build: ours(with(chainOf, 4, manyRules(1000))...), heavy: true, duties: sixDuties},
		{name: "chain, 1,000 rules, new ids", build: ours(with(chainOf, 4, manyRules(1000))...), heavy: true, call: newIDs, duties: sixDuties},
		{name: "logging failures", build: ours(loggingErrors)},
		{name: "logging each", build: ours(loggingEach)},
		{name: "logging by hand", build: loggedByHand},
		{name: "typed", build: client(ours(), false), call: typed},
		{name: "typed by hand", build: client(ours(), false), call: typedByHand},
		{name: slotContended, build: oneSlot(ours(concurrencyLayer)), duties: slots | bodies},
		{name: handContended, build: oneSlot(callAndSemaphore), duties: slots | bodies},
		{name: "hook", build: ours(hookIdle)},
		{name: "auth", build: ours(authStatic)},

		{name: baselineSix, build: baseline, duties: sixDuties},
		{name: baselinePOST, build: baseline, call: post, duties: sixDuties},
		{name: fused, build: fusedChain, duties: sixDuties &^ retries},
		{name: assembledSix, build: assembled, duties: sixDuties &^ bodies},
		{name: "assembled, to body end", build: assembledToBodyEnd, duties: sixDuties},
		{name: assembledPOST, build: assembled, call: post, duties: sixDuties &^ bodies},
		{name: "obvious-6", build: obvious},
		{name: busy, build: working},
		{name: slotByHandName, build: slotByHand, duties: slots | bodies},
		{name: rateByHandName, build: rateByHand, duties: limits},

		{name: "total timeout", build: ours(totalTimeout), duties: deadlines},
		{name: "total and idle timeout", build: ours(totalAndIdle), duties: deadlines},
		{name: "attempt timeout", build: ours(attemptTimeout), duties: perTry},
		{name: "timeout by hand", build: deadline, duties: deadlines},
		{name: "http.Client.Timeout", build: client(ours(), true), call: do, duties: deadlines},

		{name: barePiped, build: ours(), piped: true},
		{name: clientPiped, build: client(ours(), false), call: do, piped: true},
		{name: "chain, net/http", build: ours(chainOf...), duties: sixDuties, piped: true},
		{name: "chain and timeouts, net/http", build: ours(withTimeouts(chainOf)...), duties: sixDuties | deadlines | perTry, piped: true},
		{name: "timeout by hand, net/http", build: deadline, duties: deadlines, piped: true},
		{name: "http.Client.Timeout, net/http", build: client(ours(), true), call: do, duties: deadlines, piped: true},
		{name: "assembled, net/http", build: assembled, duties: sixDuties &^ bodies, piped: true},

		{name: "retry, 503 and 200", build: ours(retryAtOnce), duties: retries, flaky: true, alone: true},
		{name: "retry, 503, timer, 200", build: ours(retrySoon), duties: retries, flaky: true, alone: true},
		{name: "ten events", build: ours(emitting)},
		{name: "an observer", build: ours(observingOne, noop)},
		{name: "an observer, ten events", build: ours(observingOne, emitting)},
		{name: "two observers", build: ours(observingOne, observingOne, noop)},
		{name: "two observers, ten events", build: ours(observingOne, observingOne, emitting)},
	}
}

// A bench is a built stack with its measurements.
type bench struct {
	*stack
	run    []func() error // one call of each caller; the first caller runs on one core
	calls  int            // the calls of a slice
	cost   [modes][]sample
	memory memory
}

func (s *stack) bench(callers int) *bench {
	var base http.RoundTripper = newStub(s.flaky)
	if s.piped {
		base = newPipeTransport()
	}
	st := s.build(base, unlimited())
	b := &bench{stack: s}
	for range callers {
		c := s.caller(st)
		b.run = append(b.run, func() error { return s.call(c) })
	}
	return b
}

func (s *stack) caller(st built) *caller { return newCaller(st.rt, st.client, s.ctx) }

// complete fills in what most stacks have in common, and drops stacks without a builder.
func complete(list []*stack) []*stack {
	out := list[:0]
	for _, s := range list {
		if s.build == nil {
			continue
		}
		if s.call == nil {
			s.call = get
		}
		if s.ctx == nil {
			s.ctx = nothing
		}
		out = append(out, s)
	}
	return out
}
