package audit

import (
	"encoding/binary"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// The geometry of tiles (c2sp.org/tlog-tiles).
const (
	tileHeight = 8
	// TileWidth is the number of hashes of a full tile and of entries of a full bundle.
	TileWidth = 1 << tileHeight
	// LevelEntries is the level of entry bundles, below the leaf hashes at level 0.
	LevelEntries = -1
	maxTileLevel = 7 // 2^63 leaves are spanned by levels 0 to 7
)

// Tile names one static file of the log: a run of hashes, or of entries at LevelEntries.
type Tile struct {
	Level int   // LevelEntries, or 0 to 7
	N     int64 // number within the level
	Width int   // 1 to TileWidth; less than TileWidth for a partial tile
}

// Path returns the tile's path, such as tile/0/x001/234.p/7 or tile/entries/000.
func (t Tile) Path() string {
	n := fmt.Sprintf("%03d", t.N%1000)
	for rest := t.N / 1000; rest > 0; rest /= 1000 {
		n = fmt.Sprintf("x%03d/%s", rest%1000, n)
	}
	level := "entries"
	if t.Level != LevelEntries {
		level = strconv.Itoa(t.Level)
	}
	path := "tile/" + level + "/" + n
	if t.Width < TileWidth {
		path += ".p/" + strconv.Itoa(t.Width)
	}
	return path
}

// ParseTile reads exactly what Path writes.
func ParseTile(path string) (Tile, error) {
	t := Tile{Width: TileWidth}
	body, width, partial := strings.Cut(path, ".p/")
	parts := strings.Split(body, "/")
	if len(parts) < 3 || len(parts) > 8 || parts[0] != "tile" {
		return Tile{}, invalid("not the path of a tile")
	}
	var err error
	if partial {
		if t.Width, err = strconv.Atoi(width); err != nil {
			return Tile{}, invalid("not the path of a tile")
		}
	}
	t.Level = LevelEntries
	if parts[1] != "entries" {
		if t.Level, err = strconv.Atoi(parts[1]); err != nil {
			return Tile{}, invalid("not the path of a tile")
		}
	}
	for _, p := range parts[2:] {
		digits, err := strconv.ParseUint(strings.TrimPrefix(p, "x"), 10, 10)
		if err != nil || t.N > 1<<50 {
			return Tile{}, invalid("not the path of a tile")
		}
		t.N = t.N*1000 + int64(digits)
	}
	if t.Level < LevelEntries || t.Level > maxTileLevel || t.Width < 1 || t.Path() != path {
		return Tile{}, invalid("not the path of a tile")
	}
	return t, nil
}

// Tiles yields the tiles and bundles that a log of this size consists of: full ones, and at each level the partial one at its end.
func Tiles(size int64) iter.Seq[Tile] {
	return func(yield func(Tile) bool) {
		for level := LevelEntries; level <= maxTileLevel; level++ {
			hashes := size >> (tileHeight * max(level, 0))
			for n := int64(0); n*TileWidth < hashes; n++ {
				if !yield(Tile{Level: level, N: n, Width: int(min(hashes-n*TileWidth, TileWidth))}) {
					return
				}
			}
		}
	}
}

// ReadTile returns the content of the tile's file. It fails with ErrInvalid if the log does not reach that far.
func ReadTile(tx Reader, t Tile) ([]byte, error) {
	size, err := tx.AuditSize()
	if err != nil {
		return nil, fmt.Errorf("audit: size: %w", err)
	}
	if t.Level < LevelEntries || t.Level > maxTileLevel || t.N < 0 || t.Width < 1 || t.Width > TileWidth ||
		t.N > size/TileWidth || t.N*TileWidth+int64(t.Width) > size>>(tileHeight*max(t.Level, 0)) {
		return nil, invalid("the log has no such tile")
	}
	if t.Level == LevelEntries {
		return bundle(tx, t)
	}
	b, err := tlog.ReadTileData(tlog.Tile{H: tileHeight, L: t.Level, N: t.N, W: t.Width}, tlog.HashReaderFunc(tx.AuditHashes))
	if err != nil {
		return nil, fmt.Errorf("audit: tile: %w", err)
	}
	return b, nil
}

func bundle(tx Reader, t Tile) ([]byte, error) {
	var out []byte
	for entry, err := range tx.AuditEntries(t.N*TileWidth, t.N*TileWidth+int64(t.Width)) {
		if err != nil {
			return nil, fmt.Errorf("audit: entries: %w", err)
		}
		if len(entry) == 0 || len(entry) > MaxEntry {
			return nil, invalid("an entry has no bytes or too many")
		}
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(entry))), entry...)
	}
	return out, nil
}

// SplitBundle returns the entries of a bundle of this width. When the bundle is malformed it returns the entries before the fault with
// the error.
func SplitBundle(b []byte, width int) (entries [][]byte, err error) {
	for len(entries) < width {
		if len(b) < 2 {
			return entries, invalid("bundle ends early")
		}
		n := int(binary.BigEndian.Uint16(b))
		if n == 0 || n > MaxEntry || len(b)-2 < n {
			return entries, invalid("bundle has an entry of a wrong length")
		}
		entries, b = append(entries, b[2:2+n]), b[2+n:]
	}
	if len(b) != 0 {
		return entries, invalid("bundle goes on after its end")
	}
	return entries, nil
}
