/* SPDX-License-Identifier: GPL-2.0-only */
/* What the XDP program and the daemon share: the layout of every map. A change of layout needs no
 * version number: each start builds new maps, and adopts an old one only when its sizes agree. */
#ifndef XDPFWD_ABI_H
#define XDPFWD_ABI_H

#include <linux/types.h>

/* Interfaces that one datapath can filter at the same time. */
#define XDPFWD_MAX_INTERFACES 64
/* Room for a kernel interface name, as IFNAMSIZ in linux/if.h. */
#define XDPFWD_NAME_SIZE 16

/* In order of strength: where several entries cover an address, the largest value wins. */
enum xdpfwd_action {
	XDPFWD_MONITOR = 1,
	XDPFWD_DROP = 2,
	XDPFWD_ALLOW = 3,
};

enum xdpfwd_family {
	XDPFWD_OTHER,
	XDPFWD_IPV4,
	XDPFWD_IPV6,
	XDPFWD_FAMILIES,
};

/* Why a packet met its verdict; each packet is counted under exactly one. The first four are those of
 * an owner's action, so none of them costs a branch. */
enum xdpfwd_reason {
	XDPFWD_PASSED = 0,                 /* no entry covers the source */
	XDPFWD_MONITORED = XDPFWD_MONITOR, /* passes, though a monitor entry covers it */
	XDPFWD_DROPPED = XDPFWD_DROP,
	XDPFWD_ALLOWED = XDPFWD_ALLOW,     /* passes because of an allow entry */
	XDPFWD_MALFORMED, /* header cut short or of the wrong version: passes, the stack drops it */
	XDPFWD_NOT_IP,    /* ARP, LLDP, ...: passes */
	XDPFWD_REASONS,
};

/* Bytes are those of the whole frame, Ethernet header included, frame check sequence not. */
struct xdpfwd_count {
	__u64 packets;
	__u64 bytes;
};

/* Map "counters", by entry id: what an entry has met, in one piece of a cache line. */
struct xdpfwd_entry_count {
	__u64 packets;
	__u64 bytes;
	__u64 last; /* when the last one came, as struct xdpfwd_variables had it; 0: none */
	__u64 tag;  /* whose counter it is, see daemon/datapath/counters.h; no packet reads or writes it */
};

/* Map "statistics" has for each slot a struct xdpfwd_count, for each CPU, of every family and reason. An interface
 * has a slot for as long as its name is known. */
#define XDPFWD_SLOT_ROWS ((__u32)XDPFWD_FAMILIES * (__u32)XDPFWD_REASONS)

/* Map "interfaces": a hash table with linear probing, from an interface's index, in the low half of a
 * word, to its slot, in the high half. A bond's ports, which its packets come with the index of, have its slot. At most
 * XDPFWD_MAX_INDEXES words are in use, so no search is longer. */
#define XDPFWD_INTERFACE_WORDS 256
#define XDPFWD_MAX_INDEXES (2 * XDPFWD_MAX_INTERFACES)
#define XDPFWD_INTERFACE_NONE 0           /* never used: a search ends here */
#define XDPFWD_INTERFACE_GONE 0xffffffffu /* no interface has this index: a search goes on */

/* Map "names", by slot: whose statistics those are. Only the daemon reads and writes it; it outlives
 * the daemon, which the index alone would not. */
struct xdpfwd_name {
	char text[XDPFWD_NAME_SIZE]; /* empty: the slot is free */
};

/* Map "decision", one element: what was decided about the last packet that seemed to come from the loopback, which has no
 * slot. There are none but those that the daemon itself runs the program on, to learn what it does: they are not counted. */
#define XDPFWD_LOOPBACK 1u /* its index, in each network namespace */
struct xdpfwd_decision {
	__u32 family;
	__u32 reason;
	__u32 owner;
	__u32 address[4]; /* as in the frame; of IPv4 only the first */
	__u32 padding;
};

/* The only global variable, which the daemon writes. */
struct xdpfwd_variables {
	/* CLOCK_MONOTONIC in nanoseconds, told ten times a second: asking the kernel costs as much as counting. It
	 * stands still while no daemon runs. */
	__u64 now;
	__u64 interval; /* nanoseconds between two samples on a CPU, on average */
	__u32 reasons;  /* which packets are sampled: a bit for each enum xdpfwd_reason; 0 while nobody listens */
	__u32 padding;
};
/* As many samples may come at once as in this time. Longer than `now` stands still, so that the average can be had. */
#define XDPFWD_SAMPLING_BURST 250000000ull

/* Map "sampled", for each CPU. */
struct xdpfwd_sampled {
	__u64 next;   /* as `now`: no sample before, but for a burst */
	__u64 missed; /* packets that a sample was wanted of, and not taken */
};

