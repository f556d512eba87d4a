/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv4 address -> owner, in the tables that xdpfwd_abi.h describes. An address around which nothing is blocked, as
 * around most, costs one load from a small table. */
#ifndef XDPFWD_IPV4_H
#define XDPFWD_IPV4_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "words.h"
#include "xdpfwd_abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XDPFWD_FILTER_WORDS);
	__type(key, __u32);
	__type(value, __u64);
} ipv4_filter SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XDPFWD_ROOTS);
	__type(key, __u32);
	__type(value, __u64);
} ipv4_roots SEC(".maps");

/* max_entries is set by the daemon before it loads the program. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} ipv4_cells SEC(".maps");

static __always_inline __u8 byte_of(__u64 cell, __u32 shift)
{
	return cell >> shift;
}

/* The last of the intervals that does not begin behind the host is the only one that can hold it. */
static __always_inline __u64 find_interval(__u32 list, __u32 count, __u8 host)
{
	__u64 found = word_at(&ipv4_cells, list);
	__u32 position = 0;
	__u32 step;

#pragma unroll
	for (step = XDPFWD_MAX_LIST / 2; step > 0; step /= 2) {
		__u64 interval;

		if (position + step >= count)
			continue;
		interval = word_at(&ipv4_cells, list + position + step);
		if (byte_of(interval, XDPFWD_CELL_FIRST) > host)
			continue;
		found = interval;
		position += step;
	}
	return found;
}

static __always_inline __u32 lookup_cell(__u64 cell, __u8 host)
{
	__u8 count = byte_of(cell, XDPFWD_CELL_COUNT);

	if (count == XDPFWD_TABLE) {
		__u64 pair = word_at(&ipv4_cells, (__u32)cell + host / 2);

		return host & 1 ? pair >> 32 : pair;
	}
	if (count > 1)
		cell = find_interval(cell, count, host);
	if (host < byte_of(cell, XDPFWD_CELL_FIRST) || host > byte_of(cell, XDPFWD_CELL_LAST))
		return 0;
	return cell;
}

/* Takes the address in host order. */
static __always_inline __u32 lookup_ipv4(__u32 address)
{
	__u64 nets = word_at(&ipv4_filter, address >> 16);
	__u32 slot = address >> 8 & (XDPFWD_ROOT_SLOTS - 1);
	__u32 present, base;
	__u64 root;

	if (!(nets >> (address >> 10 & (XDPFWD_FILTER_NETS - 1)) & 1))
		return 0;
	root = word_at(&ipv4_roots, address >> (32 - XDPFWD_ROOT_BITS));
	present = root;
	base = root >> 32;
	if (!(present >> slot & 1))
		return 0;
	if (base & XDPFWD_ROOT_UNIFORM)
		return base & ~XDPFWD_ROOT_UNIFORM;
	return lookup_cell(word_at(&ipv4_cells, base + count_bits(present & ((1u << slot) - 1))),
			   address);
}

#endif
