// Package page iterates over the pages of a list: by offset ([Offset]), by cursor
// ([Cursor]) or by the URL of the next page ([Next]).
//
//	berries := page.Offset(20, func(ctx context.Context, offset, limit int) (page.Slice[Berry], error) {
//		l, err := listBerries.Call(ctx, api, Window{offset, limit})
//		return page.Slice[Berry]{Items: l.Results, Total: l.Count}, err
//	})
//	for b, err := range berries.All(ctx) {
//
// [Pager.First] fetches a single page. Slice.Own keeps other data that the server sends
// with a page.
//
// The caller's function makes an ordinary call for each page, so limits, retries and
// recordings apply to each page.
//
// # Guarantees
//
//   - A page is fetched when the loop needs its first item, not earlier. After a break
//     nothing more is fetched.
//   - An error is yielded once and ends the loop. It is an [Error] with the cursor of the
//     page that failed. [Pager.From] continues from there.
//   - A cursor that comes a second time ends the loop with [ErrRepeated], so a server that
//     repeats itself does not keep it running forever. A loop keeps only hashes of its
//     cursors, since a server may send long ones.
//   - After 1000 pages a loop ends with [ErrTooMany]. [Pager.Max] changes the limit. A loop
//     that ends by itself before the list does always yields an error.
//   - A next URL with another origin than the first ends the loop with an [OriginError].
//     Nothing is sent there, because the credentials of the request would go with it.
//   - A Pager has no state. Each loop begins where the Pager says, and loops may run at
//     the same time. To go back, use From with the cursor of an earlier [Page].
//
// The package does not fetch ahead and does not depend on any layer.
package page
