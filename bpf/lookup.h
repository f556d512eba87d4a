/* SPDX-License-Identifier: GPL-2.0-only */
/* Source -> owner. The daemon writes only effective entries into the tables, so the most specific
 * one that covers an address is the one that decides: a packet pays for one lookup. */
#ifndef XDPFWD_LOOKUP_H
#define XDPFWD_LOOKUP_H

#include "ipv4.h"
#include "ipv6.h"
#include "parse.h"

/* The owner of a source as in xdpfwd_abi.h, or 0 where no entry covers it. */
static __always_inline __u32 lookup(const struct source *source)
{
	if (source->family == XDPFWD_IPV4)
		return lookup_ipv4(bpf_ntohl(source->address[0]));
	return lookup_ipv6(source->address);
}

#endif
