// Package fault makes test servers misbehave on the wire, repeatably.
//
// A fault injected by a round tripper never reaches the code in net/http that a real fault reaches.
// So the faults here are on the server's side of a real socket: connections reset before the
// headers or after byte n of a body, bodies that drip, have a wrong length or never end, 1xx
// responses before the final one, upgrades, redirect loops, garbage, statuses with their hints.
//
//   - [Handler] puts a [Plan] in front of any http.Handler. The plan picks a [Fault] for each
//     request: from a script (request k of a route), otherwise from a seeded mix. A mix decides by
//     seed, request key and occurrence alone, so the order in which concurrent requests arrive
//     changes nothing.
//   - [Quota] is an exact sliding window over arrivals. It responds with 429 and Retry-After to
//     requests over the limit, and counts them.
//   - [Log] counts requests by route and status, and keeps the last records.
//   - [Server] serves on 127.0.0.1. Once it is closed, nothing of it is left.
//   - [Proxy] combines all of this in front of another server, for tests of SDKs.
//
// # What it will not do
//
// It speaks HTTP/1.1. A fault that needs the connection itself responds with 500 and an explaining
// text if there is none to hijack (HTTP/2, httptest.ResponseRecorder).
//
// It does not hide the retry of net/http. A Transport sends a replayable request again by itself
// when a reused connection breaks before the first byte of the response. Such a request arrives
// here twice and is counted twice.
//
// A reset discards the bytes that the kernel has not delivered yet. On loopback a fault of n bytes
// delivers exactly n bytes as long as head and body fit into about 64 KiB. Beyond that it delivers
// at most n.
package fault
