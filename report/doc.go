// Package report shows people what package metrics has counted: as a table, also a live one, a
// list, log lines, Markdown, CSV or JSON, and as a page with charts, all from the same rows.
//
//	stats := metrics.New("pokeapi")
//	defer report.Table(os.Stdout, stats)
//
// Every function takes sources, not values, so a deferred report shows the state at the end.
// Several sources are merged: the total has the mean, quantiles and maximum of all their calls, not
// the mean of means.
//
// # The columns
//
//   - Calls is what callers made, Attempts what was sent for them.
//   - Success and Fail are shares of the calls. A 404 that the caller expects is a success. Calls
//     that are neither were canceled by their caller.
//   - Mean, p50, p99 and Max are of the successful calls that were not replayed, up to the headers
//     of the response.
//   - 2xx to 5xx, Aborts (no response) and Retries count attempts.
//   - Broken counts the responses whose body ended with an error after the call had returned, which
//     Success and Fail do not show. Leaked counts those whose body was never closed.
//   - Throttled counts the calls that waited for a quota or a pause.
//   - Replays counts the responses from a recording. Recorded is the mean time to their headers
//     when they were recorded.
//   - Calls/s is over the time from the first call to the end of the last, at least a second.
//
// Client, Canceled, Broken, Leaked, Replays and Recorded are shown only when they say something.
//
// # Width and color
//
// [Table] fits the width in COLUMNS, else that of the terminal, else 80 columns. A table that is
// too wide loses whole columns, in this order: Recorded, 3xx, Mean, Calls/s, Replays, Attempts,
// 2xx, Canceled, p50, Throttled, Max, 4xx, Aborts, Client, Retries, Leaked, 5xx, Broken, p99,
// Success, Fail. A long route is shortened in its middle. The other formats have all columns.
//
// On a terminal, faults that are not zero are colored: red for 4xx, 5xx, aborts, bodies and
// failures, yellow for retries, throttling and replays. NO_COLOR and TERM=dumb turn colors off.
// CLICOLOR_FORCE turns them on elsewhere.
//
// [Live] redraws the table in place while work goes on.
//
// # The page
//
// [HTML] writes one self-contained file. It has the same rows and, for the calls that
// [metrics.Recorder.KeepCalls] keeps, charts over time, each call with its attempts and waits, why
// calls failed, and which were slowest. [Handler] serves the same page, live. [Open] reads a file
// back, and [Diff] says what has changed between two.
//
// # Safety
//
// Names of routes may come from untrusted input. Control, format and bidirectional characters
// become U+FFFD. A metrics.Recorder has done that already, so JSON is written unchanged. Text that
// a spreadsheet would take for a formula gets an apostrophe. Markdown shows names as code, with
// pipes and backticks defused.
package report
