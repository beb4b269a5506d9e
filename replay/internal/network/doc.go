// Package network recognizes the errors of a connection that was lost. Stores in databases use it.
package network
