package routes_test

func datadogOperations() []operation {
	const h = "api.us3.datadoghq.com"
	return []operation{
		{h + "/api/v1/validate", "/api/v1/validate"},
		{h + "/api/v2/series", "/api/v2/series"},
		{h + "/api/v1/dashboard/%s", "/api/v1/dashboard/{id}"},
		{h + "/api/v1/monitor/%s/downtimes", "/api/v1/monitor/{path...}"},
		{h + "/api/v1/host/%s/mute", "/api/v1/host/{host}/{path...}"},
		{h + "/api/v1/tags/hosts/%s", "/api/v1/tags/hosts/{host}"},
		{h + "/api/v1/metrics/%s", "/api/v1/metrics/{metric}"},
		{h + "/api/v2/metrics/%s/tags", "/api/v2/metrics/{metric}/{path...}"},
		{h + "/api/v2/users/%s", "/api/v2/users/{id}"},
		{h + "/api/v2/restriction_policy/%s", "/api/v2/{resource}/{id}"},
		{"http-intake.logs.datadoghq.eu/api/v2/logs", "/api/v2/logs"},
	}
}

func sentryOperations() []operation {
	const h = "o1.ingest.sentry.io"
	return []operation{
		{h + "/api/4501/envelope/", "/api/{project}/envelope/"},
		{h + "/api/4501/store/", "/api/{project}/store/"},
		{"sentry.io/api/0/projects/%s/%s/", "/api/0/projects/{organization}/{project}/{$}"},
		{"sentry.io/api/0/projects/%s/%s/issues/", "/api/0/projects/{organization}/{project}/issues/{path...}"},
		{"sentry.io/api/0/organizations/%s/releases/%s/files/", "/api/0/organizations/{organization}/releases/{version}/{path...}"},
		{"sentry.io/api/0/organizations/%s/members/", "/api/0/organizations/{organization}/{path...}"},
		{"sentry.io/api/0/issues/%s/events/latest/", "/api/0/issues/{issue}/{path...}"},
		{"sentry.io/api/0/teams/%s/%s/projects/", "/api/0/teams/{organization}/{team}/{path...}"},
	}
}
