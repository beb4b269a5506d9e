// Package bodies holds what a layer that sends a request more than once needs to
// know about bodies: [Replayable] makes a request body that can be sent again,
// [Rewind] prepares it for the next attempt, and [Drain] frees the connection of a
// response that is thrown away.
//
// What the library reads of a response for itself has a bound of bytes and of time,
// since the server chooses both: [ReadSome] reads the body of a failure, [Peek] reads
// a body and puts it back, Drain discards one.
package bodies
