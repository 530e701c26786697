package api

import "yumen/catalog"

// CatalogQuery asks for datasets by what their metadata say.
type CatalogQuery struct {
	Words     string `query:"words" maxLength:"200" doc:"words that all must stand in the metadata, in Chinese or English"`
	Grade     int    `query:"grade" minimum:"0" maximum:"4" doc:"the highest grade; 0 is any"`
	Provider  string `query:"provider" maxLength:"63"`
	FreshDays int    `query:"fresh_days" minimum:"0" maximum:"36500" doc:"loaded within so many days; 0 is any"`
	After     string `query:"after" maxLength:"63" doc:"the last name of the page before"`
	Limit     int    `query:"limit" minimum:"0" maximum:"100" doc:"20 unless given"`
}

// CatalogPage is a page of datasets, by name.
type CatalogPage struct {
	Items []CatalogItem `json:"items"`
	Total int           `json:"total" doc:"datasets that match, on all pages"`
}

// CatalogItem is what the caller may see of a dataset's metadata: never a value, a domain or a number of rows.
type CatalogItem struct {
	Name      string             `json:"name"`
	Title     catalog.Text       `json:"title"`
	Provider  string             `json:"provider,omitempty"`
	Directory *catalog.Directory `json:"directory,omitempty" doc:"without a session the duty and the data alone"`
	CatalogID string             `json:"catalog_id,omitempty"`
	Grade     int                `json:"grade"`
	Sharing   string             `json:"sharing,omitempty"`
	Opening   string             `json:"opening,omitempty"`
	Market    string             `json:"market,omitempty"`
	Frequency string             `json:"frequency,omitempty"`
	Fresh     string             `json:"fresh,omitempty" doc:"day of the newest load, as 2026-11-22"`
	Columns   []CatalogColumn    `json:"columns,omitempty"`
	State     string             `json:"state,omitempty" doc:"to who looks after the dataset"`
}

// CatalogColumn is a column as the catalog shows it.
type CatalogColumn struct {
	Name  string        `json:"name"`
	Title *catalog.Text `json:"title,omitempty"`
	Type  string        `json:"type"`
	Grade int           `json:"grade"`
}

// DatasetVersions is the history of a dataset's declaration, oldest first.
type DatasetVersions struct {
	Items []DatasetVersion `json:"items"`
}

// DatasetVersion is one link of the chain of versions.
type DatasetVersion struct {
	Number   int      `json:"number"`
	Digest   string   `json:"digest" doc:"of the declaration"`
	Previous string   `json:"previous,omitempty" doc:"link of the version before"`
	Link     string   `json:"link" doc:"what the next version names"`
	Author   string   `json:"author,omitempty"`
	Created  int64    `json:"created,omitempty"`
	Approved bool     `json:"approved,omitempty" doc:"it is in force"`
	Diff     []string `json:"diff,omitempty" doc:"lines that it changed, prefixed with + or -"`
}

// Lineage says where a dataset hangs and who used which of its columns for what.
type Lineage struct {
	Dataset      string            `json:"dataset"`
	Column       string            `json:"column,omitempty"`
	Chain        catalog.Directory `json:"chain" doc:"from the duty down to the table"`
	Grants       []LineageUse      `json:"grants"`
	Computations []LineageUse      `json:"computations"`
	Releases     []LineageUse      `json:"releases"`
}

// LineageUse is one grant, computation or release with the columns of the dataset that it used.
type LineageUse struct {
	ID           string   `json:"id"`
	Organization string   `json:"organization"`
	State        string   `json:"state"`
	Columns      []string `json:"columns"`
	Run          string   `json:"run,omitempty"`
}

// ReleaseLineage says from which columns of which datasets, in which snapshots, a release came.
type ReleaseLineage struct {
	Release string          `json:"release"`
	Run     string          `json:"run"`
	Grant   string          `json:"grant"`
	Sources []ReleaseSource `json:"sources"`
}

// ReleaseSource is one dataset that a release came from.
type ReleaseSource struct {
	Dataset  string            `json:"dataset"`
	Snapshot string            `json:"snapshot"`
	Version  string            `json:"version" doc:"digest of the declaration that the snapshot was loaded under"`
	Chain    catalog.Directory `json:"chain"`
	Columns  []string          `json:"columns"`
}
