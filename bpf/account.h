/* SPDX-License-Identifier: GPL-2.0-only */
/* Statistics for each interface, family and reason, and a counter for every entry. */
#ifndef XDPFWD_ACCOUNT_H
#define XDPFWD_ACCOUNT_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "xdpfwd_abi.h"

/* The daemon adds an interface's rows before it attaches it, so a packet never has to. A row for
 * each reason, not one struct with them all: without CAP_PERFMON, which the daemon does not ask
 * for, the verifier allows no index into a value that differs between paths. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, XDPFWD_MAX_INTERFACES * XDPFWD_FAMILIES * XDPFWD_REASONS);
	__type(key, struct xdpfwd_statistics_key);
	__type(value, struct xdpfwd_count);
} statistics SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XDPFWD_MAX_INTERFACES);
	__type(key, __u32);
	__type(value, struct xdpfwd_interface);
} interfaces SEC(".maps");

/* Indexed by entry id; max_entries is set by the daemon. Shared between CPUs, since a copy for each
 * would take half a gigabyte for a million entries on 64 of them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdpfwd_count);
} counters SEC(".maps");

/* What entry each counter belongs to, see daemon/datapath/counters.h. Only the daemon reads and writes
 * it; it outlives the daemon, as the counters do. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} tags SEC(".maps");

static __always_inline void account_entry(__u32 owner, __u64 bytes)
{
	__u32 id = owner >> XDPFWD_ACTION_BITS;
	struct xdpfwd_count *count = bpf_map_lookup_elem(&counters, &id);

	if (!count)
		return;
	__sync_fetch_and_add(&count->packets, 1);
	__sync_fetch_and_add(&count->bytes, bytes);
}

static __always_inline void account_packet(__u32 interface, enum xdpfwd_family family,
					   enum xdpfwd_reason reason, __u64 bytes)
{
	struct xdpfwd_statistics_key key = {
		.interface = interface,
		.family = family,
		.reason = reason,
	};
	struct xdpfwd_count *count = bpf_map_lookup_elem(&statistics, &key);

	if (!count)
		return;
	count->packets++;
	count->bytes += bytes;
}

#endif
