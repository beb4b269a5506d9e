package routes_test

func cloudflareOperations() []operation {
	const h, r = "api.cloudflare.com/client/v4", "/client/v4"
	return []operation{
		{h + "/zones/%s", r + "/zones/{zone}"},
		{h + "/zones/%s/dns_records/%s", r + "/zones/{zone}/dns_records/{record}"},
		{h + "/zones/%s/pagerules/%s", r + "/zones/{zone}/{path...}"},
		{h + "/accounts/%s/workers/scripts/%s", r + "/accounts/{account}/workers/scripts/{script}"},
		{h + "/accounts/%s/storage/kv/namespaces/%s/values/%s", r + "/accounts/{account}/storage/kv/namespaces/{namespace}/values/{key...}"},
		{h + "/accounts/%s/r2/buckets/%s", r + "/accounts/{account}/r2/buckets/{bucket}"},
		{h + "/accounts/%s/r2/buckets/%s/objects/%s", r + "/accounts/{account}/r2/buckets/{bucket}/objects/{key...}"},
		{h + "/accounts/%s/ai/run/@cf/meta/%s", r + "/accounts/{account}/ai/run/{model...}"},
		{h + "/accounts/%s/gateway/lists/%s", r + "/accounts/{account}/{path...}"},
		{h + "/user/tokens/%s", r + "/user/{path...}"},
	}
}

func hcloudOperations() []operation {
	const h = "api.hetzner.cloud/v1"
	return []operation{
		{h + "/servers?name=x", "/v1/servers"},
		{h + "/servers/%s", "/v1/servers/{id}"},
		{h + "/servers/%s/actions/poweron", "/v1/servers/{id}/actions/{action}"},
		{h + "/volumes/%s/actions/attach", "/v1/volumes/{id}/{path...}"},
		{h + "/zones/%s.example.com/rrsets/%s/A", "/v1/zones/{zone}/rrsets/{name}/{type}"},
		{h + "/actions/%s", "/v1/actions/{id}"},
		{"api.hetzner.com/v1/storage_boxes/%s/snapshots/%s", "/v1/storage_boxes/{id}/{path...}"},
	}
}

func digitalOceanOperations() []operation {
	const h = "api.digitalocean.com"
	return []operation{
		{h + "/v2/droplets/%s", "/v2/droplets/{id}"},
		{h + "/v2/droplets/%s/actions", "/v2/droplets/{id}/actions"},
		{h + "/v2/domains/%s.example.com/records/%s", "/v2/domains/{id}/records/{record}"},
		{h + "/v2/databases/%s/users/%s", "/v2/databases/{id}/{path...}"},
		{h + "/v2/kubernetes/clusters/%s/node_pools/%s", "/v2/kubernetes/clusters/{cluster}/{path...}"},
		{h + "/v2/registry/%s/repositories/%s/tags/%s", "/v2/registry/{path...}"},
		{h + "/v2/tags/%s", "/v2/tags/{id}"},
		{h + "/v2/uptime/checks/%s/alerts/%s", "/v2/uptime/checks/{path...}"},
		{h + "/v2/vpc_peerings/%s", "/v2/{path...}"},
	}
}
