// Package redact holds the one list of what is secret, for logs, errors,
// reports, ledgers and tapes, and the code that masks it.
//
// The functions of the package know the built-in list; a [Redactor] from [New]
// knows the user's names and literals too, and a nil *Redactor is the built-in
// list again, so that a config may hold one and leave it zero.
//
// Three kinds of evidence count, in falling order of certainty:
//
//   - a literal registered in [Rules]: masked at every place, plain or
//     percent-encoded, JSON-escaped or in base64;
//   - a name: a header (Authorization, Cookie, X-Api-Key ...), a query
//     parameter (key, sig, access_token, X-Amz-* ...) or a field of a body
//     (password, client_secret ...). Case, dashes, underscores and
//     percent-encoding do not matter; a name that ends in token, secret, password,
//     api key and the like is secret, a page token is not;
//   - the shape of the value: a JSON Web Token, a private key in PEM, the key formats of
//     well-known vendors, what looks random behind Bearer or is user:password behind
//     Basic, and in paths every segment that looks random ([Segment]).
//
// Text that is not secret keeps its bytes. Every operation is idempotent, accepts
// malformed input and is safe for concurrent use.
//
// What a body is, its content decides, whatever the media type says; see
// [Redactor.Body].
//
// What cannot be masked: a secret that is neither registered nor named nor of a known
// shape, such as a short one in a path; a name and its value in a program, a
// script in a page, YAML or a table; what is compressed, encrypted or encoded in a
// way that is not listed here. Personal data is not looked for. Register what must
// never be printed.
package redact
