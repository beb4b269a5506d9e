// Package transport is what callers say to the layers of gracy and learn from
// them: overrides, expectations and routes go in with a request, the history of
// its call comes back.
//
// A [Layer] wraps a round tripper in one concern. Whatever layers a client uses,
// each RoundTrip is one [Call] with a ledger of its [Attempt]s:
//
//	resp, err := client.Do(req)
//	fmt.Println(transport.CallOf(resp)) // per attempt: status, times, waits, verdict; why it stopped
//
// [WithTrace] collects the calls of one user-level request, redirect hops and
// failures included. [WithExpect] says which responses count as success,
// [WithRoute] and [Routes] name the route of a request, [With] attaches
// per-call overrides, [Priority] among them. [Find] and [Layers] look inside a
// built stack.
//
// A Call and an Attempt of this package can only be read. What a layer needs beyond
// that, to begin attempts, to hold and to emit, is in package layer.
package transport
