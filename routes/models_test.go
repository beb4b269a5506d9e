package routes_test

func openaiOperations() []operation {
	const v = "api.openai.com/v1"
	return []operation{
		{v + "/chat/completions", "/v1/chat/completions"},
		{v + "/chat/completions/%s/messages", "/v1/{path...}"},
		{v + "/responses/%s", "/v1/responses/{response}"},
		{v + "/embeddings", "/v1/embeddings"},
		{v + "/audio/transcriptions", "/v1/audio/{kind}"},
		{v + "/models/%s", "/v1/models/{model...}"},
		{v + "/models/org/%s", "/v1/models/{model...}"},
		{v + "/files", "/v1/files"},
		{v + "/files/%s", "/v1/files/{id}"},
		{v + "/files/%s/content", "/v1/files/{id}/{path...}"},
		{v + "/threads/%s/runs/%s/steps/%s", "/v1/threads/{thread}/runs/{run}/{path...}"},
		{v + "/vector_stores/%s/files/%s", "/v1/vector_stores/{store}/files/{file}"},
		{v + "/vector_stores/%s/search", "/v1/vector_stores/{store}/search"},
		{v + "/containers/%s/files/%s/content", "/v1/containers/{id}/{path...}"},
		{v + "/organization/projects/%s", "/v1/{path...}"},
	}
}

func anthropicOperations() []operation {
	const h = "api.anthropic.com"
	return []operation{
		{h + "/v1/messages", "/v1/messages"},
		{h + "/v1/messages/count_tokens", "/v1/messages/count_tokens"},
		{h + "/v1/messages/batches/%s/results", "/v1/messages/batches/{batch}/results"},
		{h + "/v1/models/%s", "/v1/models/{id}"},
		{h + "/v1/files/%s/content?beta=true", "/v1/files/{file}/content"},
		{h + "/v1/skills/%s/versions/%s", "/v1/skills/{id}/{path...}"},
		{h + "/v1/organizations/invites/%s", "/v1/organizations/{path...}"},
		{h + "/api/hello", "/{path...}"},
	}
}

func geminiOperations() []operation {
	const v, r = "generativelanguage.googleapis.com/v1beta", "/{version}"
	return []operation{
		{v + "/models/%s", r + "/models/{model}"},
		{v + "/models/%s:generateContent", r + "/models/{model}:generateContent"},
		{v + "/models/%s:streamGenerateContent?alt=sse", r + "/models/{model}:streamGenerateContent"},
		{v + "/tunedModels/%s:generateContent", r + "/tunedModels/{model}:generateContent"},
		{v + "/files/%s", r + "/files/{file}"},
		{v + "/cachedContents/%s", r + "/cachedContents/{cache}"},
		{v + "/fileSearchStores/%s/documents/%s", r + "/fileSearchStores/{store}/documents/{document}"},
		{v + "/models/%s/operations/%s", r + "/models/{model}/operations/{operation}"},
		{"generativelanguage.googleapis.com/upload/v1beta/files", "/upload/{version}/files"},
		{"generativelanguage.googleapis.com/upload/v1beta/fileSearchStores/%s:uploadToFileSearchStore", "/upload/{version}/{path...}"},
	}
}
