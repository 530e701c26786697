package enclave_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/metastore"
)

const library = `apiVersion: yumen/v1
kind: Dataset
metadata: {name: books}
spec:
  title: {zh: 图书馆藏, en: Library books}
  provider: bureau
  directory: {duty: 图书管理, data: 馆藏, system: 内部系统甲, table: t_books}
  market: ordinary
  sharing: unconditional
  public: true
  columns:
  - {name: shelf, type: VARCHAR, grade: 1, roles: [dimension], title: {zh: 书架, en: Shelf}, domain: [hiddenshelf, other]}
`

func names(p api.CatalogPage) []string {
	out := []string{}
	for _, i := range p.Items {
		out = append(out, i.Name)
	}
	return out
}

// approve approves the dataset's declaration.
func approve(t *testing.T, z *enclavetest.Zone, name string) {
	t.Helper()
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), name, api.Review{Digest: z.Seen(t, "Dataset", name), Approve: true, Comment: "test"})
	require.NoError(t, err)
}

// XM-14d, BJ-OPS-21d: datasets are found by what the caller may see of their metadata, in Chinese and English; what is withdrawn is gone, and
// everything is found as it stands after every act.
func TestBJ_OPS_21d_XM_14d_SearchShowsWhatTheCallerMaySee(t *testing.T) {
	z := enclavetest.New(t)
	ctx := t.Context()
	find := func(p enclave.Principal, q api.CatalogQuery) []string {
		got, err := z.Service.SearchDatasets(ctx, p, q)
		require.NoError(t, err)
		require.Equal(t, len(got.Items), got.Total)
		return names(got)
	}
	everybody := func(q api.CatalogQuery) []string {
		got, err := z.Service.PublicCatalog(ctx, q)
		require.NoError(t, err)
		return names(got)
	}
	bank, provider, other := enclavetest.As("analyst_a"), enclavetest.As("provider"), enclavetest.As("provider_2")
	require.Equal(t, []string{"cases", "clients"}, find(bank, api.CatalogQuery{}))
	require.Equal(t, []string{"clients"}, find(bank, api.CatalogQuery{Words: "客户"}))
	require.Equal(t, []string{"clients"}, find(bank, api.CatalogQuery{Words: "ＣＬＩＥＮＴ segment"}), "of every width and case, all words")
	require.Empty(t, find(bank, api.CatalogQuery{Words: "client kind"}))
	require.Empty(t, find(bank, api.CatalogQuery{Words: "north"}), "a value of a domain")
	require.Equal(t, []string{"clients"}, find(bank, api.CatalogQuery{Grade: 2}))
	require.Equal(t, []string{"cases"}, find(bank, api.CatalogQuery{Provider: "court", FreshDays: 1}))
	z.Clock.Advance(3 * 24 * 3600e9)
	require.Empty(t, find(bank, api.CatalogQuery{FreshDays: 2}))
	require.Empty(t, find(enclave.Principal{Account: "w", Organization: "bank_a"}, api.CatalogQuery{}))

	// What is proposed is found by who looks after it.
	z.Apply(t, "provider", library)
	require.Empty(t, find(bank, api.CatalogQuery{Words: "图书"}))
	require.Empty(t, find(other, api.CatalogQuery{Words: "图书"}))
	require.Empty(t, everybody(api.CatalogQuery{Words: "图书"}))
	require.Equal(t, []string{"books"}, find(provider, api.CatalogQuery{Words: "图书"}))
	approve(t, z, "books")
	require.Equal(t, []string{"books"}, find(bank, api.CatalogQuery{Words: "图书"}))

	// Everybody: no columns but of grade 1, no place in anybody's systems, and no word of either.
	require.Equal(t, []string{"books", "cases", "clients"}, everybody(api.CatalogQuery{}))
	require.Equal(t, []string{"books"}, everybody(api.CatalogQuery{Words: "书架"}))
	for _, hidden := range []string{"segment", "内部系统甲", "t_books", "hiddenshelf", "north"} {
		require.Empty(t, everybody(api.CatalogQuery{Words: hidden}), hidden)
	}
	all, err := z.Service.PublicCatalog(ctx, api.CatalogQuery{})
	require.NoError(t, err)
	shown, err := json.Marshal(all)
	require.NoError(t, err)
	for _, hidden := range []string{"segment", "内部系统甲", "t_books", "hiddenshelf", "north", "rows", "300"} {
		require.NotContains(t, string(shown), hidden)
	}
	page, err := z.Service.PublicCatalog(ctx, api.CatalogQuery{Limit: 1, After: "books"})
	require.NoError(t, err)
	require.Equal(t, []string{"cases"}, names(page))
	require.Equal(t, 3, page.Total)
}

