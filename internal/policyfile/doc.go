// Package policyfile owns the form in which a policy bundle travels between people, client and gateway: its files, packed as a tar
// archive under gzip, its digest and its revision. It knows nothing of what the rules say, so that the client packs and signs a
// bundle without linking the engine that reads it.
package policyfile
