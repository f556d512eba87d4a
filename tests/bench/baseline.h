/* SPDX-License-Identifier: GPL-2.0-only */
/* What every contestant here shares with the real program: it parses and counts with the same code, and differs
 * in the lookup alone. */
#ifndef XDPFWD_BENCH_BASELINE_H
#define XDPFWD_BENCH_BASELINE_H

#include "account.h"
#include "parse.h"

/* What a table tells of an address. */
struct listed {
  __u32 id; /* index into map "counters" */
};

static __always_inline void count_entry(const struct listed* listed, __u64 bytes) {
  account_entry(listed->id << XDPFWD_ACTION_BITS, bytes);
}

/* Given by each contestant: NULL where nothing covers the source. */
static __always_inline const struct listed* lookup(const struct source* source);

static __always_inline int filter(struct xdp_md* ctx) {
  struct source source = {.family = XDPFWD_OTHER};
  __u64 bytes = bpf_xdp_get_buff_len(ctx);
  enum xdpfwd_reason reason = XDPFWD_PASSED;

  if (parse(ctx, &source) == PARSED_IP) {
    const struct listed* listed = lookup(&source);

    if (listed) {
      count_entry(listed, bytes);
      reason = XDPFWD_DROPPED;
    }
  }
  account_packet(ctx->ingress_ifindex, source.family, reason, bytes);
  return reason == XDPFWD_DROPPED ? XDP_DROP : XDP_PASS;
}

#endif
