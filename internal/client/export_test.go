package client

// ReadEvents opens the event parser to its fuzz test.
var ReadEvents = readEvents