// XC-26, XC-19a, XM-14c: grade, sharing, opening and market class are independent, and the strictest decides who finds a dataset at all.
func TestXC_26_TheStrictestAttributeDecides(t *testing.T) {
	z := enclavetest.New(t)
	for i, c := range []struct {
		sharing, opening, market string
		found                    bool
	}{
		{"unconditional", "unconditional", "ordinary", true}, {"conditional", "conditional", "authorised", true}, {"conditional", "", "ordinary", true},
		{"none", "unconditional", "ordinary", false}, {"unconditional", "none", "ordinary", false}, {"unconditional", "unconditional", "sealed", false},
	} {
		name := fmt.Sprintf("attributed_%d", i)
		opening := ""
		if c.opening != "" {
			opening = "  opening: " + c.opening + "\n"
		}
		z.Apply(t, "provider", "apiVersion: yumen/v1\nkind: Dataset\nmetadata: {name: "+name+"}\nspec:\n  title: {zh: 表, en: Table}\n  provider: bureau\n  public: true\n  sharing: "+c.sharing+
			"\n"+opening+"  market: "+c.market+"\n  columns:\n  - {name: a, type: VARCHAR, grade: 1, roles: [dimension]}\n")
		approve(t, z, name)
		for _, p := range []string{"analyst_a", "provider_2"} {
			got, err := z.Service.SearchDatasets(t.Context(), enclavetest.As(p), api.CatalogQuery{Words: name})
			require.NoError(t, err)
			require.Equal(t, c.found, got.Total == 1, "%s %+v", p, c)
		}
		got, err := z.Service.PublicCatalog(t.Context(), api.CatalogQuery{Words: name})
		require.NoError(t, err)
		require.Equal(t, c.found, got.Total == 1, "%+v", c)
		got, err = z.Service.SearchDatasets(t.Context(), enclavetest.As("steward"), api.CatalogQuery{Words: name})
		require.NoError(t, err)
		require.Equal(t, 1, got.Total, "who looks after it")
	}
}

