package client

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"yumen/internal/api"
)

// Apply declares the documents, or says what would happen.
func (c *Client) Apply(ctx context.Context, a api.Apply) (*api.ApplyResult, error) {
	return callWith[api.ApplyResult](ctx, c, post("/v1/apply"), a)
}

// Resources lists the declared resources of a kind.
func (c *Client) Resources(ctx context.Context, kind string) ([]api.Resource, error) {
	return list[api.Resource](ctx, c, get("/v1/resources/"+url.PathEscape(kind)))
}

// Resource returns one declared resource.
func (c *Client) Resource(ctx context.Context, kind, name string) (*api.Resource, error) {
	return call[api.Resource](ctx, c, get(resourcePath(kind, name)))
}

// DeleteResource deletes one declared resource.
func (c *Client) DeleteResource(ctx context.Context, kind, name string) error {
	return c.done(ctx, request{method: http.MethodDelete, path: resourcePath(kind, name)})
}

// ReviewDataset decides about the version of a submitted dataset that r names by its digest.
func (c *Client) ReviewDataset(ctx context.Context, name string, r api.Review) (*api.Resource, error) {
	return callWith[api.Resource](ctx, c, post(datasetPath(name)+"/review"), r)
}

// Computation returns a computation with what its certificate is worth.
func (c *Client) Computation(ctx context.Context, name string) (*api.Computation, error) {
	return call[api.Computation](ctx, c, get(computationPath(name)))
}

// ReviewComputation decides about the version of a submitted computation that r names by its digest, or takes an approval back.
func (c *Client) ReviewComputation(ctx context.Context, name string, r api.Review) (*api.Resource, error) {
	return callWith[api.Resource](ctx, c, post(computationPath(name)+"/review"), r)
}

// PromoteComputation has a development zone sign an approved computation for another zone.
func (c *Client) PromoteComputation(ctx context.Context, name string) (*api.Promotion, error) {
	return call[api.Promotion](ctx, c, post(computationPath(name)+"/promotion"))
}

// ReceiveComputation declares a computation that a development zone promotes.
func (c *Client) ReceiveComputation(ctx context.Context, name string, in api.Promotion) (*api.ApplyOutcome, error) {
	return callWith[api.ApplyOutcome](ctx, c, post(computationPath(name)+"/promoted"), in)
}

// CertifyComputation audits a computation over its whole parameter domain. It takes as long as all its instances take.
func (c *Client) CertifyComputation(ctx context.Context, name string, in api.Certify) (*api.Certificate, error) {
	r, err := post(computationPath(name) + "/certify").with(in)
	if err != nil {
		return nil, err
	}
	return decode[api.Certificate](ctx, c, r)
}

// Upload is a file on its way into the zone.
type Upload struct {
	Body io.Reader
	Size int64  // in bytes; -1 when unknown
	Type string // media type
	// Digest is sent as X-Content-Digest, so that the gateway refuses a file damaged on the way. Optional.
	Digest string
	// Progress is called with the bytes sent so far, from the goroutine that sends. Optional.
	Progress func(sent int64)
}

// LoadSnapshot streams a file into a dataset. A batch that breaks its declaration is an *Error of KindQuarantined with the faults.
func (c *Client) LoadSnapshot(ctx context.Context, dataset string, u Upload) (*api.Snapshot, error) {
	return send[api.Snapshot](ctx, c, post(datasetPath(dataset)+"/snapshots"), u)
}

// send streams a file and decodes the JSON answer.
func send[T any](ctx context.Context, c *Client, r request, u Upload) (*T, error) {
	r.header = http.Header{"Content-Type": {u.Type}, "Expect": {"100-continue"}}
	if u.Digest != "" {
		r.header.Set("X-Content-Digest", u.Digest)
	}
	r.body, r.size = io.NopCloser(&counting{r: u.Body, report: u.Progress}), u.Size
	return decode[T](ctx, c, r)
}

// SuggestDataset has a declaration proposed for a file. A file that cannot be declared as it is, is an *Error of KindQuarantined.
func (c *Client) SuggestDataset(ctx context.Context, name string, u Upload) (*api.Suggestion, error) {
	r := post("/v1/suggestions")
	r.query = url.Values{"name": {name}}
	return send[api.Suggestion](ctx, c, r, u)
}

// Snapshots lists the snapshots of a dataset.
func (c *Client) Snapshots(ctx context.Context, dataset string) ([]api.Snapshot, error) {
	return list[api.Snapshot](ctx, c, get(datasetPath(dataset)+"/snapshots"))
}

// ExceptSupply proposes or confirms that one batch of grade 4 be taken.
func (c *Client) ExceptSupply(ctx context.Context, dataset string, r api.SupplyException) (*api.SupplyException, error) {
	return callWith[api.SupplyException](ctx, c, post(datasetPath(dataset)+"/exceptions"), r)
}

// Seal seals a dataset at once.
func (c *Client) Seal(ctx context.Context, dataset, reason string) (*api.Seal, error) {
	return callWith[api.Seal](ctx, c, post(datasetPath(dataset)+"/seal"), api.Reason{Reason: reason})
}

// Unseal unseals a dataset, or proposes to: two people of two parties must call it.
func (c *Client) Unseal(ctx context.Context, dataset, reason string) (*api.Seal, error) {
	return callWith[api.Seal](ctx, c, post(datasetPath(dataset)+"/unseal"), api.Reason{Reason: reason})
}

// DestroySnapshots destroys snapshots of a dataset that were read in place.
func (c *Client) DestroySnapshots(ctx context.Context, dataset string, r api.DestroyRequest) ([]api.Snapshot, error) {
	out, err := callWith[api.Snapshots](ctx, c, post(datasetPath(dataset)+"/snapshots/destroy"), r)
	if err != nil {
		return nil, err
	}
	return out.Items, nil
}

func resourcePath(kind, name string) string {
	return "/v1/resources/" + url.PathEscape(kind) + "/" + url.PathEscape(name)
}

func computationPath(name string) string { return "/v1/computations/" + url.PathEscape(name) }

func datasetPath(name string) string { return "/v1/datasets/" + url.PathEscape(name) }

type counting struct {
	r      io.Reader
	sent   int64
	report func(int64)
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sent += int64(n)
	if c.report != nil && n > 0 {
		c.report(c.sent)
	}
	return n, err
}
