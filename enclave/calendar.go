package enclave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/internal/workday"
)

// calendarRecord is the schedule of one year, as the operator imported it. Its identifier is the year.
type calendarRecord struct {
	Spec       catalog.CalendarSpec `json:"spec"`
	DeclaredBy string               `json:"declared_by"`
}

// The states in which a schedule is shown; the program's own have no record.
const (
	calendarImported = "imported"
	calendarEmbedded = "embedded"
)

// schedule is a declared year as the working days know it.
func schedule(name string, spec *catalog.CalendarSpec) (workday.Year, error) {
	n, err := strconv.Atoi(name)
	if err != nil {
		return workday.Year{}, fmt.Errorf("year: %w", err)
	}
	y := workday.Year{Year: n, Source: spec.Source, Off: spec.Off, Work: spec.Work}
	return y, y.Check()
}

// applyCalendar imports the schedule of a year, in the place of an earlier one. Terms count by it from the end of the transaction on.
func (s *Service) applyCalendar(tx Tx, p Principal, d catalog.Document, body *catalog.Calendar, beside *applied) (api.ApplyOutcome, error) {
	out := api.ApplyOutcome{Kind: string(d.Kind), Name: d.Name, Outcome: "created"}
	if mayDeclare(p) != nil {
		return out, fault(KindForbidden, "只有系统管理员可以导入工作日历", "only the administrator imports a calendar")
	}
	if _, err := schedule(d.Name, &body.Spec); err != nil {
		return out, fault(KindInvalid, "日历与年份不符：每天只列一次、属于该年（或上一年 12 月），上班日须为周末", "the days do not fit: each is listed once, is of the year or of the December before, and a day that is worked is of a weekend").because(err)
	}
	old, rec, err := load[calendarRecord](tx, recCalendar, d.Name)
	switch {
	case errors.Is(err, metastore.ErrNotFound):
		rec = metastore.Record{ID: d.Name, Name: d.Name, State: calendarImported}
	case err != nil:
		return out, err
	default:
		if out.Diff, err = diff(old.Spec, body.Spec); err != nil {
			return out, err
		}
		if out.Outcome = "changed"; len(out.Diff) == 0 {
			out.Outcome = "unchanged"
			return out, nil
		}
	}
	digest, err := d.Digest()
	if err != nil {
		return out, err
	}
	if err := save(tx, recCalendar, rec, s.nowMS(), calendarRecord{Spec: body.Spec, DeclaredBy: p.Account}); err != nil {
		return out, err
	}
	beside.calendar = true
	return out, s.record(tx, entry{by: p, action: audit.ActionCalendarApply, on: d.Name, outcome: out.Outcome, class: retention5,
		digests: map[string]catalog.Digest{"document": digest}})
}

// readCalendar reads the working days anew: those of the program, and what was imported.
func (s *Service) readCalendar(ctx context.Context) error {
	days, err := workday.Embedded()
	if err != nil {
		return fmt.Errorf("enclave: %w", err)
	}
	err = s.store.View(ctx, func(tx Tx) error {
		return each(tx, recCalendar, metastore.Query{}, func(r metastore.Record, v calendarRecord) error {
			y, err := schedule(r.ID, &v.Spec)
			if err == nil {
				days, err = days.With(y)
			}
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("calendar: %w", err)
	}
	s.calendar.Store(&days)
	return nil
}

// days are the working days as they are known now.
func (s *Service) days() workday.Calendar { return *s.calendar.Load() }

// embeddedCalendar is one of them.
func (s *Service) embeddedCalendar(tx Tx, name string) (api.Resource, error) {
	all, err := s.embeddedCalendars(tx)
	for _, v := range all {
		if v.Name == name {
			return v, nil
		}
	}
	return api.Resource{}, errors.Join(err, errNotFound)
}

// embeddedCalendars are the schedules that the program brings and that no import has replaced.
func (s *Service) embeddedCalendars(tx Tx) ([]api.Resource, error) {
	days, err := workday.Embedded()
	if err != nil {
		return nil, fmt.Errorf("enclave: %w", err)
	}
	var out []api.Resource
	for _, y := range days.Years() {
		name := strconv.Itoa(y.Year)
		if _, err := tx.Get(recCalendar, name); err == nil || !errors.Is(err, metastore.ErrNotFound) {
			if err != nil {
				return nil, err
			}
			continue
		}
		spec, err := json.Marshal(catalog.CalendarSpec{Source: y.Source, Off: y.Off, Work: y.Work})
		if err != nil {
			return nil, fmt.Errorf("calendar: %w", err)
		}
		out = append(out, api.Resource{Kind: string(catalog.KindCalendar), Name: name, State: calendarEmbedded, Spec: spec})
	}
	return out, nil
}
