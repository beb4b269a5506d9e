// Package route names outgoing requests: it turns a concrete path into the
// path template that metrics, logs, limits and tapes may use as a key.
//
// Patterns are those of [net/http.ServeMux], read from the client's side:
// the host is the one the request is sent to, and there are no redirects.
// [Compile] builds a [Table] of them. Where no pattern of a table matches,
// [Router] makes a template of its own: segments that look like identifiers,
// dates, hashes or secrets become placeholders, positions that keep showing
// new names become {x}, and when there are too many templates all the same,
// new ones share the name [Other].
//
// Defaults: 200 automatic routes, a position is learned after 40 names, 4096
// verdicts are cached. Place: transport asks a Router once per call, after the
// route given in the context and before anything is booked under it. A pattern
// overrides whatever the automatic rungs would have said, and does not count
// against the 200.
//
// It will not tell a password that is a plain word from a resource name, and
// it does not keep names apart per host: a route is a path.
package route
