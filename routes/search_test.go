package routes_test

func elasticOperations() []operation {
	const h = "10.0.0.1:9200"
	return []operation{
		{h + "/", "/{$}"},
		{h + "/%s", "/{index}"},
		{h + "/%s/_doc", "/{index}/_doc"},
		{h + "/%s/_doc/%s", "/{index}/_doc/{id}"},
		{h + "/idx/_create/%s", "/{index}/_create/{id}"},
		{h + "/%s/_search", "/{index}/_search"},
		{h + "/%s/_bulk", "/{index}/_bulk"},
		{h + "/_bulk", "/_bulk"},
		{h + "/%s/_mapping/field/%s", "/{index}/{path...}"},
		{h + "/%s/_alias/%s", "/{index}/{path...}"},
		{h + "/_cluster/health", "/_cluster/health"},
		{h + "/_cluster/health/%s", "/_cluster/{path...}"},
		{h + "/_cat/indices/%s", "/_cat/{kind}/{name}"},
		{h + "/_index_template/%s", "/_index_template/{name}"},
		{h + "/_ingest/pipeline/%s", "/_ingest/pipeline/{pipeline}"},
		{h + "/_snapshot/%s/%s/_restore", "/_snapshot/{path...}"},
		{h + "/_tasks/%s", "/_tasks/{task}"},
		{h + "/_tasks/%s/_cancel", "/_{api}/{path...}"},
		{h + "/_scripts/%s", "/_scripts/{script}"},
		{h + "/_search/scroll/%s", "/_search/scroll/{path...}"},
		{h + "/_plugins/_ism/policies/%s", "/_plugins/{path...}"},
	}
}

func meiliOperations() []operation {
	const h, i = "127.0.0.1:7700", "/indexes/{index}"
	return []operation{
		{h + "/indexes/%s", i},
		{h + "/indexes/%s/search", i + "/search"},
		{h + "/indexes/%s/documents", i + "/documents"},
		{h + "/indexes/%s/documents/%s", i + "/documents/{document}"},
		{h + "/indexes/%s/documents/fetch", i + "/documents/fetch"},
		{h + "/indexes/%s/settings/synonyms", i + "/settings/{setting}"},
		{h + "/indexes/%s/compact", i + "/{path...}"},
		{h + "/keys/%s", "/keys/{key}"},
		{h + "/tasks/7", "/tasks/{task}"},
		{h + "/multi-search", "/multi-search"},
		{h + "/chats/%s/chat/completions", "/chats/{workspace}/chat/completions"},
	}
}

func algoliaOperations() []operation {
	const h, i = "app-dsn.algolia.net", "/1/indexes/{index}"
	return []operation{
		{h + "/1/indexes/%s", i},
		{h + "/1/indexes/%s/query", i + "/query"},
		{h + "/1/indexes/idx/%s", i + "/{object}"},
		{h + "/1/indexes/%s/%s/partial", i + "/{object}/partial"},
		{h + "/1/indexes/%s/rules/%s", i + "/rules/{object}"},
		{h + "/1/indexes/%s/synonyms/search", i + "/synonyms/search"},
		{h + "/1/indexes/%s/facets/%s/query", i + "/facets/{facet}/query"},
		{h + "/1/indexes/*/objects", "/1/indexes/*/objects"},
		{h + "/1/indexes/%s/task/7", i + "/task/{task}"},
		{h + "/1/keys/%s/restore", "/1/keys/{key}/{path...}"},
		{h + "/1/usertokens/%s", "/1/{path...}"},
		{h + "/2/abtests/%s", "/2/{path...}"},
	}
}
