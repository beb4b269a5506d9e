// Package page walks over the pages of a list as iterators: by offset
// ([Offset]), by cursor ([Cursor]) or by the URL of the next page ([Next]).
//
//	berries := page.Offset(20, func(ctx context.Context, offset, limit int) (page.Slice[Berry], error) {
//		l, err := listBerries.Call(ctx, api, Window{offset, limit})
//		return page.Slice[Berry]{Items: l.Results, Total: l.Count}, err
//	})
//	for b, err := range berries.All(ctx) {
//
// One page at a time is [Pager.First], and what the server sends with a page stays with
// it as Slice.Own.
//
// The caller's function makes an ordinary call for each page, so limits, retries
// and recordings apply to each.
//
// # Guarantees
//
//   - A page is fetched when the loop needs its first item, not before: after a
//     break there is no further fetch.
//   - An error is yielded once and ends the loop. It is an [Error] with the
//     cursor to go on from: [Pager.From].
//   - A cursor that comes a second time is [ErrRepeated], so that a server that
//     repeats itself does not keep a loop running for ever. Of the cursors of a
//     loop only hashes are kept, since a server may send long ones.
//   - After 1000 pages a loop ends with [ErrTooMany], unless [Pager.Max] says
//     otherwise. A loop never ends without an error before the list does.
//   - A next URL of another origin than the first is an [OriginError], and
//     nothing is sent there: the credentials of the request would go with it.
//   - A Pager has no state: each loop begins where the Pager says, and loops
//     may run at the same time. To go back, use From with the cursor of an
//     earlier [Page].
//
// The package does not fetch ahead, and does not know the layers.
package page
