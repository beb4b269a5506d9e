package routes

// Datadog returns the routes of the Datadog API. The default bases are api.datadoghq.com, the
// hosts of the other Datadog sites, and the hosts that take logs.
func Datadog(bases ...string) []string {
	var sites, intakes []string
	for _, site := range lines(`datadoghq.com us3.datadoghq.com us5.datadoghq.com datadoghq.eu ap1.datadoghq.com ap2.datadoghq.com
uk1.datadoghq.com ddog-gov.com us2.ddog-gov.com`) {
		sites = append(sites, "api."+site)
		intakes = append(intakes, "http-intake.logs."+site)
	}
	all := on(bases, sites,
		lines(`
/{path...}
/api/v1/validate
/api/v1/query
/api/v1/series
/api/v1/check_run
/api/v1/distribution_points
/api/v1/search
/api/v1/metrics
/api/v1/metrics/{metric}
/api/v1/monitor/{path...}
/api/v1/hosts
/api/v1/host/{host}/{path...}
/api/v1/tags/hosts
/api/v1/tags/hosts/{host}
/api/v1/synthetics/{path...}
/api/v1/integration/{path...}
/api/v1/{resource}
/api/v1/{resource}/{id}
/api/v1/{path...}
/api/v2/series
/api/v2/logs
/api/v2/logs/events/search
/api/v2/logs/analytics/aggregate
/api/v2/logs/{path...}
/api/v2/metrics
/api/v2/metrics/{metric}
/api/v2/metrics/{metric}/{path...}
/api/v2/query/{kind}
/api/v2/spans/events/search
/api/v2/spans/{path...}
/api/v2/{resource}
/api/v2/{resource}/{id}
/api/v2/{path...}
/v1/input
`),
		each("/api/v1/", "events dashboard downtime monitor slo users", "", "/{id}"),
		each("/api/v2/", "events users roles incidents services", "", "/{id}"))
	if len(bases) == 0 {
		all = append(all, on(nil, intakes, lines("/api/v2/logs /v1/input /{path...}"))...)
	}
	return all
}

// Sentry returns the routes of Sentry, both for sending events and of its web API. The
// organization is part of the host, so without a base it matches any host.
func Sentry(bases ...string) []string {
	return on(bases, anyHost(),
		each("/api/{project}/", "envelope store minidump security unreal cron", "/"),
		lines(`
/api/{project}/integration/{path...}
/api/0/{path...}
/api/0/organizations/{organization}/{$}
/api/0/organizations/{organization}/{path...}
/api/0/organizations/{organization}/issues/{path...}
/api/0/organizations/{organization}/events/{path...}
/api/0/organizations/{organization}/projects/{path...}
/api/0/organizations/{organization}/releases/{$}
/api/0/organizations/{organization}/releases/{version}/{path...}
/api/0/organizations/{organization}/teams/{path...}
/api/0/projects/{$}
/api/0/projects/{organization}/{project}/{$}
/api/0/projects/{organization}/{project}/{path...}
/api/0/projects/{organization}/{project}/events/{path...}
/api/0/projects/{organization}/{project}/issues/{path...}
/api/0/projects/{organization}/{project}/keys/{path...}
/api/0/projects/{organization}/{project}/releases/{path...}
/api/0/projects/{organization}/{project}/files/{path...}
/api/0/issues/{issue}/{$}
/api/0/issues/{issue}/{path...}
/api/0/teams/{organization}/{team}/{path...}
`))
}
