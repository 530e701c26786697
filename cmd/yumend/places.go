package main

import (
	"context"
	"errors"
	"log/slog"

	"yumen/internal/source"
)

// openPlaces checks every location that is read in place. A directory that is not as it should be does not let the gateway start: others could
// give it what they like. A database that does not answer is no such thing: it is said, and asked again at every reading.
func (c Config) openPlaces(ctx context.Context, log *slog.Logger) (*source.Set, error) {
	set, err := c.places()
	if err != nil {
		return nil, err
	}
	for _, l := range c.Locations {
		err := set.Check(ctx, l.Name)
		var f *source.Fault
		switch {
		case err == nil:
			log.Info("location", "name", l.Name)
		case l.Directory == "" && errors.As(err, &f) && f.Passing():
			log.Warn("location", "name", l.Name, "error", f.Told().En)
		case errors.As(err, &f):
			t := f.Told()
			return nil, told("存储位置 "+l.Name+"："+t.Zh, "location "+l.Name+": "+t.En)
		default:
			return nil, err
		}
	}
	return set, nil
}

// locations: what is read in place is as it should be.
func (s site) locations(ctx context.Context) item {
	it := entry("locations", text("就地读取的存储位置都在域内、属主与权限正确", "the locations that are read in place are in the domain, and their owners' alone"))
	set, err := s.cfg.places()
	if err != nil {
		return it.unknown(err)
	}
	for _, name := range set.Names() {
		err := set.Check(ctx, name)
		var f *source.Fault
		if err == nil {
			continue
		}
		if !errors.As(err, &f) {
			return it.unknown(err)
		}
		it = it.found(verdictFail, text("位置不可用", "a location is not as it should be"), text("按各项所述更正，或从 locations 中去掉", "mend what is said of each, or take it out of locations"))
		it.Subjects = append(it.Subjects, name+": "+f.Told().En)
	}
	return it
}
