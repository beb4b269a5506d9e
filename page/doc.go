// Package page walks over the pages of a list as iterators: by offset
// ([Offset]), by cursor ([Cursor]) or by the URL of the next page ([Next]).
//
//	berries := page.Offset(20, func(ctx context.Context, offset, limit int) (page.Slice[Berry], error) {
//		l, err := listBerries.Call(ctx, api, Window{offset, limit})
//		return page.Slice[Berry]{Items: l.Results, Total: l.Count}, err
//	})
//	for b, err := range berries.All(ctx) {
//
// Each page is an ordinary call by the caller's function, so that limits,
// retries and recordings apply to each.
//
// # Laws
//
//   - Nothing is fetched before the loop asks, and nothing ahead: a break stops
//     before the next fetch.
//   - An error is yielded once and ends the loop. It is an [Error] with the
//     cursor to go on from: [Pager.From].
//   - A cursor that comes again is [ErrRepeated]: a server that runs in circles
//     does not hold a loop for ever.
//   - After 1000 pages a loop ends with [ErrTooMany], unless [Pager.Max] says
//     otherwise. It never ends silently before the list does.
//   - A next URL of another origin than the first is an [OriginError], before
//     anything is sent there: credentials would follow.
//   - A Pager has no state: each loop begins where the Pager says, and loops
//     may run at the same time. Going back is From with the cursor of an
//     earlier [Page].
//
// It does not fetch ahead, and does not know the layers.
package page
