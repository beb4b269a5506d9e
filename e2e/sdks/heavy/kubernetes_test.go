package heavy

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func kubernetesGo() *harness.SDK {
	return &harness.SDK{
		Name:    "k8s.io/client-go",
		Module:  "k8s.io/client-go",
		Code:    "openKubernetes",
		Client:  "`rest.Config.Wrap`, around a base of its own",
		Routes:  routes.Kubernetes,
		Advice:  "no switch for a client; for a single request `Request.MaxRetries(0)`",
		Trigger: harness.Reset,
		Notes: []string{
			"`kubernetes.NewForConfigAndClient` sends no token with your client; `Wrap` does.",
			"With `Retry-After` it sends any failed request eleven times, even a POST. Without it, only a GET after a reset is sent again.",
			"It limits its calls to 5 per second by itself: set `QPS: -1` and leave that to `throttle`.",
			"The body of a watch does not end. It holds a slot for that long, and `timeout` ends it when it is quiet for longer than `Idle`. `concurrency.Limit.Streams` and `timeout.Config.StreamIdle` give watches limits of their own.",
		},
		Functions: map[string]string{
			"read":   "`Get`",
			"write":  "`Post`",
			"list":   "`Get` of a list",
			"stream": "`Watch`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			cm := func(name string) map[string]any {
				return map[string]any{"kind": "ConfigMap", "apiVersion": "v1", "metadata": map[string]any{"name": name, "namespace": "default"}}
			}
			const path = "/api/v1/namespaces/default/configmaps"
			mux.HandleFunc("GET "+path+"/{name}", func(w http.ResponseWriter, r *http.Request) { harness.JSON(w, cm(r.PathValue("name"))) })
			mux.HandleFunc("PATCH "+path+"/{name}", func(w http.ResponseWriter, r *http.Request) { harness.JSON(w, cm(r.PathValue("name"))) })
			mux.HandleFunc("DELETE "+path+"/{name}", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Success"})
			})
			mux.HandleFunc("POST "+path, func(w http.ResponseWriter, _ *http.Request) { harness.JSON(w, cm("new")) })
			mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
				q := r.URL.Query()
				if q.Get("watch") == "true" {
					w.Header().Set("Content-Type", "application/json")
					enc := json.NewEncoder(w)
					_ = enc.Encode(map[string]any{"type": "ADDED", "object": cm("one")})
					harness.AwaitFirst(w, r)
					_ = enc.Encode(map[string]any{"type": "ADDED", "object": cm("two")})
					return
				}
				list := map[string]any{"continue": "more"}
				if q.Get("continue") != "" {
					list = map[string]any{}
				}
				harness.JSON(w, map[string]any{"kind": "ConfigMapList", "apiVersion": "v1", "metadata": list, "items": []any{cm("a" + q.Get("continue"))}})
			})
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer token" {
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
				mux.ServeHTTP(w, r)
			})
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			wrap := func(http.RoundTripper) http.RoundTripper { return client.Transport }
			api, err := openKubernetes(&rest.Config{Host: url, BearerToken: "token", QPS: -1}, wrap)
			if err != nil {
				return harness.Calls{}, err
			}
			maps := func(r *rest.Request) *rest.Request {
				if !own {
					r = r.MaxRetries(0)
				}
				return r.Namespace("default").Resource("configmaps")
			}
			raw := api.CoreV1().RESTClient()
			read := func(ctx context.Context, name string) (string, error) {
				var m core.ConfigMap
				err := maps(raw.Get()).Name(name).Do(ctx).Into(&m)
				return m.Name, err
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "settings") },
				Write: func(ctx context.Context, text string) (string, error) {
					var m core.ConfigMap
					body := &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Name: "new"}, Data: map[string]string{"text": text}}
					err := maps(raw.Post()).Body(body).Do(ctx).Into(&m)
					return m.Name, err
				},
				List: func(ctx context.Context) (string, error) {
					n, opts := 0, meta.ListOptions{Limit: 1}
					for {
						var list core.ConfigMapList
						if err := maps(raw.Get()).VersionedParams(&opts, scheme.ParameterCodec).Do(ctx).Into(&list); err != nil {
							return "", err
						}
						n += len(list.Items)
						if opts.Continue = list.Continue; opts.Continue == "" {
							return strconv.Itoa(n), nil
						}
					}
				},
				Stream: func(ctx context.Context, first func()) (string, error) {
					w, err := maps(raw.Get()).VersionedParams(&meta.ListOptions{Watch: true}, scheme.ParameterCodec).Watch(ctx)
					if err != nil {
						return "", err
					}
					defer w.Stop()
					names := ""
					for e := range w.ResultChan() {
						m, ok := e.Object.(*core.ConfigMap)
						if !ok {
							return names, fmt.Errorf("%v event", e.Type)
						}
						if names == "" {
							first()
						}
						names += m.Name + " "
					}
					return names, nil
				},
				More: map[string]func(context.Context) (string, error){
					"`Patch`": func(ctx context.Context) (string, error) {
						var m core.ConfigMap
						err := maps(raw.Patch(types.MergePatchType)).Name("settings").Body([]byte(`{"data":{"color":"red"}}`)).Do(ctx).Into(&m)
						return m.Name, err
					},
					"`Delete`": func(ctx context.Context) (string, error) {
						var status meta.Status
						err := maps(raw.Delete()).Name("settings").Do(ctx).Into(&status)
						return status.Status, err
					},
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, name)
					return err
				},
			}, nil
		},
	}
}

func openKubernetes(config *rest.Config, around func(http.RoundTripper) http.RoundTripper) (*kubernetes.Clientset, error) {
	// around is func(base http.RoundTripper) http.RoundTripper { return gracy.Around(base, layers...) }
	config.Wrap(around)
	api, err := kubernetes.NewForConfig(config)
	return api, err // test
}
