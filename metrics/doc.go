// Package metrics counts what a client does, by route: calls and attempts apart, outcomes,
// statuses, waits, bytes and latencies. The counts are for Prometheus and for reports.
//
//	stats := metrics.New("pokeapi")
//	client := &http.Client{Transport: gracy.Chain(stats, retry.New(retry.Policy{}))}
//	prometheus.MustRegister(stats) // if you like: nothing is registered by itself
//	http.Handle("/metrics", promhttp.Handler())
//	defer report.Table(os.Stdout, stats)
//
// # What is counted
//
// A [Recorder] keeps one set of counters. [Recorder.Snapshot] and the Prometheus collector both
// read it, so a report and a dashboard agree to the digit. Each call is counted once, when it
// returns, by what its caller expects: a 404 that was expected is a success. Its attempts, their
// statuses and their waits come from the ledger of the call. Failures and replayed responses are
// left out of the latencies of successes.
//
// Latencies run to the headers of the response. The time and bytes of the body are added when it
// has been read. A body that breaks off after its call has returned is counted as such
// (gracy_bodies_broken_total, Row.BodiesBroken), and the call as its status says. The call is a
// failure only if the body is read before the attempt is judged (transport.Expect). Bodies that were
// never closed are counted when they are found. Distributions are kept in exponential buckets.
// Quantiles are within 2.2 % of the sample between 1 µs and 1 h. Minimum, maximum, count and mean
// are exact. Distributions can be merged, so the total is right.
//
// Waits for a limit or a quota are counted by rule, of which 64 are kept apart. An exhausted retry
// is counted by whether its budget was empty. Layers inside the recorder report their state: slots
// in use and in all, by limit; scopes that are paused now; what a tape missed, withheld or lost. All
// of these are in the collector only, not in a [Snapshot]. A call of a [Timeline] has a note if its
// body broke off or was never closed.
//
// # Prometheus
//
// A histogram has the [ClassicBuckets]: nine bounds from 10 ms to a minute, so that a route with
// one method and one status is at most 30 lines of a scrape. [Recorder.SetBuckets] adds the
// exponential buckets as a native histogram, or shows those alone. Use it only with servers set up
// for that: Prometheus 2 with native histograms drops the classic buckets of a metric that has
// both. Counters and histograms say since when they count. [Recorder.SetExemplars] links the
// durations of calls to their traces.
//
// Series of a route that are zero are left out, except those of its response bodies. Series of the
// client as a whole, such as gracy_in_flight, are there from the start. Registry, handler and
// further labels are those of the Prometheus library: see the examples. A registry checks and sorts
// each metric at each scrape. With ten thousand of them, a handler of [Recorder.Gather] serves the
// same page for some 0.8 of the processor time and 0.6 of the garbage.
//
// A [Recorder] also keeps the last finished calls, each with its attempts and waits, if
// [Recorder.KeepCalls] says so. [Recorder.Timeline] and reports show them. [Snapshot.Since] has the
// counts of a window of time.
//
// # Bounds
//
// At most 200 routes are kept apart. The calls of further ones are counted under "other" and in
// gracy_routes_overflow_total. Methods other than the nine standard ones become "_OTHER". Labels
// are valid UTF-8 without control characters, of at most 200 bytes. Hosts, queries, error texts and
// attempt numbers are never labels.
//
// A guessed route can hold the name of an object until some 40 names have been seen in its place.
// Their counts are then shown as one, under {x}, and no label holds the names any more. A route
// that matches a pattern of transport.Routes never holds one.
//
// A route takes about 6 KB of memory, and some 5 KB for each further outcome or status. Scraping
// adds up to a third, for metrics that are kept until they change.
//
// # Place
//
// Outermost. Elsewhere it sees only the requests that outer layers pass on. Inside a retry layer it
// counts each attempt as a call. Several recorders may share a client, and one recorder several
// clients. Counting costs no allocation.
//
// # Defaults
//
// There is nothing to set besides the name of the client, which may be empty. No single call is
// kept. The zero [Recorder] is not ready for use: [New] makes one.
//
// # Override
//
// There is none: every call is counted. A client without the layer counts nothing.
//
// # What it will not do
//
// It does not register itself, start a goroutine, listen, or read bodies.
package metrics
