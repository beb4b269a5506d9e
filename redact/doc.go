// Package redact holds the one list of what is secret, for logs, errors, reports, ledgers and
// tapes, and the code that masks it.
//
// The functions of the package use the built-in list. A [Redactor] from [New] also knows the names
// and literals of its [Rules]. A nil *Redactor uses the built-in list, so a config may leave one
// zero.
//
// Three kinds of evidence count, the most certain first:
//
//   - A literal registered in [Rules] is masked wherever it stands: plain, percent-encoded,
//     with the escapes of JSON or of markup, or in base64.
//   - A name: of a header (Authorization, Cookie, X-Api-Key ...), of a query parameter (key, sig,
//     access_token, X-Amz-* ...) or of a field of a body (password, client_secret ...). Case,
//     dashes, underscores and percent-encoding do not matter. A name that ends in token, secret,
//     password, api key and the like is secret. A page token is not.
//   - The shape of the value: a JSON Web Token, a private key in PEM, the key formats of well-known
//     vendors, what looks random after Bearer or is user:password after Basic, and every path
//     segment that looks random ([Segment]).
//
// Text that is not secret keeps its bytes. Every operation is idempotent, accepts malformed input
// and is safe for concurrent use.
//
// The content of a body decides how it is read, and its media type only where the content cannot:
// see [Redactor.Body].
//
// What cannot be masked: a secret that is neither registered, nor named, nor of a known shape, such
// as a short one in a path; a name and its value in a program, a script in a page, a table, or YAML
// that is not sent as YAML; and whatever is compressed, encrypted or encoded in a way that is not
// listed here. Personal data is not looked for. Register what must never be printed.
package redact
