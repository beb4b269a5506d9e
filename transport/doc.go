// Package transport is the caller's side of the layers of gracy. Overrides, expectations and routes
// go in with a request. The history of its call comes back.
//
// A [Layer] wraps a round tripper and has one concern. Whatever layers a client uses, each
// RoundTrip is one [Call]. Its ledger has a row for each [Attempt]:
//
//	resp, err := client.Do(req)
//	fmt.Println(transport.CallOf(resp)) // per attempt: status, times, waits, verdict; why it stopped
//
// [WithTrace] collects the calls of a context, including redirect hops and failures.
// [WithExpect] says which responses count as success. [WithRoute] and [Routes] name the route of a
// request. [With] attaches overrides, such as a [Priority], to the calls of a context. [Find] and
// [Layers] look inside a built stack.
//
// The Call and Attempt of this package are read-only. Package layer has what a layer needs beyond
// that: to begin attempts, to hold, to emit events.
package transport
