package routes_test

func kubernetesOperations() []operation {
	const h, ns, r = "10.0.0.1:6443", "/api/v1/namespaces/%s", "/api/v1/namespaces/{namespace}"
	return []operation{
		{h + "/api/v1/nodes/%s", "/api/v1/nodes/{name}"},
		{h + "/api/v1/pods?watch=true", "/api/v1/pods"},
		{h + ns, "/api/v1/namespaces/{name}"},
		{h + ns + "/pods", r + "/pods"},
		{h + ns + "/pods/%s", r + "/pods/{name}"},
		{h + ns + "/pods/%s/log", r + "/pods/{name}/log"},
		{h + ns + "/pods/%s/eviction", r + "/{resource}/{name}/{path...}"},
		{h + ns + "/pods/%s/proxy/metrics/%s", r + "/pods/{name}/proxy/{path...}"},
		{h + ns + "/configmaps/%s", r + "/configmaps/{name}"},
		{h + ns + "/secrets/%s", r + "/secrets/{name}"},
		{h + ns + "/limitranges/%s", r + "/{resource}/{name}"},
		{h + "/apis/apps/v1/namespaces/%s/deployments/%s", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}"},
		{h + "/apis/apps/v1/namespaces/%s/deployments/%s/scale", "/apis/{group}/{version}/namespaces/{namespace}/{resource}/{name}/{path...}"},
		{h + "/apis/coordination.k8s.io/v1/namespaces/%s/leases/%s", "/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}"},
		{h + "/apis/%s.example.com/v1/namespaces/%s/widgets/%s", "/apis/{group}/{version}/namespaces/{namespace}/{resource}/{name}"},
		{h + "/apis/storage.k8s.io/v1/storageclasses/%s", "/apis/{group}/{version}/{resource}/{name}"},
		{h + "/openapi/v3/apis/%s", "/openapi/{path...}"},
	}
}
