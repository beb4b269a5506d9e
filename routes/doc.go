// Package routes has the routes of well-known HTTP APIs, as patterns for
// [github.com/gracy-go/gracy/transport.Routes]. With them, no object key, secret path,
// index, project or host becomes a label of a metric, the key of a limit or part of a log
// line:
//
//	client := &http.Client{Transport: gracy.Chain(
//		transport.Routes(routes.GitHub()...),
//		stats, retry.New(retry.Policy{}),
//	)}
//
// Each function returns a new slice, which the caller may change. One layer can have the
// routes of several APIs:
//
//	transport.Routes(slices.Concat(routes.GitHub(), routes.Slack())...)
//
// # Bases
//
// A base is what comes before the paths of an API: a host, a path, or both. Write it as
// "ghe.example.com/api/v3", as "/api/v3" for any host, as "" for any host without a prefix, or
// as a URL, whose scheme, port, credentials and query are ignored.
//
// Without a base, the patterns are for the hosts of the vendor, or for any host if the vendor
// has no fixed one. With bases, they are for those only. A test needs just
// routes.GitHub(server.URL).
//
// # What is matched
//
// Frequent calls have a pattern of their own. A few patterns with a wildcard, such as
// /repos/{owner}/{repo}/{path...}, match the rest. So no request to the API gets a guessed
// template, and an API has at most some 60 routes, whatever names are in its paths. Patterns
// are for all methods, since the method is already a label.
//
// # What it will not do
//
// Hosts are compared whole, so a pattern cannot match a host that contains the name of a
// bucket or an account. For that reason [S3VirtualHost] and [AzureBlob] match any host. Routes
// for any host apply to all hosts of the stack: give them a base if the stack calls more
// than one API.
//
// Two APIs whose patterns differ only in the names of placeholders, such as [S3] and
// [AzureBlob], can be in one layer only with different bases.
package routes
