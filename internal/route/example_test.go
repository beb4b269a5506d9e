package route_test

import (
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/internal/route"
)

func Example() {
	table, err := route.Compile("GET api.github.com/repos/{owner}/{repo}")
	if err != nil {
		panic(err)
	}
	r := route.New([]*route.Table{table}, route.Options{})
	for _, u := range []string{
		"https://api.github.com/repos/golang/go",
		"https://api.stripe.com/v1/customers/cus_NffrFeUfNV2Hib?expand=sources",
		"https://api.telegram.org/bot123:ABC/getMe",
	} {
		req, _ := http.NewRequest("GET", u, nil)
		fmt.Println(r.Route(req))
	}
	// Output:
	// /repos/{owner}/{repo}
	// /v1/customers/{id}
	// /{token}/getMe
}

func ExampleCompile() {
	_, err := route.Compile("/orgs/{org}", "/orgs/{name}")
	fmt.Println(err)
	// Output:
	// pattern "/orgs/{name}" conflicts with "/orgs/{org}": both match the same requests
}
