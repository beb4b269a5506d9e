// Package route names outgoing requests: it turns a path into the path template
// that metrics, logs, limits and tapes use as a key.
//
// Patterns are in the syntax of [net/http.ServeMux], applied to a client: the host is the
// one to which the request is sent, and there are no redirects. [Compile] builds a
// [Table] of them. Where no pattern of a table matches, [Router] makes a template
// of its own: segments that look like identifiers, dates, hashes or secrets become
// placeholders, a position with many different names becomes {x} and the templates with
// one of those names in them are folded into it, and when there
// are too many templates nevertheless, new ones share the name [Other].
//
// Defaults: 200 automatic routes, a position is learned after 40 names, 4096 names
// of paths that came twice are cached. Package layer calls a Router at most once for a call, if its
// context has no route. A pattern comes before the automatic templates and does not
// count against the 200.
//
// It cannot know a position of many names before it has seen them: until then up to 40
// are shown. What a path was named first stays beside its template ([Name]), as the key of
// the state that limits have for it. It cannot distinguish a password that is a plain word from a resource name, and
// names are not separate for each host: a route is a path.
package route
