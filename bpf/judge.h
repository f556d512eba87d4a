/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a packet: its source, the entry that decides about it, and the reason. */
#ifndef XDPFWD_JUDGE_H
#define XDPFWD_JUDGE_H

#include "lookup.h"
#include "parse.h"

/* `owner` is 0 where no entry decides. */
static __always_inline enum xdpfwd_reason judge(struct xdp_md *ctx, struct source *source, __u32 *owner)
{
	*owner = 0;
	switch (parse(ctx, source)) {
	case PARSED_IP:
		*owner = lookup(source);
		return *owner & XDPFWD_ACTION_MASK;
	case PARSED_MALFORMED:
		return XDPFWD_MALFORMED;
	default:
		return XDPFWD_NOT_IP;
	}
}

#endif
