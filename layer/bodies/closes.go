//go:build !go1.27

package bodies

// closeDrains is whether net/http saves the connection of an HTTP/1 body that is closed unread.
const closeDrains = false
