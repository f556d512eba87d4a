/* SPDX-License-Identifier: GPL-2.0-only */
/* Ethernet, VLAN, IPv4, IPv6: from a frame to its source address. Nothing behind the first IP
 * header is read, so options, fragments, protocols and extension headers make no difference. */
#ifndef XDPFWD_PARSE_H
#define XDPFWD_PARSE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "xdpfwd_abi.h"

#define MAX_VLAN_TAGS 2

struct vlan_tag {
	__be16 tci;
	__be16 next_protocol;
};

struct source {
	enum xdpfwd_family family;
	__u32 address[4]; /* in network order; of IPv4 only the first */
};

enum parsed { PARSED_IP, PARSED_NOT_IP, PARSED_MALFORMED };

/* How far a frame has been read: in its linear part by a pointer, and from the first header on that is
 * not there by an offset alone. */
struct cursor {
	struct xdp_md *ctx;
	const void *position;
	__u32 offset;
	bool is_linear; /* false once a header was not there */
};

/* Reads the next header. Where a driver left it in a fragment it is read from there: a header that
 * is merely elsewhere must not get a blocked source through. */
static __always_inline bool load(struct cursor *cursor, void *to, __u32 size)
{
	const void *data_end = (void *)(long)cursor->ctx->data_end;

	if (cursor->is_linear && cursor->position + size <= data_end) {
		__builtin_memcpy(to, __builtin_assume_aligned(cursor->position, 4), size);
		cursor->position += size;
	} else {
		if (bpf_xdp_load_bytes(cursor->ctx, cursor->offset, to, size))
			return false;
		cursor->is_linear = false;
	}
	cursor->offset += size;
	return true;
}

static __always_inline enum parsed parse_ipv4(struct cursor *cursor, struct source *source)
{
	struct iphdr header;

	if (!load(cursor, &header, sizeof(header)) || header.version != 4)
		return PARSED_MALFORMED;
	source->address[0] = header.saddr;
	return PARSED_IP;
}

static __always_inline enum parsed parse_ipv6(struct cursor *cursor, struct source *source)
{
	struct ipv6hdr header;

	if (!load(cursor, &header, sizeof(header)) || header.version != 6)
		return PARSED_MALFORMED;
	__builtin_memcpy(source->address, &header.saddr, sizeof(source->address));
	return PARSED_IP;
}

static __always_inline bool is_vlan(__be16 protocol)
{
	return protocol == bpf_htons(ETH_P_8021Q) || protocol == bpf_htons(ETH_P_8021AD);
}

/* Finds the source address. The family is set whenever the EtherType tells it, malformed or not. */
static __always_inline enum parsed parse(struct xdp_md *ctx, struct source *source)
{
	struct cursor cursor = { .ctx = ctx, .position = (void *)(long)ctx->data, .is_linear = true };
	struct ethhdr ethernet;
	struct vlan_tag tag;
	__be16 protocol;
	int tags;

	if (!load(&cursor, &ethernet, sizeof(ethernet)))
		return PARSED_MALFORMED;
	protocol = ethernet.h_proto;

	for (tags = 0; tags < MAX_VLAN_TAGS && is_vlan(protocol); tags++) {
		if (!load(&cursor, &tag, sizeof(tag)))
			return PARSED_MALFORMED;
		protocol = tag.next_protocol;
	}

	if (protocol == bpf_htons(ETH_P_IP)) {
		source->family = XDPFWD_IPV4;
		return parse_ipv4(&cursor, source);
	}
	if (protocol == bpf_htons(ETH_P_IPV6)) {
		source->family = XDPFWD_IPV6;
		return parse_ipv6(&cursor, source);
	}
	return PARSED_NOT_IP;
}

#endif
