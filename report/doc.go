// Package report shows what package metrics has counted to people: as a table, also a live one, a list, log lines,
// Markdown, CSV or JSON, and as a page with pictures, all from the same rows.
//
//	stats := metrics.New("pokeapi")
//	defer report.Table(os.Stdout, stats)
//
// Every function takes sources, not values, so that a deferred report shows the state at the end.
// Several sources are merged: the total is that of all their calls, with the mean, quantiles and
// maximum of all, not the mean of means.
//
// # The columns
//
// Calls are what callers made, Attempts what was sent for them. Success and Fail are shares of the
// calls, and a 404 that the caller expects is a success; calls that are neither were canceled by
// their caller. Mean, p50, p99 and Max are of the successful calls that were not replayed, up to the
// headers of the response. 2xx to 5xx, Aborts (no response) and Retries count attempts, Throttled the
// calls that waited for a quota or a pause, Replays the responses from a recording, Recorded the
// mean time up to their headers when they were recorded. Calls/s is over the time from the first call
// to the end of the last, and at least a second. Client, Canceled, Replays and Recorded are shown only
// when they say something.
//
// # Width and colour
//
// [Table] fits the width that COLUMNS says, else that of the terminal, else 80 columns. A table that
// is too wide loses whole columns, in this order: Recorded, 3xx, Mean, Calls/s, Replays, Attempts, 2xx, Canceled,
// p50, Throttled, Max, 4xx, Aborts, Client, Retries, 5xx, p99, Fail, Success. A long route is shortened
// in its middle. The other formats have all columns.
//
// Faults that are not zero are coloured on a terminal: red for 4xx, 5xx, aborts and failures, yellow
// for retries, throttling and replays. NO_COLOR and TERM=dumb turn colours off, CLICOLOR_FORCE turns
// them on elsewhere.
//
// [Live] redraws the table in place while work goes on.
//
// # The page
//
// [HTML] writes one file, which needs nothing else: the same rows, and, of the calls that [metrics.Recorder.KeepCalls]
// keeps, pictures over time, each call with its attempts and waits, why calls failed and which were slowest.
// [Handler] is the same page, live, [Open] reads a file back, and [Diff] says what has changed between two.
//
// # Safety
//
// Names of routes may come from untrusted input. Control, format and bidirectional characters become
// U+FFFD, as a metrics.Recorder has them already, so that JSON is written unchanged; text that
// a spreadsheet would take for a formula gets an apostrophe; Markdown has names as code, with pipes
// and backticks defused.
package report
