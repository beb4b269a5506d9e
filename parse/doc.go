// Package parse is a thin typed layer over any plain *http.Client: typed results, rules about
// statuses, and errors with the history of the call. It works without any layer of this project.
// With layers, its rules decide what counts as success: an expected 404 is neither retried nor
// counted as a failure, and a response that fails a [Check] is retried.
//
//	pikachu, err := parse.Get[Pokemon](ctx, client, url)   // one call
//	pikachu, err := parse.JSON[Pokemon](client.Do(req))    // a response that is there already
//
//	var getPokemon = parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}", parse.On(404, ErrUnknown))
//	pikachu, err := getPokemon.Call(ctx, api, "pikachu")   // errors.Is(err, parse.Status(404))
//
// [Get] and [Endpoint] send the request and pass their rules to the layers as a [transport.Expect].
// [JSON] runs after the call and only reads the rules in the request's context.
//
// [Lines] reads a body of JSON lines, and [Events] one of text/event-stream, as a loop over typed
// values:
//
//	for entry, err := range parse.Lines[Entry](client.Do(req)) {
//
// # Options
//
// An [Option] is any [transport.Override]: a rule of this package, or the policy, Off value or
// handle of a layer. A client's [API], an endpoint and a call take any number. If two overrides are
// for the same layer, the later one applies, in the order context, API, endpoint, call. Rules add
// up in the same order, and the latest that names a status decides about it. An override for a
// layer that the client does not have is a [MissingLayerError].
//
// # Defaults
//
//   - 2xx is success. Any other status is a [StatusError] with up to 64 KiB of the body, as far as
//     it arrives within 5 s, and with a [Problem] if the server sent one (RFC 9457).
//   - Text is UTF-8, ASCII or ISO-8859-1. An XML document may name its charset. The charset of the
//     media type is used for bytes that are not UTF-8. Any other charset of XML or of a string is a
//     DecodeError. In JSON it leaves U+FFFD.
//   - gzip and deflate that net/http has not undone, because the caller set Accept-Encoding or the
//     server compressed unasked, are undone for all results but []byte and those that the caller
//     closes. Any other Content-Encoding is a DecodeError.
//   - A body is at most 32 MiB, decompressed ([MaxBytes]). It may take any time: bound that with
//     the context or with package timeout. JSON that is decoded into any takes at most 256 MiB of
//     memory ([MaxDecoded]).
//   - The media type chooses the decoder: JSON and +json, XML and +xml. Without a type, or with
//     text/plain or application/octet-stream, JSON is tried. Any other type is a [DecodeError],
//     unless [As] says what it is. So is data after the value.
//   - A body that breaks off is an [Error] and is not retried, since the layers are done with a
//     call at its headers. With [WholeBody] they read the body first.
//   - string and []byte are the undecoded body. [None] discards it. The caller closes the body of
//     an io.ReadCloser or *http.Response. A [Response] adds status and header to any result.
//   - A missing body (204, HEAD, no bytes) or a JSON null is the zero value of a pointer, map,
//     slice or interface, and a DecodeError for any other type. A type with its own UnmarshalJSON
//     reads null itself.
//   - Accept is application/json, unless the result is the undecoded body or a header says
//     otherwise.
//   - Headers of an [API], an option or an argument do not follow a redirect to another origin,
//     except Accept, Accept-Language, Content-Type and User-Agent.
//
// # Errors
//
// Nothing was sent if the error is an [ArgError] or a [MissingLayerError]. [StatusError],
// [DecodeError] and [TooLargeError] are about a response. [Error] is for no response, a body that
// broke off, or a failed check. Their texts begin with the route and hold no URL query, credential
// or body. They unwrap to their cause, forward Timeout, match the error of the caller's context,
// and have the explained [transport.Call] if the client has layers.
//
// # Cost
//
// Compared with the same call by hand, with net/http and a json.Decoder, [Get] makes one allocation
// less and an [Endpoint] with one placeholder as many, also with layers.
//
// # What it will not do
//
// It does not retry, wait or log: layers do. It neither reads nor changes package-level state. It
// does not validate against schemas.
package parse
