/* SPDX-License-Identifier: GPL-2.0-only */
/* The real program without what tells user space of packets (bpf/tell.h): what that costs while nobody listens. */
#include "parse.h"
#include "lookup.h"
#include "account.h"

SEC("xdp.frags")
int silent(struct xdp_md *ctx)
{
	struct source source = { .family = XDPFWD_OTHER };
	__u64 bytes = bpf_xdp_get_buff_len(ctx);
	enum xdpfwd_reason reason;
	__u32 owner = 0;

	switch (parse(ctx, &source)) {
	case PARSED_IP:
		owner = lookup(&source);
		reason = owner & XDPFWD_ACTION_MASK;
		break;
	case PARSED_MALFORMED:
		reason = XDPFWD_MALFORMED;
		break;
	default:
		reason = XDPFWD_NOT_IP;
	}

	if (account_packet(ctx->ingress_ifindex, source.family, reason, bytes) && owner)
		account_entry(owner, bytes);
	return reason == XDPFWD_DROPPED ? XDP_DROP : XDP_PASS;
}

const char program_license[] SEC("license") = "GPL";
