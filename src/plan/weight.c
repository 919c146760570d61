/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formula needs a logarithm and a power, and both only here: they are
 * written out, so that no command pays for loading the mathematics library.
 * Good to 1e-12, far more than a whole weight needs.
 */
#include "plan/weight.h"

#define SHARES_MIN 2
#define SHARES_MAX 262144
#define WEIGHT_MAX 10000

#define LN_10 2.302585092994045684

/* Bit by bit: squaring doubles the logarithm. */
static double
log2_of(uint64_t n)
{
	double x = (double)n, result = 0, bit = 1;

	while (x >= 2) {
		x /= 2;
		result++;
	}
	for (int i = 0; i < 48; i++) {
		x *= x;
		bit /= 2;
		if (x < 2)
			continue;
		x /= 2;
		result += bit;
	}
	return result;
}

/* e^x as (e^(x / 16))^16, by its series. */
static double
exp_of(double x)
{
	double sum = 1, term = 1;

	x /= 16;
	for (int i = 1; i < 20; i++) {
		term *= x / i;
		sum += term;
	}
	for (int i = 0; i < 4; i++)
		sum *= sum;
	return sum;
}

uint64_t
weight_from_shares(uint64_t shares)
{
	double l, weight;
	uint64_t whole;

	if (shares <= SHARES_MIN)
		return 1;
	if (shares >= SHARES_MAX)
		return WEIGHT_MAX;
	l = log2_of(shares);
	weight = exp_of(LN_10 * ((l * l + 125 * l) / 612 - 7.0 / 34));
	/* What is whole but for the last bits is whole. */
	whole = (uint64_t)(weight + 1e-9);
	return weight - (double)whole > 1e-9 ? whole + 1 : whole;
}
