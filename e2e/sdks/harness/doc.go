// Package harness runs SDKs of others over the stack, with faults on the wire.
//
// An [SDK] is described as data: how it takes the client, how its own retries are
// turned on, and its calls. Each test of this package is one statement about all of
// them, with a [Server] that counts every request that arrives and hashes its body:
//
//   - [OneFault]: one fault is one further request, with the same body, or none
//     where a second send could do the work twice; and the one slot is free again.
//   - [Product]: an SDK that retries, over a layer that retries: the attempts add
//     up and do not multiply.
//   - [Live]: the first event of a stream is there before the second one is sent.
//   - [Tape]: what was recorded is replayed with the network denied.
//   - [Series]: 300 objects are a handful of routes, without a name of theirs.
//   - [Alone]: what the SDK does without us, which docs/sdks.md says to its users.
//
// What does not hold yet is in testdata/known.txt: a line that holds again fails the
// test until it is taken out, so that the table can only shrink.
//
// Time is real here. A test compares counts, and times as lower bounds alone, so no
// result depends on how busy the machine is.
package harness
