/* SPDX-License-Identifier: GPL-2.0-only */
/* Address -> entry. The daemon writes only effective entries into the tables, so the most specific
 * one that covers an address is the one that decides: a packet pays for one lookup. */
#ifndef XDPFWD_LOOKUP_H
#define XDPFWD_LOOKUP_H

#include "parse.h"

/* max_entries is set by the daemon before it loads the program. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct xdpfwd_ipv4_key);
	__type(value, struct xdpfwd_entry);
} ipv4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct xdpfwd_ipv6_key);
	__type(value, struct xdpfwd_entry);
} ipv6 SEC(".maps");

/* Two halves of a key, in the order in which they lie in memory. */
static __always_inline __u64 word_of(__u32 first, __u32 second)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (__u64)second << 32 | first;
#else
	return (__u64)first << 32 | second;
#endif
}

/* The entry that decides about a source, or NULL where none covers it. The keys, of the layout in
 * xdpfwd_abi.h, are written in whole words: without CAP_PERFMON, kernels before 6.13 refuse a
 * program that writes over half of one on its stack. */
static __always_inline const struct xdpfwd_entry *lookup(const struct source *source)
{
	const __u32 *address = source->address;

	if (source->family == XDPFWD_IPV4) {
		__u64 key = word_of(32, address[0]);

		return bpf_map_lookup_elem(&ipv4, &key);
	} else {
		__u64 key[] = {
			word_of(128, address[0]),
			word_of(address[1], address[2]),
			word_of(address[3], 0),
		};

		return bpf_map_lookup_elem(&ipv6, key);
	}
}

#endif
