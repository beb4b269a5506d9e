// Package house checks what CONTRIBUTING demands of the tree and no compiler
// sees: words, file lengths, tests beside code, comments of locks, the places
// that name every layer. It holds tests alone. A failure names its cure.
package house
