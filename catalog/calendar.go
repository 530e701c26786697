package catalog

import "regexp"

// Calendar is the schedule of one year's working days (工作日), as the State Council published it. Its name is the year.
type Calendar struct {
	APIVersion string       `yaml:"apiVersion" json:"apiVersion"`
	Kind       Kind         `yaml:"kind" json:"kind"`
	Metadata   Metadata     `yaml:"metadata" json:"metadata"`
	Spec       CalendarSpec `yaml:"spec" json:"spec"`
}

// CalendarSpec lists the days off beside ordinary weekends, and the weekend days that are worked: YYYY-MM-DD, the last days of the December
// before among them. Whether they fit the year is checked where they are used.
type CalendarSpec struct {
	Source string   `yaml:"source" json:"source"` // the paper that published it
	Off    []string `yaml:"off" json:"off"`
	Work   []string `yaml:"work" json:"work"`
}

const maxDays = 100

var (
	calendarYear = regexp.MustCompile(`^2[01][0-9]{2}$`)
	calendarDay  = regexp.MustCompile(`^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}$`)
)

// Validate checks the declaration of a calendar.
func (c *Calendar) Validate() error {
	var k checker
	k.require(c.APIVersion == APIVersion, "apiVersion", "请写 apiVersion: "+APIVersion, "write apiVersion: "+APIVersion)
	k.require(c.Kind == KindCalendar, "kind", "请写 kind: "+string(KindCalendar), "write kind: "+string(KindCalendar))
	k.require(calendarYear.MatchString(c.Metadata.Name), "metadata.name", "名称为年份，如 \"2027\"", "the name is the year, as \"2027\"")
	k.line("spec.source", c.Spec.Source)
	k.require(c.Spec.Source != "", "spec.source", "请写明公布安排的文件", "name the paper that published it")
	k.require(len(c.Spec.Off) > 0, "spec.off", "请列出放假日", "list the days off")
	for _, list := range []struct {
		field string
		days  []string
	}{{"spec.off", c.Spec.Off}, {"spec.work", c.Spec.Work}} {
		k.require(len(list.days) <= maxDays, list.field, "最多 100 天", "at most 100 days")
		for _, day := range list.days {
			k.require(calendarDay.MatchString(day), list.field, "日期写作 \"2027-01-01\"", "a day is written as \"2027-01-01\"")
		}
	}
	return k.problems.orNil()
}

func (c *Calendar) header() (string, Kind, string) { return c.APIVersion, c.Kind, c.Metadata.Name }

func (c *Calendar) normalise() {}
