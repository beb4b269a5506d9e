// Package routes has the routes of well-known HTTP APIs as patterns for
// [github.com/gracy-go/gracy/transport.Routes], so that no object key, secret path,
// index, project or host becomes a label of a metric, the key of a limit or a word
// in a log:
//
//	client := &http.Client{Transport: gracy.Chain(
//		transport.Routes(routes.GitHub()...),
//		stats, retry.New(retry.Policy{}),
//	)}
//
// Each function returns a slice of its own that the caller may change or add to.
// Several families can be given to one layer: transport.Routes(
// slices.Concat(routes.GitHub(), routes.Slack())...).
//
// # Bases
//
// A base is what comes before the paths of an API: a host, a path, or both, written
// "ghe.example.com/api/v3", "/api/v3" for any host, "" for any host without a
// prefix, or as a URL. The scheme, the port, credentials and the query of a URL mean
// nothing. Without a base, the patterns are for the hosts of the vendor, or for any
// host if the vendor has none that is fixed; with bases they are for those alone, so
// that a server in a test needs no more than routes.GitHub(server.URL).
//
// # What is matched
//
// A family has a pattern of its own for what is called often, and a few with a
// wildcard, such as /repos/{owner}/{repo}/{path...}, for the rest. So no request to
// the API is left to the automatic templates, and a family makes at most some 60
// routes, whatever the names are. Patterns are for all methods: the method is a label
// already.
//
// # What it will not do
//
// Hosts are compared whole, so a host that holds the name of a bucket or an account
// cannot be a pattern without the name; [S3VirtualHost] and [AzureBlob] are for any
// host therefore. A family for any host names the requests to all hosts of its stack:
// give it a base if the stack has more than one API. Families whose patterns are the
// same but for the names of placeholders, as those of [S3] and [AzureBlob] are, can
// be in one layer only with different bases.
package routes
