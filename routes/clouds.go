package routes

// Cloudflare returns the routes of the Cloudflare API. The default base is
// api.cloudflare.com/client/v4.
func Cloudflare(bases ...string) []string {
	const zone, account = "/zones/{zone}", "/accounts/{account}"
	return on(bases, []string{"api.cloudflare.com/client/v4"},
		lines(`
/{path...}
/graphql
/zones
/accounts
/user
/user/{path...}
/memberships
/memberships/{membership}
/ips
/radar/{path...}
`+zone+`
`+zone+`/{path...}
`+zone+`/dns_records
`+zone+`/dns_records/batch
`+zone+`/dns_records/{record}
`+zone+`/purge_cache
`+zone+`/settings
`+zone+`/settings/{setting}
`+zone+`/rulesets/{path...}
`+zone+`/firewall/{path...}
`+zone+`/workers/{path...}
`+zone+`/custom_hostnames
`+zone+`/custom_hostnames/{hostname}
`+zone+`/load_balancers/{path...}
`+zone+`/ssl/{path...}
`+account+`
`+account+`/{path...}
`+account+`/workers/scripts
`+account+`/workers/scripts/{script}
`+account+`/workers/scripts/{script}/{path...}
`+account+`/workers/{path...}
`+account+`/storage/kv/namespaces
`+account+`/storage/kv/namespaces/{namespace}
`+account+`/storage/kv/namespaces/{namespace}/keys
`+account+`/storage/kv/namespaces/{namespace}/bulk/{path...}
`+account+`/storage/kv/namespaces/{namespace}/values/{key...}
`+account+`/storage/kv/namespaces/{namespace}/metadata/{key...}
`+account+`/r2/buckets
`+account+`/r2/buckets/{bucket}
`+account+`/r2/buckets/{bucket}/{path...}
`+account+`/r2/buckets/{bucket}/objects/{key...}
`+account+`/d1/database
`+account+`/d1/database/{database}
`+account+`/d1/database/{database}/{path...}
`+account+`/ai/run/{model...}
`+account+`/ai/{path...}
`+account+`/vectorize/{path...}
`+account+`/queues
`+account+`/queues/{queue}
`+account+`/queues/{queue}/{path...}
`+account+`/pages/projects
`+account+`/pages/projects/{project}
`+account+`/pages/projects/{project}/{path...}
`+account+`/images/v1
`+account+`/images/v1/{image...}
`+account+`/access/{path...}
`+account+`/cfd_tunnel/{path...}
`+account+`/rules/{path...}
`))
}

// HCloud returns the routes of the Hetzner Cloud API. The default bases are
// api.hetzner.cloud/v1 and api.hetzner.com/v1.
func HCloud(bases ...string) []string {
	return on(bases, []string{"api.hetzner.cloud/v1", "api.hetzner.com/v1"},
		lines(`
/{path...}
/pricing
/servers/{id}/actions/{action}
/servers/{id}/metrics
/servers/{id}/{path...}
/zones/{zone}
/zones/{zone}/{path...}
/zones/{zone}/rrsets
/zones/{zone}/rrsets/{name}/{type}
/zones/{zone}/rrsets/{name}/{type}/actions/{action}
/storage_boxes/{id}/{path...}
`),
		each("/", "actions servers volumes networks firewalls load_balancers floating_ips primary_ips images certificates ssh_keys "+
			"placement_groups storage_boxes server_types locations datacenters isos", "", "/{id}"),
		each("/", "zones", ""),
		each("/", "volumes networks firewalls load_balancers floating_ips primary_ips images certificates", "/{id}/{path...}"))
}

// DigitalOcean returns the routes of the DigitalOcean API. The default base is
// api.digitalocean.com.
func DigitalOcean(bases ...string) []string {
	return on(bases, []string{"api.digitalocean.com"},
		lines(`
/{path...}
/v2/{path...}
/v2/account
/v2/account/keys
/v2/account/keys/{key}
/v2/droplets/actions
/v2/droplets/{id}/actions
/v2/domains/{id}/records
/v2/domains/{id}/records/{record}
/v2/kubernetes/clusters
/v2/kubernetes/clusters/{cluster}
/v2/kubernetes/clusters/{cluster}/{path...}
/v2/registry/{path...}
/v2/registries/{path...}
/v2/customers/{path...}
/v2/monitoring/{path...}
/v2/functions/{path...}
/v2/gen-ai/{path...}
/v2/sizes
/v2/regions
/v2/cdn/endpoints
/v2/cdn/endpoints/{endpoint}
/v2/uptime/checks
/v2/uptime/checks/{path...}
/v2/spaces/keys/{path...}
`),
		each("/v2/", "actions certificates snapshots vpcs reserved_ips", "", "/{id}"),
		each("/v2/", "droplets domains images volumes databases apps load_balancers firewalls projects tags",
			"", "/{id}", "/{id}/{path...}"))
}
