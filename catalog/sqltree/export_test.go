package sqltree

import "yumen/catalog"

// Texts lists every reason with its code.
func Texts() map[Reason]catalog.Code {
	all := map[Reason]catalog.Code{}
	for why, t := range texts {
		all[why] = t.code
	}
	for why, t := range planTexts {
		all[why] = t.code
	}
	return all
}
