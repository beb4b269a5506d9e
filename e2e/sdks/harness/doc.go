// Package harness runs third-party SDKs over the stack, with faults on the wire.
//
// An [SDK] is described as data: how it takes the client, how to turn on its own retries, and its
// calls. Each test of this package is one statement about all of them. A [Server] counts every
// request that arrives and hashes its body:
//
//   - [OneFault]: one fault costs one further request, with the same body, or none if a second send
//     could do the work twice. Afterwards the only slot is free again.
//   - [Product]: with an SDK that retries over a layer that retries, the attempts add up and do not
//     multiply.
//   - [Live]: the first event of a stream arrives before the second is sent.
//   - [Tape]: what was recorded is replayed without a network.
//   - [Series]: 300 objects have only a few routes, without a name of an object in them.
//   - [Alone]: what the SDK does without us, which docs/sdks.md explains to its users.
//
// Statements that do not hold yet are in testdata/known.txt. If one holds again, the test fails
// until its line is removed, so the table can only shrink.
//
// Time is real here. Tests compare counts, and times only as lower bounds, so no result depends on
// how busy the machine is.
package harness
