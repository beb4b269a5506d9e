// Package fault makes servers misbehave on the wire, on purpose and repeatably.
//
// A fault that is injected by a round tripper of ours never meets the code of
// net/http that a real one meets. So faults live here on the server's side of a
// real socket: connections reset before the headers or after byte n of a body,
// bodies that drip, lie about their length or never end, 1xx answers before the
// final one, upgrades, redirect loops, garbage, statuses with their hints.
//
//   - [Handler] puts a [Plan] in front of any http.Handler. The plan picks a
//     [Fault] for each request: from a script (request k of a route), else from
//     a seeded mix. A mix decides by seed, request key and occurrence alone, so
//     the order in which concurrent requests arrive changes nothing.
//   - [Quota] is an exact sliding window over arrivals. It refuses with 429 and
//     Retry-After, and counts what it refused.
//   - [Log] counts requests by route and status, and keeps the last records.
//   - [Server] serves on 127.0.0.1 and leaves nothing behind once closed.
//   - [Proxy] is all of it before somebody else's server, for tests of SDKs.
//
// # What it will not do
//
// It speaks HTTP/1.1. Faults that need the bare connection answer 500 with a
// text that says so when there is none (HTTP/2, httptest.ResponseRecorder).
//
// It cannot hide net/http's own replay: a client's Transport sends a replayable
// request again, unasked, when a reused connection dies before the first byte
// of the answer. Such a request arrives here twice and is counted twice.
//
// A reset throws away what the kernel has not delivered yet. On loopback a
// fault of n bytes delivers exactly n as long as head and body fit into the
// first flight, some 64 KiB; beyond that it delivers at most n.
package fault
