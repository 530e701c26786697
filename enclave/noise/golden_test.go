package noise_test

// Draws for the secret 1, 2, 3, 0 … 0, the snapshot "golden" and the cells "cell " followed by 0, 1, 2 … in eight bytes.
var (
	goldenTen    = []int64{-6, -7, -4, 8, 3, 6, -2, 21, 16, -15, 9, 5}
	goldenTwenty = []int64{4, 48, -8, 18, 19, -5}
	goldenThirds = []int64{1, -1, -2, 3, -2, 1}
	goldenWide   = []int64{-42757644478738, -41773733339682, 72765180324812, -19433571345983}
)

const goldenName = "d2f89eccb737df080944f02dea40dd0c415057d16e703c996301b15b80a443fe"

// What five keys are read times, under the secret 1, 2, 3, 0 … 0, for the column income of persons at 10 %.
const goldenFactors = "{655360 65536 1727930339 861145867839} [772224 772327 732515 545974 552465]"
