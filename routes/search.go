package routes

// Elasticsearch returns the routes of Elasticsearch. Without a base it matches any host.
func Elasticsearch(bases ...string) []string {
	return on(bases, anyHost(),
		lines(`
/{$}
/{index}
/{index}/{path...}
/{index}/_doc
/{index}/_doc/{id}
/{index}/_create/{id}
/{index}/_update/{id}
/{index}/_source/{id}
/_search/scroll/{path...}
/_search/scroll
/_cat
/_nodes/{path...}
/_snapshot/{path...}
/_plugins/{path...}
/_{api}
/_{api}/{path...}
/_cluster/health
/_cluster/{path...}
/_tasks/{task}
/_alias/{name}
/_async_search/{id}
/_data_stream/{name}
/_index_template/{name}
/_component_template/{name}
/_ingest/pipeline/{pipeline}
/_security/{path...}
/_ml/{path...}
/_scripts/{script}
/_cat/{kind}
/_cat/{kind}/{name}
`),
		each("/", "_search _msearch _bulk _mget _count _reindex _aliases _pit", ""),
		each("/{index}/", "_search _msearch _bulk _mget _count _mapping _settings _refresh _delete_by_query _update_by_query "+
			"_stats _analyze _field_caps _pit", ""))
}

// OpenSearch returns the routes of OpenSearch, which are those of Elasticsearch.
func OpenSearch(bases ...string) []string { return Elasticsearch(bases...) }

// Meilisearch returns the routes of Meilisearch. Without a base it matches any host.
func Meilisearch(bases ...string) []string {
	return on(bases, anyHost(),
		lines(`
/indexes
/indexes/{index}
/indexes/{index}/{path...}
/indexes/{index}/search
/indexes/{index}/similar
/indexes/{index}/facet-search
/indexes/{index}/stats
/indexes/{index}/documents
/indexes/{index}/documents/fetch
/indexes/{index}/documents/edit
/indexes/{index}/documents/delete
/indexes/{index}/documents/delete-batch
/indexes/{index}/documents/{document}
/indexes/{index}/settings
/indexes/{index}/settings/{setting}
/tasks/cancel
/tasks/{task}
/tasks/{task}/{path...}
/batches/{batch}
/keys/{key}
/webhooks/{webhook}
/chats/{workspace}/{path...}
/chats/{workspace}/chat/completions
/logs/{path...}
/network/{path...}
`),
		each("/", "multi-search swap-indexes tasks batches keys webhooks chats health stats version dumps snapshots "+
			"experimental-features network export metrics", ""))
}

// Algolia returns the routes of the search API of Algolia, and coarser routes of its other
// APIs. The application is part of the host, so without a base it matches any host.
func Algolia(bases ...string) []string {
	return on(bases, anyHost(),
		lines(`
/1/{path...}
/2/{path...}
/1/indexes
/1/indexes/*/batch
/1/indexes/*/objects
/1/indexes/*/queries
/1/indexes/*/recommendations
/1/indexes/{index}
/1/indexes/{index}/{object}
/1/indexes/{index}/{object}/partial
/1/indexes/{index}/{path...}
/1/indexes/{index}/facets/{facet}/query
/1/indexes/{index}/task/{task}
/1/task/{task}
/1/keys
/1/keys/{key}
/1/keys/{key}/{path...}
/1/logs
/1/events
/1/clusters/{path...}
/1/dictionaries/{dictionary}/{path...}
/1/security/sources/{path...}
/1/compositions/{composition}/{path...}
`),
		each("/1/indexes/{index}/", "query browse batch settings clear deleteByQuery operation", ""),
		each("/1/indexes/{index}/", "rules synonyms", "/batch", "/search", "/clear", "/{object}"))
}
