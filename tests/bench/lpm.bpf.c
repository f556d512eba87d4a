/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's trie for the longest matching prefix: the usual way to block prefixes. */
#include "baseline.h"

/* The layout of struct bpf_lpm_trie_key, address in network order. */
struct ipv4_key {
	__u32 length;
	__u32 address;
};

struct ipv6_key {
	__u32 length;
	__u32 address[4];
};

/* max_entries of all of them is set before they are loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct ipv4_key);
	__type(value, struct listed);
} ipv4_prefixes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct ipv6_key);
	__type(value, struct listed);
} ipv6_prefixes SEC(".maps");

static __always_inline const struct listed *lookup(const struct source *source)
{
	if (source->family == XDPFWD_IPV4) {
		const struct ipv4_key key = { .length = 32, .address = source->address[0] };

		return bpf_map_lookup_elem(&ipv4_prefixes, &key);
	} else {
		struct ipv6_key key = { .length = 128 };

		__builtin_memcpy(key.address, source->address, sizeof(key.address));
		return bpf_map_lookup_elem(&ipv6_prefixes, &key);
	}
}

SEC("xdp.frags")
int lpm_trie(struct xdp_md *ctx)
{
	return filter(ctx);
}

const char program_license[] SEC("license") = "GPL";
