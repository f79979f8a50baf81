/*
 * A log-linear histogram of nanoseconds: 1,024 buckets to each power of two, so a value is known to 0.1 % of itself,
 * and to the nanosecond below 2,048. Costs a few instructions to record. One thread.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum { HISTOGRAM_BITS = 10, HISTOGRAM_SUB = 1 << HISTOGRAM_BITS, HISTOGRAM_BUCKETS = 56 * HISTOGRAM_SUB };

struct histogram {
  uint64_t count;
  uint64_t counts[HISTOGRAM_BUCKETS];
};

static inline void histogram_record(struct histogram *histogram, uint64_t nanos) {
  int shift = nanos < 2 * HISTOGRAM_SUB ? 0 : 63 - HISTOGRAM_BITS - __builtin_clzll(nanos);
  histogram->counts[(size_t)shift * HISTOGRAM_SUB + (size_t)(nanos >> shift)]++;
  histogram->count++;
}

/* The middle of a bucket. */
static inline uint64_t histogram_value(size_t bucket) {
  if (bucket < 2 * HISTOGRAM_SUB) return bucket;
  uint64_t shift = bucket / HISTOGRAM_SUB - 1;
  return ((uint64_t)(bucket - shift * HISTOGRAM_SUB) << shift) + (1ull << shift) / 2;
}

#endif
