package routes

// Kubernetes returns the routes of a Kubernetes API server. Without a base it matches any
// host. Behind a proxy the base has a path, such as "rancher.example.com/k8s/clusters/c-1".
func Kubernetes(bases ...string) []string {
	const namespaced = "/api/v1/namespaces/{namespace}/"
	return on(bases, anyHost(),
		lines(`
/version
/openapi/{path...}
/healthz/{path...}
/livez/{path...}
/readyz/{path...}
/api
/api/v1
/api/v1/{resource}
/api/v1/{resource}/{name}
/api/v1/{path...}
/api/v1/watch/{path...}
/api/v1/namespaces/{name}
/api/v1/namespaces/{namespace}/{resource}
/api/v1/namespaces/{namespace}/{resource}/{name}
/api/v1/namespaces/{namespace}/{resource}/{name}/{path...}
/api/v1/namespaces/{namespace}/pods/{name}/log
/api/v1/namespaces/{namespace}/pods/{name}/exec
/api/v1/namespaces/{namespace}/pods/{name}/proxy/{path...}
/api/v1/namespaces/{namespace}/services/{name}/proxy/{path...}
/api/v1/nodes/{name}
/api/v1/nodes/{name}/proxy/{path...}
/apis
/apis/{group}
/apis/{group}/{version}
/apis/{group}/{version}/{resource}
/apis/{group}/{version}/{resource}/{name}
/apis/{group}/{version}/{path...}
/apis/{group}/{version}/namespaces/{namespace}/{resource}
/apis/{group}/{version}/namespaces/{namespace}/{resource}/{name}
/apis/{group}/{version}/namespaces/{namespace}/{resource}/{name}/{path...}
/apis/{path...}
`),
		each("/", "healthz livez readyz", ""),
		each("/api/v1/", "namespaces nodes pods secrets configmaps", ""),
		each(namespaced, "pods services configmaps secrets events serviceaccounts persistentvolumeclaims", "", "/{name}"),
		each("/apis/apps/v1/namespaces/{namespace}/", "deployments statefulsets", "", "/{name}"),
		each("/apis/batch/v1/namespaces/{namespace}/", "jobs", "", "/{name}"),
		each("/apis/coordination.k8s.io/v1/namespaces/{namespace}/", "leases", "", "/{name}"))
}
