// Package pokeapi is a PokéAPI v2 on loopback, for tests and the demo.
//
// It has 151 Pokémon, 64 berries and generations 1 to 9 with their real figures, and responds as
// PokéAPI does: JSON with the same names and shapes (some fields are left out), lists by offset and
// limit (default 20) with absolute links to the next and previous page, resources by id or name,
// with or without a trailing slash, and "Not Found" in plain text with 404.
//
//	GET /api/v2
//	GET /api/v2/pokemon     GET /api/v2/pokemon/{name}
//	GET /api/v2/berry       GET /api/v2/berry/{name}
//	GET /api/v2/generation  GET /api/v2/generation/{name}
//
// Links are built from the Host of each request. Those to resources of other
// kinds (types, stats, regions) have their real form and lead to 404.
//
// [New] takes a quota, faults and latency, all repeatable by seed. The API counts the requests that
// reach it, so a demo can print the counts of the server beside those of the client. A request
// passes the counters, the quota, the faults and the latency in this order. Its trailing slash is
// removed first, so patterns need none.
//
// It serves only GET and HEAD, does not compress and does not revalidate.
package pokeapi