// XC-3a, BJ-OPS-21d: from a column up to its duty, and down to the grants, computations and releases that used it; and from a release back.
func TestXC_3a_BJ_OPS_21d_LineageOfColumns(t *testing.T) {
	z := enclavetest.New(t)
	z.Apply(t, "provider", library)
	approve(t, z, "books")
	p, grant := z.Bank(t)
	z.Declare(t, p, enclavetest.ByCity("by_city"))
	run := z.Ask(t, p, grant, north)
	require.Equal(t, "released", run.State)

	l, err := z.Service.DatasetLineage(t.Context(), enclavetest.As("steward"), "books", "shelf")
	require.NoError(t, err)
	require.Equal(t, catalog.Directory{Duty: "图书管理", Data: "馆藏", System: "内部系统甲", Table: "t_books"}, l.Chain)

	for _, who := range []enclave.Principal{p, enclavetest.As("provider"), enclavetest.As("auditor")} {
		l, err = z.Service.DatasetLineage(t.Context(), who, "clients", "CITY")
		require.NoError(t, err)
		require.NotEmpty(t, l.Grants)
		require.Equal(t, "by_city", l.Computations[0].ID)
		require.Contains(t, l.Computations[0].Columns, "city")
		require.Len(t, l.Releases, 1)
		require.Equal(t, run.Run, l.Releases[0].Run)
		require.Equal(t, []string{"city"}, l.Releases[0].Columns)
	}
	l, err = z.Service.DatasetLineage(t.Context(), p, "clients", "amount")
	require.NoError(t, err)
	require.Empty(t, l.Releases, "nothing was computed from it")

	// Others see their own uses alone, and nothing of what is not theirs to see.
	l, err = z.Service.DatasetLineage(t.Context(), enclavetest.As("provider_2"), "clients", "")
	require.NoError(t, err)
	require.Empty(t, l.Grants)
	require.Empty(t, l.Computations)
	require.Empty(t, l.Releases)
	_, err = z.Service.DatasetLineage(t.Context(), p, "clients", "nothing")
	refuses(t, enclave.KindNotFound, err)

	back, err := z.Service.ReleaseLineage(t.Context(), p, run.Release)
	require.NoError(t, err)
	require.Len(t, back.Sources, 1)
	require.Equal(t, "clients", back.Sources[0].Dataset)
	require.Equal(t, []string{"city"}, back.Sources[0].Columns)
	require.NotEmpty(t, back.Sources[0].Snapshot)
	_, err = z.Service.ReleaseLineage(t.Context(), enclavetest.As("provider_2"), run.Release)
	refuses(t, enclave.KindNotFound, err)

	versions, err := z.Service.DatasetVersions(t.Context(), enclavetest.As("provider"), "books")
	require.NoError(t, err)
	require.Len(t, versions.Items, 1)
	require.True(t, versions.Items[0].Approved)
}

// fill puts n approved datasets into the store, as if they had been declared.
func fill(t testing.TB, z *enclavetest.Zone, n int) {
	t.Helper()
	require.NoError(t, z.Store.Update(t.Context(), func(tx enclave.Tx) error {
		for i := range n {
			spec := catalog.DatasetSpec{Title: catalog.Text{Zh: fmt.Sprintf("数据集第%d号", i), En: fmt.Sprintf("Dataset number %d", i)}, Provider: "bureau", Sharing: catalog.SharingConditional, Market: catalog.MarketOrdinary,
				Directory: catalog.Directory{Duty: fmt.Sprintf("职责%d", i%50), Data: "数据", System: "系统", Table: "表"}, Public: true}
			for c := range 20 {
				spec.Columns = append(spec.Columns, catalog.Column{Name: fmt.Sprintf("column_%d", c), Type: "VARCHAR", Grade: catalog.Grade(1 + i%3), Roles: []catalog.Role{catalog.RoleDimension}})
			}
			doc, err := json.Marshal(map[string]any{"spec": spec, "approved": spec, "author_org": "bureau"})
			if err != nil {
				return err
			}
			if err := tx.Put("dataset", metastore.Record{ID: fmt.Sprintf("made_%05d", i), State: "approved", Owner: "bureau", Doc: doc, Created: 1, Updated: 1}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// BenchmarkCatalogOf10000 measures a catalog of 10,000 datasets of 20 columns: a search, what one dataset is, and a check of a question.
func BenchmarkCatalogOf10000(b *testing.B) {
	z := enclavetest.New(b)
	fill(b, z, 10_000)
	bank := enclavetest.As("analyst_a")
	_, err := z.Service.PublicCatalog(b.Context(), api.CatalogQuery{}) // the index is read once
	require.NoError(b, err)
	b.Run("search", func(b *testing.B) {
		for b.Loop() {
			got, err := z.Service.SearchDatasets(b.Context(), bank, api.CatalogQuery{Words: "第777 column_19"})
			if err != nil || got.Total == 0 {
				b.Fatal(err, got.Total)
			}
		}
	})
	b.Run("public", func(b *testing.B) {
		for b.Loop() {
			if _, err := z.Service.PublicCatalog(b.Context(), api.CatalogQuery{Words: "number 12"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("get", func(b *testing.B) {
		for b.Loop() {
			if _, err := z.Service.Resource(b.Context(), bank, "Dataset", "made_05000"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
