// Package network recognizes the errors of a connection that was lost, and calls again what met one.
// Stores in databases use it.
package network
