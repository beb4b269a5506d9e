// Package house checks what CONTRIBUTING demands of the tree and no compiler checks: words, file
// lengths, tests beside code, comments of locks, and the places that name every layer. It contains
// only tests. A failure says how to cure it.
package house
