// Command redteam attacks the noisy mode: it plays those who want to know one yes/no fact of one person, on two real data sets, against the parts that
// answer (enclave/noise, enclave/noisy, enclave/budget), and writes how often each attack is right beside what the theorem allows it.
//
// Every attacker knows all other columns of everybody. Insiders also know the fact of everybody but their target. The target's fact is tossed, half yes
// and half no, so that guessing is right half of the time and what is true of people like him does not help. Each target is attacked under a noise
// secret of its own, with so many columns of budget.
//
// The attacks play against the parts that cover, decide and charge. What whole runs through the gateway come to is played by the tests of cmd/yumend
// (TestRedTeam) and handed over in a file.
//
// Sums of grade 2, which have factors in place of noise, promise something else: that no estimate of one person's amount is nearer than p percent. Attackers who know everybody
// else's amounts estimate it, and the margin is how far they are off beyond p.
//
// The last line is "worst margin X": the smallest distance in percent points, over all attacks, between the bound and the accuracy, which is taken at the lower end of
// its 99.9 % interval. Below zero the theorem, its code, or the budget is broken, and the command fails.
package main
