//go:build !go1.27

package e2e

// resendsProtocolError says that net/http sends a request again if its stream ended with
// PROTOCOL_ERROR (golang/go#47635), though that code does not say that nothing was done.
const resendsProtocolError = true
