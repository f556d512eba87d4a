/* SPDX-License-Identifier: GPL-2.0-only */
/* The XDP program: judge, account, tell those who listen, verdict. */
#include "judge.h"
#include "account.h"
#include "tell.h"

SEC("xdp.frags")
int xdpfwd(struct xdp_md *ctx)
{
	struct source source = { .family = XDPFWD_OTHER };
	__u64 bytes = bpf_xdp_get_buff_len(ctx);
	__u32 owner;
	enum xdpfwd_reason reason = judge(ctx, &source, &owner);

	/* A packet without a slot may be a real one all the same: see is_asked(). */
	if (!account_packet(ctx->ingress_ifindex, source.family, reason, bytes) && is_asked(ctx)) {
		tell_decision(&source, reason, owner);
	} else {
		/* Before the entry is counted: after that, the processor waits for its counter. */
		if (wants_sample(reason))
			take_sample(ctx, &source, reason, owner, bytes);
		if (owner)
			account_entry(owner, bytes);
	}
	return reason == XDPFWD_DROPPED ? XDP_DROP : XDP_PASS;
}

const char program_license[] SEC("license") = "GPL";
