//go:build go1.27

package bodies

// closeDrains is whether net/http saves the connection of an HTTP/1 body that is
// closed unread: since Go 1.27 it reads on for itself, up to 256 KiB for up to 50 ms,
// while Close returns at once.
const closeDrains = true
