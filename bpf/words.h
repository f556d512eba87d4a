/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of the tables, and arithmetic on words that BPF has no instruction for. */
#ifndef XDPFWD_WORDS_H
#define XDPFWD_WORDS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/* A value of an array map, or NULL where there is none. The key, half a word, is written as a whole one: the compiler puts it
 * where other variables were before, and the verifier of Linux 6.1 wants CAP_PERFMON of whoever writes over half of
 * one. */
static __always_inline void *value_at(void *map, __u32 index)
{
	__u64 key = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? index : (__u64)index << 32;

	return bpf_map_lookup_elem(map, &key);
}

/* A word of an array map. The daemon writes while packets read: it is loaded once, as a whole. */
static __always_inline __u64 word_at(void *map, __u32 index)
{
	const volatile __u64 *word = value_at(map, index);

	return word ? *word : 0;
}

/* Written out, since clang 14 cannot compile the builtin for BPF. */
static __always_inline __u32 count_bits(__u32 word)
{
	word -= word >> 1 & 0x55555555;
	word = (word & 0x33333333) + (word >> 2 & 0x33333333);
	word = (word + (word >> 4)) & 0x0f0f0f0f;
	return word * 0x01010101 >> 24;
}

/* The position of the lowest bit that is set; one is. */
static __always_inline __u32 lowest_bit(__u64 word)
{
	__u64 below = ~word & (word - 1);

	return count_bits(below) + count_bits(below >> 32);
}

#endif
