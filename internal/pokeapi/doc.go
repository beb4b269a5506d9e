// Package pokeapi is a PokéAPI v2 on loopback, for tests and the demo.
//
// It holds 151 Pokémon, 64 berries and generations 1 to 9 with their true
// figures, and answers as the original does: JSON of the same names and shapes
// (fields that are not held are left out), lists by offset and limit (default
// 20) with absolute links to their neighbours, resources by id or name, a
// trailing slash or none, and "Not Found" in plain text with 404.
//
//	GET /api/v2
//	GET /api/v2/pokemon     GET /api/v2/pokemon/{name}
//	GET /api/v2/berry       GET /api/v2/berry/{name}
//	GET /api/v2/generation  GET /api/v2/generation/{name}
//
// Links are built from the Host of each request. Those to resources of other
// kinds (types, stats, regions) have their true form and lead to 404.
//
// [New] takes a quota, faults and latency, all repeatable by seed, and the API
// counts for itself what reached it, so a demo can print the server's view
// beside the client's. In order: count, quota, faults, latency, answer. A
// trailing slash is gone before the first of them: patterns need none.
//
// It will not serve anything but GET and HEAD, nor compress, nor revalidate.
package pokeapi