/* Map "samples": a ring buffer of these. */
#define XDPFWD_SAMPLE_BYTES 256
#define XDPFWD_SAMPLES_SIZE (1u << 20)
struct xdpfwd_sample {
	__u64 time; /* CLOCK_MONOTONIC, nanoseconds */
	__u32 interface;
	__u32 owner;
	__u32 length; /* of the frame, of which `captured` bytes follow */
	__u16 captured;
	__u8 family;
	__u8 reason;
	__u32 address[4]; /* as in struct xdpfwd_decision */
	__u8 frame[XDPFWD_SAMPLE_BYTES];
};

/* What the tables tell of an address: its owner, which is the entry's id and action, or 0 for none.
 * The top bit is left to the tables for a flag of their own. */
#define XDPFWD_ACTION_BITS 2
#define XDPFWD_ACTION_MASK 3u
#define XDPFWD_MAX_IDS (1u << 29)

/* IPv4, map "ipv4_filter": a word for each /16, with a bit for each of its 64 /22s that is not clean. Small
 * enough to stay in a core's own cache, where the roots are not. */
#define XDPFWD_FILTER_WORDS 65536
#define XDPFWD_FILTER_NETS 64

/* Map "ipv4_roots": a word for each /19. The low half has a bit for each of its 32 /24s that is
 * not clean, the high half is the index of their cells, which lie side by side in "ipv4_cells"; or,
 * with the top bit set, the owner of the whole /19, and all bits are set. */
#define XDPFWD_ROOT_BITS 19
#define XDPFWD_ROOTS (1u << XDPFWD_ROOT_BITS)
#define XDPFWD_ROOT_SLOTS 32
#define XDPFWD_ROOT_UNIFORM 0x80000000u

/* A /24 is one 64-bit cell:
 *   bits 0-31   value
 *   bits 32-39  first host (the last byte of the address)
 *   bits 40-47  last host
 *   bits 48-55  count
 * Count 1: the hosts from first to last have the owner `value`, the others have none. Count 2 to
 * XDPFWD_MAX_LIST: as many such intervals, in order, from cell `value` on. Count XDPFWD_TABLE: from
 * cell `value` on, 256 owners of 32 bits, the even host's in the low half. */
#define XDPFWD_CELL_FIRST 32
#define XDPFWD_CELL_LAST 40
#define XDPFWD_CELL_COUNT 48
#define XDPFWD_MAX_LIST 32
#define XDPFWD_TABLE 33
#define XDPFWD_TABLE_CELLS 128

/* IPv6, map "ipv6_filter": 2^22 bits, a size that a core's own cache holds. The bit of the hash of an address's
 * first 48 bits is set where there are entries of that length or longer with the same, that of its
 * first 32 where there are entries of 32 to 47.
 *
 * Map "ipv6_lengths": which lengths of entry there are around an address, a bit for each, the longest
 * lowest. Found by the same hashes; the last one of the map has all lengths below 32. */
struct xdpfwd_lengths {
	__u64 above_64; /* bit 128 - length */
	__u64 up_to_64; /* bit 64 - length; the highest stands for 0 as well */
};
#define XDPFWD_IPV6_FILTER_BITS 22
#define XDPFWD_IPV6_FILTER_WORDS (1u << (XDPFWD_IPV6_FILTER_BITS - 6))
#define XDPFWD_LONG_LENGTH 48
#define XDPFWD_MIDDLE_LENGTH 32
#define XDPFWD_LONG_BITS ((2ull << (64 - XDPFWD_LONG_LENGTH)) - 1) /* of up_to_64 */
#define XDPFWD_MIDDLE_BITS (((2ull << (64 - XDPFWD_MIDDLE_LENGTH)) - 1) & ~XDPFWD_LONG_BITS)
#define XDPFWD_HASH_FACTOR 0x9e3779b97f4a7c15ull /* 2^64 / the golden ratio: Knuth's multiplicative hashing */

/* The key of map "ipv6". The two halves of the address are numbers: the first bit of the address is the highest of
 * `high`. Bits behind the length are zero. */
struct xdpfwd_ipv6_key {
	__u64 high;
	__u64 low;
	__u64 length;
};

/* Its value: the owner in the low half, and above it this, by which a packet knows that the owner is of the key that it has
 * found. The kernel gives the memory of an entry that goes to the next one that comes, even while a packet is about to
 * read it. */
static inline __u64 xdpfwd_ipv6_mark(const struct xdpfwd_ipv6_key *key)
{
	__u64 mixed = (key->high * XDPFWD_HASH_FACTOR ^ key->low ^ key->length) * XDPFWD_HASH_FACTOR;

	return mixed >> 32 << 32;
}

#endif
