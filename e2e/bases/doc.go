// Package bases runs the layers over and under round trippers of others: an HTTP/2 transport made by
// hand, transports that add credentials, signatures, spans, content codings or a cache, and one that
// authenticates a connection by several requests. Inside and outside they must leave the promises of
// the layers as they are.
package bases
