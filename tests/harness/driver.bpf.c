/* SPDX-License-Identifier: GPL-2.0-only */
/* Brings the traffic: puts the next source of a table, larger than any cache, into the packet, and hands the
 * packet on. So what a lookup reads is as cold as it is in a flood from everywhere. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct address {
	__u32 word[4]; /* in network order; of IPv4 only the first */
};

/* max_entries is set before it is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct address);
} sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} contestant SEC(".maps");

/* The table has a power of two of sources; this is one less. */
const volatile __u32 source_mask = 0;

__u32 next_source;

static __always_inline const struct address *take_source(void)
{
	__u32 index = next_source++ & source_mask;

	return bpf_map_lookup_elem(&sources, &index);
}

static __always_inline struct iphdr *ipv4_header(struct xdp_md *ctx)
{
	void *header = (void *)(long)ctx->data + sizeof(struct ethhdr);

	return header + sizeof(struct iphdr) <= (void *)(long)ctx->data_end ? header : NULL;
}

SEC("xdp.frags")
int drive_ipv4(struct xdp_md *ctx)
{
	const struct address *source = take_source();
	struct iphdr *header = ipv4_header(ctx);

	if (!header || !source)
		return XDP_ABORTED;
	header->saddr = source->word[0];
	bpf_tail_call(ctx, &contestant, 0);
	return XDP_ABORTED;
}

SEC("xdp.frags")
int drive_ipv6(struct xdp_md *ctx)
{
	struct ipv6hdr *header = (void *)(long)ctx->data + sizeof(struct ethhdr);
	const struct address *source = take_source();

	if ((void *)(header + 1) > (void *)(long)ctx->data_end || !source)
		return XDP_ABORTED;
	__builtin_memcpy(&header->saddr, source, sizeof(*source));
	bpf_tail_call(ctx, &contestant, 0);
	return XDP_ABORTED;
}

/* For live frames: back out of the interface that the frame seems to have come from, to its peer. The checksum
 * is right, since a contestant in the stack is asked only about packets that the stack takes. */
SEC("xdp.frags")
int send_ipv4(struct xdp_md *ctx)
{
	const struct address *source = take_source();
	struct iphdr *header = ipv4_header(ctx);
	__u32 sum = 0;
	int i;

	if (!header || !source)
		return XDP_ABORTED;
	header->saddr = source->word[0];
	header->check = 0;
#pragma unroll
	for (i = 0; i < (int)(sizeof(*header) / sizeof(__u16)); i++)
		sum += ((__u16 *)header)[i];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	header->check = ~sum;
	return XDP_TX;
}

const char program_license[] SEC("license") = "GPL";
