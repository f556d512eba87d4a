/* SPDX-License-Identifier: GPL-2.0-only */
/* The real program without what tells user space of packets (bpf/tell.h): what that costs while nobody listens. */
#include "judge.h"
#include "account.h"

SEC("xdp.frags")
int silent(struct xdp_md *ctx)
{
	struct source source = { .family = XDPFWD_OTHER };
	__u64 bytes = bpf_xdp_get_buff_len(ctx);
	__u32 owner;
	enum xdpfwd_reason reason = judge(ctx, &source, &owner);

	if (account_packet(ctx->ingress_ifindex, source.family, reason, bytes) && owner)
		account_entry(owner, bytes);
	return reason == XDPFWD_DROPPED ? XDP_DROP : XDP_PASS;
}

const char program_license[] SEC("license") = "GPL";
