// Package bodies holds what a layer that sends a request more than once needs to
// know about bodies: [Replayable] makes a request body that can be sent again,
// [Rewind] prepares it for the next attempt, and [Drain] frees the connection of a
// response that is thrown away.
package bodies
