//go:build go1.27

package bodies

// closeDrains is whether net/http saves the connection of an HTTP/1 body that is closed unread.
// Since Go 1.27 it reads on by itself, up to 256 KiB for up to 50 ms, while Close returns
// immediately.
const closeDrains = true
