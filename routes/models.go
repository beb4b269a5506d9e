package routes

// OpenAI returns the routes of the OpenAI API, which many other servers implement too. The
// default base is api.openai.com/v1. The base of a gateway or local server also ends in the
// version.
func OpenAI(bases ...string) []string {
	return on(bases, []string{"api.openai.com/v1"},
		lines(`
/{path...}
/chat/completions
/chat/completions/{completion}
/completions
/embeddings
/moderations
/responses
/responses/{response}
/responses/{response}/cancel
/responses/{response}/input_items
/audio/{kind}
/images/{kind}
/models
/models/{model...}
/realtime/{path...}
/threads/{thread}/messages
/threads/{thread}/messages/{message}
/threads/{thread}/runs
/threads/{thread}/runs/{run}
/threads/{thread}/runs/{run}/{path...}
/vector_stores/{store}/search
/vector_stores/{store}/files
/vector_stores/{store}/files/{file}
/vector_stores/{store}/file_batches/{path...}
/fine_tuning/jobs
/fine_tuning/jobs/{job}
/fine_tuning/jobs/{job}/{path...}
/conversations/{conversation}/items
/conversations/{conversation}/items/{item}
`),
		each("/", "files batches uploads videos assistants threads vector_stores conversations containers evals",
			"", "/{id}", "/{id}/{path...}"))
}

// Anthropic returns the routes of the Anthropic API. The default base is api.anthropic.com.
func Anthropic(bases ...string) []string {
	return on(bases, []string{"api.anthropic.com"},
		lines(`
/{path...}
/v1/messages
/v1/messages/count_tokens
/v1/messages/batches
/v1/messages/batches/{batch}
/v1/messages/batches/{batch}/cancel
/v1/messages/batches/{batch}/results
/v1/complete
/v1/files/{file}/content
/v1/organizations/{path...}
/v1/{path...}
`),
		each("/v1/", "models files skills", "", "/{id}"),
		each("/v1/", "skills agents sessions environments vaults memory_stores", "/{id}/{path...}"))
}

// Gemini returns the routes of the Gemini API. The default base is
// generativelanguage.googleapis.com.
func Gemini(bases ...string) []string {
	return on(bases, []string{"generativelanguage.googleapis.com"}, lines(`
/{path...}
/{version}/models
/{version}/models/{model}
/{version}/models/{model}:generateContent
/{version}/models/{model}:streamGenerateContent
/{version}/models/{model}:countTokens
/{version}/models/{model}:embedContent
/{version}/models/{model}:batchEmbedContents
/{version}/models/{model}:batchGenerateContent
/{version}/models/{model}:predict
/{version}/models/{model}:predictLongRunning
/{version}/models/{model}/operations/{operation}
/{version}/tunedModels
/{version}/tunedModels/{model}
/{version}/tunedModels/{model}:generateContent
/{version}/tunedModels/{model}/{path...}
/{version}/files
/{version}/files/{file}
/{version}/files/{file}:download
/{version}/cachedContents
/{version}/cachedContents/{cache}
/{version}/batches
/{version}/batches/{batch}
/{version}/batches/{batch}:cancel
/{version}/fileSearchStores
/{version}/fileSearchStores/{store}
/{version}/fileSearchStores/{store}:importFile
/{version}/fileSearchStores/{store}/documents
/{version}/fileSearchStores/{store}/documents/{document}
/{version}/fileSearchStores/{store}/{path...}
/{version}/operations/{operation}
/{version}/interactions
/{version}/interactions/{interaction}
/upload/{version}/files
/upload/{version}/{path...}
`))
}
