// Package probe owns what a worker tells of its own cage at start: what the kernel says of the process, what it finds around it, and which of
// the acts that the cage is there to stop it could do all the same. It is tried by the worker itself, in the cage that every job gets, with the
// one difference that the filter of system calls answers where it would end the process: one worker can then try everything. That it does end
// the process, another worker shows.
package probe
