/* SPDX-License-Identifier: GPL-2.0-only */
/* Statistics for each interface, family and reason, and a counter for every entry. */
#ifndef XDPFWD_ACCOUNT_H
#define XDPFWD_ACCOUNT_H

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "words.h"
#include "xdpfwd_abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, XDPFWD_MAX_INTERFACES * XDPFWD_SLOT_ROWS);
	__type(key, __u32);
	__type(value, struct xdpfwd_count);
} statistics SEC(".maps");

/* Found in a cache line or two, where one of the kernel's hash tables costs as much as all the rest of a packet. The
 * daemon adds an interface before it attaches it, so a packet never has to. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XDPFWD_INTERFACE_WORDS);
	__type(key, __u32);
	__type(value, __u64);
} interfaces SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XDPFWD_MAX_INTERFACES);
	__type(key, __u32);
	__type(value, struct xdpfwd_name);
} names SEC(".maps");

/* Indexed by entry id; max_entries is set by the daemon. Shared between CPUs, since a copy for each
 * would take a gigabyte and more for a million entries on 64 of them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdpfwd_entry_count);
} counters SEC(".maps");

volatile struct xdpfwd_variables variables;

static __always_inline void account_entry(__u32 owner, __u64 bytes)
{
	struct xdpfwd_entry_count *count = value_at(&counters, owner >> XDPFWD_ACTION_BITS);

	if (!count)
		return;
	__sync_fetch_and_add(&count->packets, 1);
	__sync_fetch_and_add(&count->bytes, bytes);
	count->last = variables.now;
}

static __always_inline __u64 interface_word(__u32 position)
{
	return word_at(&interfaces, position % XDPFWD_INTERFACE_WORDS);
}

/* In whole words, since the verifier of Linux 6.1 asks for CAP_PERFMON where a half of one is written. */
struct slot_search {
	__u64 interface;
	__u64 slot; /* XDPFWD_MAX_INTERFACES until it is found */
};

/* A round of bpf_loop(): a loop written out is too much for the verifier of Linux 6.1. */
static long look_behind(__u32 round, struct slot_search *search)
{
	__u64 word = interface_word(search->interface + 1 + round);

	if ((__u32)word == search->interface)
		search->slot = word >> 32;
	return (__u32)word == search->interface || (__u32)word == XDPFWD_INTERFACE_NONE;
}

/* The slot of an interface, or XDPFWD_MAX_INTERFACES where it has none. Nearly always its word lies where
 * it is looked for first. */
static __always_inline __u32 slot_of(__u32 interface)
{
	struct slot_search search = { .interface = interface, .slot = XDPFWD_MAX_INTERFACES };
	__u64 word = interface_word(interface);

	if ((__u32)word == interface)
		return word >> 32;
	if ((__u32)word != XDPFWD_INTERFACE_NONE)
		bpf_loop(XDPFWD_MAX_INDEXES, look_behind, &search, 0);
	return search.slot;
}

/* False where the interface has no slot. */
static __always_inline bool account_packet(__u32 interface, enum xdpfwd_family family,
					   enum xdpfwd_reason reason, __u64 bytes)
{
	__u32 row = slot_of(interface) * XDPFWD_SLOT_ROWS + family * XDPFWD_REASONS + reason;
	struct xdpfwd_count *count = value_at(&statistics, row);

	if (!count)
		return false;
	count->packets++;
	count->bytes += bytes;
	return true;
}

#endif
