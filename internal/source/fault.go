package source

import "yumen/catalog"

// Fault is why a location, or what lies in it, is not read. It is made of this program's words and declared names alone.
type Fault struct {
	text catalog.Text
	// Cause is a code of the system or of SQLSTATE; it tells no value.
	Cause string
}

func (f *Fault) Error() string {
	if f.Cause != "" {
		return f.text.En + " (" + f.Cause + ")"
	}
	return f.text.En
}

// Told is what a person reads, with what to do instead.
func (f *Fault) Told() catalog.Text {
	if f.Cause == "" {
		return f.text
	}
	return catalog.Text{Zh: f.text.Zh + "（" + f.Cause + "）", En: f.Error()}
}

// Passing reports whether it may be over without anybody changing the configuration: a database that does not answer.
func (f *Fault) Passing() bool { return f.text == errUnreachable.text || f.text == errQuery.text }

func fault(zh, en string) *Fault { return &Fault{text: catalog.Text{Zh: zh, En: en}} }

func (f *Fault) because(cause string) *Fault { return &Fault{text: f.text, Cause: cause} }

var errUnknownPlace = fault("专区配置中没有该提供单位的这个存储位置，或其种类与声明不符：由运营方在 locations 中登记", "the zone's configuration lists no such location of this kind for this provider: the operator adds it to locations")
