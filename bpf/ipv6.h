/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv6 address -> owner. A filter tells whether there may be entries around the address, which for most there
 * are not; then, a hash is probed for the lengths that there are, longest first. */
#ifndef XDPFWD_IPV6_H
#define XDPFWD_IPV6_H

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "words.h"
#include "xdpfwd_abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XDPFWD_IPV6_FILTER_WORDS);
	__type(key, __u32);
	__type(value, __u64);
} ipv6_filter SEC(".maps");

/* max_entries, of both, is set by the daemon before it loads the program. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdpfwd_lengths);
} ipv6_lengths SEC(".maps");

/* Not preallocated, so that it takes what its entries take. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct xdpfwd_ipv6_key);
	__type(value, __u64);
} ipv6 SEC(".maps");

/* 64 less the binary logarithm of how many of ipv6_lengths are found by hash. */
const volatile __u32 ipv6_hash_shift = 63;

/* To fail, one takes a change of this very key and another entry that comes, both while the packet does not get on. */
#define XDPFWD_PROBE_ATTEMPTS 3

struct search {
	__u64 high; /* half of the address */
	__u64 low;
	struct xdpfwd_lengths lengths; /* still to look for */
	__u64 owner;
};

static __always_inline void add_lengths(struct xdpfwd_lengths *lengths, __u32 index, __u64 above_64,
					__u64 up_to_64)
{
	const volatile struct xdpfwd_lengths *there = value_at(&ipv6_lengths, index);

	if (!there)
		return;
	if (above_64)
		lengths->above_64 |= there->above_64 & above_64;
	lengths->up_to_64 |= there->up_to_64 & up_to_64;
}

static __always_inline __u64 hash_of(__u64 first_bits)
{
	return first_bits * XDPFWD_HASH_FACTOR;
}

static __always_inline __u64 passes_filter(__u64 hash)
{
	__u32 bit = hash >> (64 - XDPFWD_IPV6_FILTER_BITS);

	return word_at(&ipv6_filter, bit / 64) >> bit % 64 & 1;
}

static __always_inline void find_lengths(struct search *search)
{
	__u64 long_hash = hash_of(search->high >> (64 - XDPFWD_LONG_LENGTH));
	__u64 middle_hash = hash_of(search->high >> (64 - XDPFWD_MIDDLE_LENGTH));
	__u32 last = 1u << (64 - ipv6_hash_shift);

	if (passes_filter(long_hash))
		add_lengths(&search->lengths, long_hash >> ipv6_hash_shift, ~0ull, XDPFWD_LONG_BITS);
	if (passes_filter(middle_hash))
		add_lengths(&search->lengths, middle_hash >> ipv6_hash_shift, 0, XDPFWD_MIDDLE_BITS);
	add_lengths(&search->lengths, last, 0, ~0ull);
}

/* Keeps the first bits of a word, 0 to 64. In two shifts, since one by 64 does nothing in BPF. */
static __always_inline __u64 first_bits(__u64 word, __u32 bits)
{
	return word & ~(~0ull >> bits / 2 >> (bits - bits / 2));
}

/* Where another key's mark is found, the entry was found just as it went. Then there is a newer one, or none. */
static __always_inline __u32 probe(const struct search *search, __u32 length)
{
	__u32 high_bits = length < 64 ? length : 64;
	struct xdpfwd_ipv6_key key = {
		.high = first_bits(search->high, high_bits),
		.low = first_bits(search->low, length - high_bits),
		.length = length,
	};
	__u64 mark = xdpfwd_ipv6_mark(&key);
	__u32 attempt;

	for (attempt = 0; attempt < XDPFWD_PROBE_ATTEMPTS; attempt++) {
		const volatile __u64 *there = bpf_map_lookup_elem(&ipv6, &key);
		__u64 value = there ? *there : mark;

		if ((value ^ mark) >> 32 == 0)
			return value;
	}
	return 0;
}

/* The longest of the lengths, which is taken out of them; there is one. */
static __always_inline __u32 take_longest(struct xdpfwd_lengths *lengths)
{
	__u64 above_64 = lengths->above_64;
	__u64 up_to_64 = lengths->up_to_64;

	if (above_64) {
		lengths->above_64 = above_64 & (above_64 - 1);
		return 128 - lowest_bit(above_64);
	}
	lengths->up_to_64 = up_to_64 & (up_to_64 - 1);
	return 64 - lowest_bit(up_to_64);
}

/* A round of bpf_loop(), which the verifier goes through once; a loop written out takes it 128 times as long. */
static long look_for_longest(__u32 round, struct search *search)
{
	__u32 length = take_longest(&search->lengths);

	(void)round;
	search->owner = probe(search, length);
	if (!search->owner && length == 1)
		search->owner = probe(search, 0);
	return search->owner || !(search->lengths.above_64 | search->lengths.up_to_64);
}

/* Takes the address in network order. */
static __always_inline __u32 lookup_ipv6(const __u32 *address)
{
	struct search search = {
		.high = (__u64)bpf_ntohl(address[0]) << 32 | bpf_ntohl(address[1]),
		.low = (__u64)bpf_ntohl(address[2]) << 32 | bpf_ntohl(address[3]),
	};

	find_lengths(&search);
	if (search.lengths.above_64 | search.lengths.up_to_64)
		bpf_loop(128, look_for_longest, &search, 0);
	return search.owner;
}

#endif
