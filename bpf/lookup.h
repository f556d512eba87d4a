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

/* The entry that decides about a source, or NULL where none covers it. */
static __always_inline const struct xdpfwd_entry *lookup(const struct source *source)
{
	if (source->family == XDPFWD_IPV4) {
		struct xdpfwd_ipv4_key key = { .length = 32 };

		__builtin_memcpy(key.address, source->ipv4, sizeof(key.address));
		return bpf_map_lookup_elem(&ipv4, &key);
	} else {
		struct xdpfwd_ipv6_key key = { .length = 128 };

		__builtin_memcpy(key.address, source->ipv6, sizeof(key.address));
		return bpf_map_lookup_elem(&ipv6, &key);
	}
}

#endif
