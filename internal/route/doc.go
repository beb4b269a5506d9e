// Package route names outgoing requests: it turns a path into the path template
// that metrics, logs, limits and tapes use as a key.
//
// Patterns are in the syntax of [net/http.ServeMux], applied to a client: the host is the one that
// the request is sent to, and there are no redirects. [Compile] builds a [Table] of patterns. If no
// pattern of a table matches, [Router] makes a template of its own. Segments that look like
// identifiers, dates, hashes or secrets become placeholders. A position with many different names
// becomes {x}, and the templates that have one of those names there are folded into it. If there
// are still too many templates, new ones share the name [Other].
//
// By default there are 200 automatic routes, a position is learned after 40 names, and the names of
// 4096 paths that came at least twice are cached. Package layer calls a Router at most once per
// call, and only if its context has no route. A pattern takes precedence over automatic templates
// and does not count against the 200.
//
// A Router cannot know that a position has many names before it has seen them, so up to 40 are
// shown. The first template of a path stays with its [Name], as the key of the state that limits
// have for it. A Router cannot distinguish a password that is a plain word from a resource name.
// Names are not separate for each host: a route is a path.
package route
