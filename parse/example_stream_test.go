package parse_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gracy-go/gracy/parse"
)

// Delta is a part of what a model says.
type Delta struct {
	Text string `json:"text"`
}

// A Prompt asks for it.
type Prompt struct {
	Stream bool   `json:"stream"`
	Prompt string `json:"prompt"`
}

var chat = parse.NewEndpoint[Prompt, *http.Response]("POST /v1/chat", parse.Header("Accept", "text/event-stream"))

func ExampleEvents() {
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "data: {\"text\":\"Hel\"}\n\n: still there\n\ndata: {\"text\":\"lo\"}\n\ndata: [DONE]\n\n")
	}))
	defer model.Close()
	api := parse.API{Client: model.Client(), Base: model.URL}
	for delta, err := range parse.Events[Delta](chat.Call(context.Background(), api, Prompt{true, "Say hello"})) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(delta.Text)
	}
	// Output:
	// Hel
	// lo
}

// A server that fails half way has sent its status by then, and says so in an event of another name.
func ExampleEvents_named() {
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "event: delta\ndata: {\"text\":\"Hel\"}\n\nevent: error\ndata: {\"message\":\"overloaded\"}\n\n")
	}))
	defer model.Close()
	api := parse.API{Client: model.Client(), Base: model.URL}
	for event, err := range parse.Events[parse.Event](chat.Call(context.Background(), api, Prompt{true, "Say hello"})) {
		if err != nil {
			fmt.Println(err)
			return
		}
		switch event.Name {
		case "error":
			fmt.Println("failed:", event.Data)
		case "delta":
			var d Delta
			if err := json.Unmarshal([]byte(event.Data), &d); err != nil {
				fmt.Println(err)
				return
			}
			fmt.Println(d.Text)
		}
	}
	// Output:
	// Hel
	// failed: {"message":"overloaded"}
}

func ExampleLines() {
	logs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		_, _ = fmt.Fprint(w, "{\"id\":25,\"name\":\"pikachu\"}\n{\"id\":26,\"name\":\"raichu\"}\n{\"id\":27,\"na")
	}))
	defer logs.Close()
	for p, err := range parse.Lines[Pokemon](parse.Get[*http.Response](context.Background(), logs.Client(), logs.URL)) {
		if err != nil {
			fmt.Println("cut off:", err != nil)
			return
		}
		fmt.Println(p.Name)
	}
	// Output:
	// pikachu
	// raichu
	// cut off: true
}
