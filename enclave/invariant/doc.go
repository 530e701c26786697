// Package invariant owns what must hold of a whole zone while no run is being executed, whatever happened before: the log is intact, no
// effect is without its entry and no entry without its effect, nothing is released twice, every key has its file and every file its
// key and record, and nothing lies in the zone's directory that is not of a known kind.
//
// The rules read the records, the log and the files as somebody from outside would: they share formats with package enclave and none
// of its writing, so that a fault there cannot excuse itself here. The tests of the gateway and `yumend check --deep` run the same rules.
//
// A finding names a rule and the identifier of a thing. It never carries a value, a text or a name that a user wrote, the names of
// files that do not belong into the directory excepted.
package invariant
