package logging_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/logging"
)

func ExampleNew() {
	lines := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || strings.Contains(a.Key, ".") {
			return slog.Attr{} // the time and the attributes
		}
		return a
	}}))
	client := &http.Client{Transport: logging.New(logging.Config{
		Logger:   lines,
		Response: logging.Message(slog.LevelInfo, "{METHOD} {UENDPOINT} returned {STATUS}"),
	}).Wrap(rttest.Respond(404, ""))}
	resp, err := client.Get("http://api.test/things/7")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	// Output:
	// level=INFO msg="GET /things/{id} returned 404"
	// level=ERROR msg="GET http://api.test/things/7 failed: 404"
}
