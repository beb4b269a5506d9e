// Package parse is a thin typed layer over any plain *http.Client: typed
// results, rules about statuses, errors that can be asked what happened. It
// works without any layer of this project, and with them it tells them what
// counts as success, so that an expected 404 is neither retried nor counted as
// a failure, and an answer that a [Check] refuses is tried again.
//
//	pikachu, err := parse.Get[Pokemon](ctx, client, url)   // one call
//	pikachu, err := parse.JSON[Pokemon](client.Do(req))    // an answer that is already there
//
//	var getPokemon = parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}", parse.On(404, ErrUnknown))
//	pikachu, err := getPokemon.Call(ctx, api, "pikachu")   // errors.Is(err, parse.Status(404))
//
// [Get] and [Endpoint] are the first door: their rules travel down to the
// layers, as a [transport.Expect]. [JSON] is the second: the call is over, so
// it can only read what the request's context says.
//
// # Options
//
// An [Option] is any [transport.Override]: a rule of this package, or a
// policy, an Off value or a handle of a layer. A client's [API], an endpoint
// and a call take any number. Of two overrides for one layer the later stands,
// in the order context, API, endpoint, call; rules add up in the same order,
// and the latest that names a status decides about it.
//
// # Defaults
//
//   - 2xx is success; anything else is a [StatusError] with up to 64 KiB of
//     the body, and a [Problem] if the server sent one (RFC 9457);
//   - a body is at most 32 MiB, decompressed ([MaxBytes]);
//   - the media type chooses the decoder: JSON and XML with their +json and
//     +xml kin; without a type, or with text/plain or application/octet-stream,
//     JSON is tried; other types are a [DecodeError]. Data after the value too;
//   - string and []byte take any body as it is; [None] takes and discards any;
//     io.ReadCloser and *http.Response are handed over open, for the caller to
//     close; [Answer] adds status and header to any of them;
//   - a missing body (204, HEAD, no bytes) is the zero value of a pointer, map,
//     slice or interface, and a DecodeError for anything else;
//   - Accept is application/json unless the result is one of the raw kinds or
//     a header says otherwise;
//   - headers of an [API], an option or an argument do not follow a redirect to
//     another origin, except Accept, Accept-Language, Content-Type and User-Agent.
//
// # Errors
//
// [StatusError], [DecodeError], [TooLargeError], [ArgError] (nothing was sent)
// and [Error] (no answer, a broken body, a failed check). They begin with the
// route, hold no URL query, credential or body in their text, unwrap to their
// cause, forward Timeout, match context errors, and carry the explained
// [transport.Call] if a layer was there.
//
// # Cost
//
// Beyond the same call by hand, with net/http and a json.Decoder: 6 allocations
// for [Get] and 12 for an [Endpoint] with one placeholder, and one more over layers.
//
// # What it will not do
//
// It does not retry, wait or log: layers do. It reads no package-level state
// and changes none. It does not validate against schemas.
package parse
