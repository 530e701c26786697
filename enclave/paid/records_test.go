package paid_test

import (
	"encoding/json"
	"maps"
	"slices"

	"yumen/internal/metastore"
)

// records are a store whose transactions are all one, so that tests can damage it, copy it and put it back.
type records map[string]metastore.Record

func (r records) Get(_, id string) (metastore.Record, error) {
	rec, ok := r[id]
	if !ok {
		return rec, metastore.ErrNotFound
	}
	return rec, nil
}

func (r records) Put(_ string, rec metastore.Record) error {
	if r[rec.ID].Version != rec.Version {
		return metastore.ErrConflict
	}
	rec.Version++
	r[rec.ID] = rec
	return nil
}

func (r records) List(_ string, q metastore.Query) ([]metastore.Record, error) {
	var out []metastore.Record
	for _, id := range slices.Sorted(maps.Keys(r)) {
		if r[id].Owner == q.Owner {
			out = append(out, r[id])
		}
	}
	return out, nil
}

// doc stores a document of group_a, whatever is there.
func (r records) doc(id string, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	r[id] = metastore.Record{ID: id, Owner: "group_a", Version: 1, Doc: raw}
}

// head changes a field of the head.
func (r records) head(field string, v any) {
	var h map[string]any
	if err := json.Unmarshal(r["group_a/head"].Doc, &h); err != nil {
		panic(err)
	}
	h[field] = v
	r.doc("group_a/head", h)
}
