// Package bodies holds what a layer that sends a request more than once needs to
// know about bodies: [Replayable] makes a request body that can be sent again, within
// [Limits]; [Rewindable] says whether a further attempt may have one; [SetAside] frees the
// connection of a response that such an attempt follows, [Drain] that of one that is
// thrown away; then [Rewind] prepares the body. A layer that only reads a body ahead
// takes it from [Guard].
//
// What the library reads of a response for itself has a bound of bytes and of time,
// since the server chooses both: [ReadSome] reads the body of a failure, [Peek] reads
// a body and puts it back, Drain discards one.
package bodies
