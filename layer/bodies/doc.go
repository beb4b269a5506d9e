// Package bodies handles bodies for a layer that sends a request more than once. [Replayable] makes
// a request body that can be sent again, within [Limits]. [Rewindable] reports whether a further
// attempt may have one. [SetAside] frees the connection of a response that such an attempt follows,
// and [Drain] that of a response that is thrown away. [Rewind] then prepares the request body. A
// layer that only reads a body ahead uses [Guard].
//
// Whatever the library reads of a response for itself is bounded in bytes and in time, because the
// server controls both. [ReadSome] reads the body of a failure, [Peek] reads a body and puts it
// back, and Drain discards one.
package bodies
