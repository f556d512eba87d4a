/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells user space what was decided: a sample of the packets for those who listen, and the whole answer where the
 * daemon asks. */
#ifndef XDPFWD_TELL_H
#define XDPFWD_TELL_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "account.h"
#include "parse.h"
#include "xdpfwd_abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdpfwd_decision);
} decision SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdpfwd_sampled);
} sampled SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, XDPFWD_SAMPLES_SIZE);
} samples SEC(".maps");

/* Of a packet without a slot: whether the daemon only asks what would become of it. If not, it came by a part of a filtered
 * interface that the daemon does not know yet, as a port that a bond just got, and all processors would wait for each
 * other at the one element of "decision". */
static __always_inline bool is_asked(const struct xdp_md *ctx)
{
	return ctx->ingress_ifindex == XDPFWD_LOOPBACK;
}

static __always_inline void tell_decision(const struct source *source, enum xdpfwd_reason reason, __u32 owner)
{
	struct xdpfwd_decision *told = value_at(&decision, 0);

	if (!told)
		return;
	told->family = source->family;
	told->reason = reason;
	told->owner = owner;
	__builtin_memcpy(told->address, source->address, sizeof(told->address));
}

/* While nobody listens, this is all that a packet pays for it; a clean one not even that. */
static __always_inline bool wants_sample(enum xdpfwd_reason reason)
{
	return reason != XDPFWD_PASSED && (variables.reasons >> reason & 1);
}

/* How many of the frame's first bytes were copied. */
static __always_inline __u64 capture(struct xdp_md *ctx, __u8 *to, __u64 bytes)
{
	__u64 last = (bytes < XDPFWD_SAMPLE_BYTES ? bytes : XDPFWD_SAMPLE_BYTES) - 1;

	barrier_var(last); /* so that the verifier sees both bounds in the comparison that follows */
	if (last >= XDPFWD_SAMPLE_BYTES || bpf_xdp_load_bytes(ctx, 0, to, last + 1))
		return 0;
	return last + 1;
}

/* Takes one, unless this CPU has taken its share. */
static __always_inline void take_sample(struct xdp_md *ctx, const struct source *source, enum xdpfwd_reason reason,
					__u32 owner, __u64 bytes)
{
	__u64 now = variables.now;
	struct xdpfwd_sampled *own = value_at(&sampled, 0);
	struct xdpfwd_sample *sample;

	if (!own)
		return;
	if (own->next > now + XDPFWD_SAMPLING_BURST) {
		own->missed++;
		return;
	}
	/* Also where there is no room: all CPUs wait for each other there, and must not do so for every packet. */
	own->next = (own->next > now ? own->next : now) + variables.interval;
	sample = bpf_ringbuf_reserve(&samples, sizeof(*sample), 0);
	if (!sample) {
		own->missed++;
		return;
	}
	sample->time = bpf_ktime_get_ns();
	sample->interface = ctx->ingress_ifindex;
	sample->owner = owner;
	sample->length = bytes;
	sample->family = source->family;
	sample->reason = reason;
	__builtin_memcpy(sample->address, source->address, sizeof(sample->address));
	sample->captured = capture(ctx, sample->frame, bytes);
	bpf_ringbuf_submit(sample, 0);
}

#endif
