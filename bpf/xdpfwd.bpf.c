/* SPDX-License-Identifier: GPL-2.0-only */
/* The XDP program: parse, look the source up, account, verdict. */
#include "parse.h"
#include "lookup.h"
#include "account.h"

static __always_inline enum xdpfwd_reason judge(const struct source *source, __u64 bytes)
{
	__u32 owner = lookup(source);

	if (owner)
		account_entry(owner, bytes);
	return owner & XDPFWD_ACTION_MASK;
}

SEC("xdp.frags")
int xdpfwd(struct xdp_md *ctx)
{
	struct source source = { .family = XDPFWD_OTHER };
	__u64 bytes = bpf_xdp_get_buff_len(ctx);
	enum xdpfwd_reason reason;

	switch (parse(ctx, &source)) {
	case PARSED_IP:
		reason = judge(&source, bytes);
		break;
	case PARSED_MALFORMED:
		reason = XDPFWD_MALFORMED;
		break;
	default:
		reason = XDPFWD_NOT_IP;
	}

	account_packet(ctx->ingress_ifindex, source.family, reason, bytes);
	return reason == XDPFWD_DROPPED ? XDP_DROP : XDP_PASS;
}

const char program_license[] SEC("license") = "GPL";
