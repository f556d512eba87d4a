/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's hash table with a host a row: the usual way to block many hosts. It knows no prefixes. */
#include "baseline.h"

/* max_entries of all of them is set before they are loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct listed);
} ipv4_hosts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(key_size, 16);
	__type(value, struct listed);
} ipv6_hosts SEC(".maps");

static __always_inline const struct listed *lookup(const struct source *source)
{
	return source->family == XDPFWD_IPV4 ? bpf_map_lookup_elem(&ipv4_hosts, source->address) :
					       bpf_map_lookup_elem(&ipv6_hosts, source->address);
}

SEC("xdp.frags")
int hash_of_hosts(struct xdp_md *ctx)
{
	return filter(ctx);
}

const char program_license[] SEC("license") = "GPL";
