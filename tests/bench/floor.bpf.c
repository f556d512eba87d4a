/* SPDX-License-Identifier: GPL-2.0-only */
/* The least that any filter costs: nothing at all, and what the real program does around its lookup. */
#include "parse.h"
#include "account.h"

SEC("xdp.frags")
int drop_all(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

SEC("xdp.frags")
int parse_and_count(struct xdp_md *ctx)
{
	struct source source = { .family = XDPFWD_OTHER };
	__u64 bytes = bpf_xdp_get_buff_len(ctx);

	if (parse(ctx, &source) != PARSED_IP)
		return XDP_PASS;
	account_packet(ctx->ingress_ifindex, source.family, XDPFWD_DROPPED, bytes);
	return XDP_DROP;
}

const char program_license[] SEC("license") = "GPL";
