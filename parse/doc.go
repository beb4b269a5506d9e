// Package parse is a thin typed layer over any plain *http.Client: typed
// results, rules about statuses, errors with the history of the call. It works
// without any layer of this project. With layers it says what counts as success:
// an expected 404 is neither retried nor counted as a failure, and a response that
// fails a [Check] is retried.
//
//	pikachu, err := parse.Get[Pokemon](ctx, client, url)   // one call
//	pikachu, err := parse.JSON[Pokemon](client.Do(req))    // a response that is there already
//
//	var getPokemon = parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}", parse.On(404, ErrUnknown))
//	pikachu, err := getPokemon.Call(ctx, api, "pikachu")   // errors.Is(err, parse.Status(404))
//
// [Get] and [Endpoint] send the request, so the layers know their rules, as a
// [transport.Expect]. [JSON] comes after the call: it only reads the rules in the
// request's context.
//
// A body that comes bit by bit is a loop over typed values: [Lines] of JSON, [Events] of
// text/event-stream.
//
//	for entry, err := range parse.Lines[Entry](client.Do(req)) {
//
// # Options
//
// An [Option] is any [transport.Override]: a rule of this package, or a
// policy, an Off value or a handle of a layer. A client's [API], an endpoint
// and a call take any number. Of two overrides for one layer the later stands,
// in the order context, API, endpoint, call; rules add up in the same order,
// and the latest that names a status decides about it. An override whose layer the
// client does not have is a [MissingLayerError].
//
// # Defaults
//
//   - 2xx is success; anything else is a [StatusError] with up to 64 KiB of
//     the body that come within 5 s, and a [Problem] if the server sent one
//     (RFC 9457);
//   - text is UTF-8, ASCII or ISO-8859-1, by the charset that an XML document names,
//     or, for bytes that are not UTF-8, by that of the media type; a DecodeError
//     names any other of XML and of a string. In JSON it leaves U+FFFD;
//   - gzip and deflate that net/http has left, since the caller set Accept-Encoding
//     or the server packs unasked, are undone for all results but []byte and those
//     that the caller closes; a DecodeError names any other Content-Encoding;
//   - a body is at most 32 MiB, decompressed ([MaxBytes]). It may take any time:
//     that is for the context to bound, and for the limits of package timeout.
//     JSON that is decoded into any takes at most 256 MiB ([MaxDecoded]);
//   - the media type chooses the decoder: JSON and XML with their +json and
//     +xml kin; without a type, or with text/plain or application/octet-stream,
//     JSON is tried; other types are a [DecodeError], unless [As] says what
//     they are, and so is data after the value;
//   - a body that breaks off is an Error, without a further attempt: the layers
//     are done with a call at its headers. With [WholeBody] they read it first;
//   - string and []byte are the undecoded body; [None] discards it; the body of
//     an io.ReadCloser or *http.Response is the caller's to close; a [Response]
//     adds status and header to any of them;
//   - a missing body (204, HEAD, no bytes), and one that is null in JSON, is the zero
//     value of a pointer, map, slice or interface, and a DecodeError for anything else,
//     but for a type with an UnmarshalJSON of its own, which reads null itself;
//   - Accept is application/json, unless the result is the undecoded body or a
//     header says otherwise;
//   - headers of an [API], an option or an argument do not follow a redirect to
//     another origin, except Accept, Accept-Language, Content-Type and User-Agent.
//
// # Errors
//
// [StatusError], [DecodeError], [TooLargeError], [ArgError] and [MissingLayerError]
// (nothing was sent) and [Error] (no response, a body that broke off, a failed check). Their texts
// begin with the route and hold no URL query, credential or body. They unwrap to
// their cause, forward Timeout, match the error of the request's context, and have
// the explained [transport.Call] if the client has layers.
//
// # Cost
//
// Beyond the same call by hand, with net/http and a json.Decoder: no
// allocation for [Get] and one for an [Endpoint] with one placeholder, over layers too.
//
// # What it will not do
//
// It does not retry, wait or log: layers do. It reads no package-level state
// and changes none. It does not validate against schemas.
package parse
