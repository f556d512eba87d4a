/* SPDX-License-Identifier: GPL-2.0-only */
/* Ethernet, VLAN, PPPoE, IPv4, IPv6: from a frame to its source address. Nothing behind the first IP
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

/* As many as there are where they are meant: the others are read by a loop that costs more. */
#define USUAL_VLAN_TAGS 2
#define MAX_VLAN_TAGS 16384 /* in the longest frame that there is, of 64 KiB */

struct vlan_tag {
	__be16 tci;
	__be16 next_protocol;
};

/* A PPPoE session's header (RFC 2516, section 4), and the protocol that its PPP frame begins with: one byte where that is odd,
 * the compressed form of RFC 1661, section 6.5. */
struct pppoe_session {
	__u8 version_and_type;
	__u8 code;
	__be16 session;
	__be16 length;
	__be16 protocol;
};
#define PPP_COMPRESSED 0x0100
#define PPP_IPV4 0x0021
#define PPP_IPV6 0x0057

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
	bool is_linear; /* false once a header was not there, or was not looked for there */
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

struct tag_search {
	struct xdp_md *ctx;
	__u64 offset; /* of the next tag, and in the end of what is behind all of them */
	__u64 protocol;
	__u64 is_cut;
};

/* A round of bpf_loop(), which the verifier goes through once. */
static long look_behind_tag(__u32 round, struct tag_search *search)
{
	struct vlan_tag tag;

	(void)round;
	if (bpf_xdp_load_bytes(search->ctx, search->offset, &tag, sizeof(tag))) {
		search->is_cut = true;
		return 1;
	}
	search->offset += sizeof(tag);
	search->protocol = tag.next_protocol;
	return !is_vlan(tag.next_protocol);
}

/* Goes behind all tags that follow. Linux takes off as many priority tags (802.1Q with VLAN 0) as there are, so behind any
 * number of them a source must be found. False where the frame ends first. */
static __always_inline bool skip_tags(struct cursor *cursor, __be16 *protocol)
{
	struct tag_search search = { .ctx = cursor->ctx, .offset = cursor->offset };
	volatile __u64 *words = (void *)&search;
	__u64 is_cut;
	__u32 word;

	bpf_loop(MAX_VLAN_TAGS, look_behind_tag, &search, 0);
	cursor->offset = search.offset;
	cursor->is_linear = false;
	*protocol = search.protocol;
	is_cut = search.is_cut;
	/* The compiler puts a header there next. Over a pointer the verifier lets nobody write one without CAP_PERFMON, that of
	 * Linux 6.1 not even over a number, and over zeros everybody. */
#pragma unroll
	for (word = 0; word < sizeof(search) / sizeof(*words); word++)
		words[word] = 0;
	return !is_cut;
}

/* Tells by an EtherType what a PPPoE session carries, by zero where that is no IP. Linux looks at neither version, type nor
 * code, and takes the compressed form whether it was agreed upon or not. False where the frame ends first. */
static __always_inline bool enter_pppoe(struct cursor *cursor, __be16 *protocol)
{
	struct pppoe_session header;
	__u16 carried;

	if (!load(cursor, &header, sizeof(header)))
		return false;
	carried = bpf_ntohs(header.protocol);
	if (carried & PPP_COMPRESSED) {
		carried >>= 8;
		cursor->offset--;
		cursor->is_linear = false;
	}
	*protocol = carried == PPP_IPV4	  ? bpf_htons(ETH_P_IP)
		    : carried == PPP_IPV6 ? bpf_htons(ETH_P_IPV6)
					  : 0;
	return true;
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

#pragma unroll
	for (tags = 0; is_vlan(protocol); tags++) {
		if (tags == USUAL_VLAN_TAGS) {
			if (!skip_tags(&cursor, &protocol))
				return PARSED_MALFORMED;
			break;
		}
		if (!load(&cursor, &tag, sizeof(tag)))
			return PARSED_MALFORMED;
		protocol = tag.next_protocol;
	}

	if (protocol == bpf_htons(ETH_P_PPP_SES) && !enter_pppoe(&cursor, &protocol))
		return PARSED_MALFORMED;
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
